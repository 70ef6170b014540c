package io.sadi.film;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A film in a file: what ffprobe says of it before a frame is decoded.
 *
 * @param ffmpeg that reads it
 * @param file where it lies
 * @param rate its mean number of frames a second
 * @param start when its pictures begin, in seconds from the film's beginning
 * @param shift what is added to the times that ffmpeg gives its pictures: in some formats, whose
 *     times may jump, it counts from the first of those that are read, and not from the beginning
 * @param duration how long its pictures last, in seconds; NaN where the file does not say
 */
public record Film(
    Ffmpeg ffmpeg, Path file, FrameRate rate, double start, double shift, double duration) {
  /** Formats whose times may jump: AVFMT_TS_DISCONT. */
  private static final Set<String> JUMPING = Set.of("mpegts", "mpeg", "ogg");

  private static final Set<String> EXTENSIONS =
      Set.of(
          "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "mts", "m2ts", "ts", "wmv",
          "flv", "ogv", "3gp", "vob");

  private static final Pattern CLOCK = Pattern.compile("(\\d+):(\\d{2}):(\\d{2}(?:\\.\\d+)?)");

  /**
   * Frames a second.
   *
   * @param frames above 0
   * @param seconds above 0
   */
  public record FrameRate(long frames, long seconds) {
    /** Decimals to a millionth. */
    public static FrameRate of(double aSecond) {
      return new FrameRate(Math.round(aSecond * 1_000_000), 1_000_000);
    }

    /** Of one of so many frames. */
    public FrameRate everyOf(int every) {
      return new FrameRate(frames, Math.multiplyExact(seconds, every));
    }

    /** Frames a second. */
    public double aSecond() {
      return (double) frames / seconds;
    }

    /** As ffmpeg reads it. */
    @Override
    public String toString() {
      return frames + "/" + seconds;
    }
  }

  /** Whether a file is called as films are. */
  public static boolean isOne(Path file) {
    return EXTENSIONS.contains(extension(file));
  }

  static String extension(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /**
   * Asks what a file holds.
   *
   * @throws BadInputException where it is no film, or there is no ffmpeg
   */
  public static Film open(Path file) throws IOException {
    InputFile.require(file);
    Ffmpeg ffmpeg = Ffmpeg.require(file);
    List<String> command =
        new ArrayList<>(
            List.of(
                "ffprobe",
                "-v",
                "error",
                "-select_streams",
                "V:0",
                "-show_entries",
                "stream=avg_frame_rate,r_frame_rate,start_time,duration"
                    + ":stream_tags=DURATION:format=start_time,format_name",
                "-of",
                "json"));
    command.addAll(Ffmpeg.input(file));
    Ffmpeg.Reply answer;
    try {
      answer = Ffmpeg.ask(command);
    } catch (IOException e) {
      throw new BadInputException(
          file + ": there is an ffmpeg, but no ffprobe; " + Ffmpeg.ADVICE, e);
    }
    if (answer.complaint() != null) {
      throw BadInputException.at(
          file, "no film that ffmpeg reads (" + answer.complaint() + ")", "a whole film", "");
    }
    JsonArray streams;
    JsonObject format;
    try {
      JsonObject said = JsonParser.parseString(answer.out()).getAsJsonObject();
      streams = said.getAsJsonArray("streams");
      format = said.getAsJsonObject("format");
    } catch (JsonParseException | IllegalStateException e) {
      throw new BadInputException(file + ": ffprobe's answer is not read", e);
    }
    if (streams == null || streams.isEmpty()) {
      throw BadInputException.at(file, "no moving pictures", "a film", "");
    }
    JsonObject stream = streams.get(0).getAsJsonObject();
    FrameRate rate = rate(text(stream, "avg_frame_rate"));
    if (rate == null) {
      rate = rate(text(stream, "r_frame_rate"));
    }
    double begins = seconds(text(stream, "start_time"));
    double all = format == null ? Double.NaN : seconds(text(format, "start_time"));
    double start = Double.isNaN(begins - all) ? 0 : Math.max(0, begins - all);
    double duration = seconds(text(stream, "duration"));
    if (Double.isNaN(duration) && stream.get("tags") instanceof JsonObject tags) {
      duration = seconds(text(tags, "DURATION")) - start; // Matroska's is the pictures' end
    }
    boolean jumping = format != null && JUMPING.contains(text(format, "format_name"));
    return new Film(
        ffmpeg,
        file,
        rate == null ? new FrameRate(25, 1) : rate,
        start,
        jumping ? start : 0,
        duration);
  }

  private static String text(JsonObject object, String name) {
    JsonElement value = object.get(name);
    return value == null || !value.isJsonPrimitive() ? "" : value.getAsString();
  }

  private static @Nullable FrameRate rate(String text) {
    Matcher fraction = Pattern.compile("(\\d{1,9})/(\\d{1,9})").matcher(text);
    if (!fraction.matches()) {
      return null;
    }
    FrameRate rate =
        new FrameRate(Long.parseLong(fraction.group(1)), Long.parseLong(fraction.group(2)));
    return rate.frames > 0 && rate.seconds > 0 ? rate : null;
  }

  /** Of a number of seconds or h:mm:ss; NaN of anything else. */
  private static double seconds(String text) {
    Matcher clock = CLOCK.matcher(text);
    if (clock.matches()) {
      return 3600 * Double.parseDouble(clock.group(1))
          + 60 * Double.parseDouble(clock.group(2))
          + Double.parseDouble(clock.group(3));
    }
    return text.matches("-?\\d+(\\.\\d+)?") ? Double.parseDouble(text) : Double.NaN;
  }

  /** When the last frame has been shown, in seconds; NaN where the file does not say. */
  double end() {
    return start + duration;
  }

  /** About how many frames are chosen; 0 where nobody knows. */
  public long count(FrameChoice choice) {
    double until = Math.min(choice.to(), end());
    return Double.isNaN(until)
        ? 0
        : Math.max(
            0,
            Math.round((until - choice.from()) * rate.aSecond() / choice.every()) - choice.skip());
  }
}
