package io.sadi.predict;

import io.sadi.film.Film;
import io.sadi.film.FrameChoice;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.ImageTask;
import io.sadi.predict.engine.InputImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Pictures that are called by the numbers of a film's frames: the last number in their names
 * counts. The first is at 0 s, however it is numbered.
 */
final class NumberedFrames implements Frames {
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,18})\\D*$");

  private final String name;
  private final Film.FrameRate rate;
  private final List<Numbered> chosen;
  private final double end;

  private record Numbered(InputImage image, FrameTime at) {}

  private NumberedFrames(String name, Film.FrameRate rate, List<Numbered> chosen, double end) {
    this.name = name;
    this.rate = rate;
    this.chosen = chosen;
    this.end = end;
  }

  /**
   * Puts pictures in the order of their numbers.
   *
   * @param name what messages call the film
   * @param rate frames a second, also of those that are missing
   * @param progress is told what is numbered how
   */
  static NumberedFrames of(
      String name,
      List<InputImage> images,
      Film.FrameRate rate,
      FrameChoice choice,
      Progress progress) {
    List<Numbered> all = new ArrayList<>();
    for (InputImage image : images) {
      all.add(new Numbered(image, new FrameTime(number(image), 0)));
    }
    all.sort(Comparator.comparingLong(frame -> frame.at.number()));
    List<Numbered> chosen = new ArrayList<>();
    long first = all.get(0).at.number();
    long last = all.get(all.size() - 1).at.number();
    long expected = first;
    long missing = 0;
    long inRange = 0;
    for (Numbered frame : all) {
      long number = frame.at.number();
      if (number < expected) {
        throw new BadInputException(
            frame.image.name() + ": a second frame " + number + "; name one folder of frames");
      }
      missing += number - expected;
      expected = number + 1;
      double time = (number - first) / rate.aSecond();
      if (choice.holds(time) && inRange++ % choice.every() == 0) {
        chosen.add(new Numbered(frame.image, new FrameTime(number, time)));
      }
    }
    progress.note(
        String.format(
            Locale.ROOT,
            "%s: %d frames, numbered %d to %d by the last number of their names%s, %s a second",
            name,
            all.size(),
            first,
            last,
            missing == 0 ? "" : ", " + missing + " missing",
            trimmed(rate.aSecond())));
    return new NumberedFrames(
        name, rate.everyOf(choice.every()), chosen, (expected - first) / rate.aSecond());
  }

  private static String trimmed(double value) {
    return String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
  }

  private static long number(InputImage image) {
    String stem = image.name().replaceFirst("\\.[^./]*$", "");
    Matcher number = NUMBER.matcher(stem.substring(stem.lastIndexOf('/') + 1));
    if (!number.find()) {
      throw BadInputException.at(
          image.name(), "no number in its name", "a film's frames, such as 000012.png", "");
    }
    return Long.parseLong(number.group(1));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> names() {
    return chosen.stream().map(frame -> frame.image.name()).toList();
  }

  /** The pictures that are chosen. */
  List<InputImage> images() {
    return chosen.stream().map(Numbered::image).toList();
  }

  @Override
  public Film.FrameRate rate() {
    return rate;
  }

  @Override
  public long count(long done) {
    return Math.max(0, chosen.size() - done);
  }

  @Override
  public FrameStream after(long done) {
    return new FrameStream() {
      private int next = (int) Math.min(done, chosen.size());

      @Override
      public @Nullable SourceFrame next() {
        if (next == chosen.size()) {
          return null;
        }
        Numbered frame = chosen.get(next++);
        return new SourceFrame(
            frame.image.name(), frame.at, ImageTask.of(frame.image, null).pixels());
      }

      @Override
      public @Nullable String problem() {
        return null;
      }

      @Override
      public List<String> complaints() {
        return List.of();
      }

      @Override
      public double end() {
        return end;
      }

      @Override
      public void close() {}
    };
  }
}
