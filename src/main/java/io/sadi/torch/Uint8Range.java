package io.sadi.torch;

/**
 * What the 256 codes of a quantised map stand for: a code is (code - zeroPoint) x scale.
 *
 * @param scale the step between two codes, above 0
 * @param zeroPoint the code of 0, 0 to 255
 */
public record Uint8Range(double scale, int zeroPoint) {
  /** The largest code. */
  public static final int CODES = 255;

  /** Of what lies between 0 and 1. */
  public static final Uint8Range UNIT = new Uint8Range(1.0 / CODES, 0);

  public Uint8Range {
    if (!(scale > 0 && scale < Float.MAX_VALUE) || zeroPoint < 0 || zeroPoint > CODES) {
      throw new IllegalArgumentException("scale " + scale + ", zero point " + zeroPoint);
    }
  }

  /**
   * The range that holds two numbers, and 0 exactly.
   *
   * @param low at most 0
   * @param high at least 0
   */
  public static Uint8Range of(double low, double high) {
    double scale = (float) Math.max((high - low) / CODES, Float.MIN_NORMAL);
    int zero = (int) Math.rint(-low / scale);
    return new Uint8Range(scale, Math.max(0, Math.min(CODES, zero)));
  }
}
