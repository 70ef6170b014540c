package io.sadi.cli.options;

import io.sadi.film.FrameChoice;
import io.sadi.predict.FilmJob;
import io.sadi.predict.FilmRequest;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** For commands that read films. */
public final class FilmOptions {
  @Option(
      names = "--every",
      order = 13,
      paramLabel = "N",
      description = "Of a film: one frame of so many, the first one among them. Default: 1, all.")
  private @Nullable Integer every;

  @Option(
      names = "--from",
      order = 13,
      paramLabel = "T",
      converter = TimeConverter.class,
      description = "Of a film: frames from this time on, in seconds or as h:mm:ss.")
  private @Nullable Double from;

  @Option(
      names = "--to",
      order = 13,
      paramLabel = "T",
      converter = TimeConverter.class,
      description = "Of a film: frames before this time.")
  private @Nullable Double to;

  @Option(
      names = "--frame-rate",
      order = 13,
      paramLabel = "R",
      description =
          "The inputs are a film's frames, R a second, called by their numbers: the last number in"
              + " a picture's name counts.")
  private @Nullable Double frameRate;

  @Option(
      names = "--smooth",
      order = 13,
      description =
          "Of a film: take the jitter out of the joints, where sigma is large more than where it is"
              + " small.")
  private boolean smooth;

  /** Seconds, or hours, minutes and seconds. */
  static final class TimeConverter implements ITypeConverter<Double> {
    private static final Pattern TIME =
        Pattern.compile("(?:(?:(\\d{1,4}):)?(\\d{1,4}):)?(\\d{1,9}(?:\\.\\d{1,9})?)");

    @Override
    public Double convert(String text) {
      Matcher time = TIME.matcher(text);
      if (!time.matches()) {
        throw new TypeConversionException(
            "'" + text + "' is no time: seconds such as 12.5, or h:mm:ss, or mm:ss");
      }
      return 3600 * number(time.group(1)) + 60 * number(time.group(2)) + number(time.group(3));
    }

    private static double number(@Nullable String digits) {
      return digits == null ? 0 : Double.parseDouble(digits);
    }
  }

  /** Whether the inputs are a film. */
  public boolean asked(List<String> inputs) {
    return frameRate != null || FilmJob.isAsked(inputs);
  }

  /** Whether something is asked that only a film has. */
  public boolean given() {
    return every != null || from != null || to != null || smooth;
  }

  /** As given, checked. */
  public FilmRequest request() {
    return new FilmRequest(
        new FrameChoice(
            every == null ? 1 : every,
            from == null ? 0 : from,
            to == null ? Double.POSITIVE_INFINITY : to,
            0),
        frameRate == null ? Double.NaN : frameRate,
        smooth);
  }
}
