package io.sadi.film;

import java.util.Locale;

/**
 * Which frames of a film count.
 *
 * @param every one of so many, the first of the range among them; at least 1
 * @param from seconds; the first frame is at this time or later
 * @param to seconds; frames are before this time; infinite for all
 * @param skip how many of these are left out at the beginning, being done
 */
public record FrameChoice(int every, double from, double to, long skip) {
  /** Half a millisecond: times in seconds are rounded, those of frames are fractions. */
  private static final double ROUNDING = 0.0005;

  /** The same, so many left out. */
  public FrameChoice after(long done) {
    return new FrameChoice(every, from, to, done);
  }

  /** Whether a time is at the end or behind it. */
  boolean isOver(double time) {
    return time >= to - ROUNDING;
  }

  /** Whether a time is in the range. */
  public boolean holds(double time) {
    return time >= from - ROUNDING && !isOver(time);
  }

  /**
   * The same as ffmpeg's filters.
   *
   * @param shift what is added to ffmpeg's times
   */
  String filters(double shift) {
    return String.format(
        Locale.ROOT,
        "select='gte(t,%.6f)',select='not(mod(n,%d))',select='gte(n,%d)'",
        from - shift - ROUNDING,
        every,
        skip);
  }
}
