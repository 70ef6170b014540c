package io.sadi.data;

import io.sadi.config.Field;

/** Positions and lengths in images, in pixels, as files have them. */
public final class Pixels {
  /** Farther from an image than any annotation: what lies beyond is a damaged number. */
  public static final double FARTHEST = 1e6;

  private static final String EXPECTED = "a number within +-1e6";

  private Pixels() {}

  /** A number within +-1e6. */
  public static double number(Field field) {
    return field.number(Pixels::isNear, EXPECTED);
  }

  /** A list of so many numbers within +-1e6. */
  public static double[] numbers(Field field, int length) {
    if (!field.isList(length)) {
      throw field.wrong("a list of " + length + " numbers");
    }
    return field.numbers(Pixels::isNear, EXPECTED);
  }

  /** A number above 0, up to 1e6. */
  static double positive(Field field) {
    return field.number(number -> number > 0 && number <= FARTHEST, "a positive number");
  }

  private static boolean isNear(double number) {
    return Math.abs(number) <= FARTHEST;
  }
}
