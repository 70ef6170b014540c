package io.sadi.prepare.synthetic;

/** What a body part looks like before light falls on it. */
@FunctionalInterface
interface Paint {
  /**
   * The colour, 0xRRGGBB, at a place of the part.
   *
   * @param along 0 at its beginning (the body's end), 1 at its end
   * @param across -1..1, to the figure's left where the part has one
   * @param front 1 straight at the front, -1 straight at the back; 1 where it has none
   */
  int at(double along, double across, double front);

  static Paint plain(int rgb) {
    return (along, across, front) -> rgb;
  }

  /** A colour made lighter (above 1) or darker. */
  static int shade(int rgb, double factor) {
    return (channel(((rgb >> 16) & 0xFF) * factor) << 16)
        | (channel(((rgb >> 8) & 0xFF) * factor) << 8)
        | channel((rgb & 0xFF) * factor);
  }

  /** A share {@code t} of the way from one colour to another. */
  static int mix(int from, int to, double t) {
    return (channel(((from >> 16) & 0xFF) * (1 - t) + ((to >> 16) & 0xFF) * t) << 16)
        | (channel(((from >> 8) & 0xFF) * (1 - t) + ((to >> 8) & 0xFF) * t) << 8)
        | channel((from & 0xFF) * (1 - t) + (to & 0xFF) * t);
  }

  /** A colour from hue (in turns), saturation and value (0..1). */
  static int hsv(double hue, double saturation, double value) {
    double h = 6 * (hue - Math.floor(hue));
    double r = Math.max(0, Math.min(1, Math.abs(h - 3) - 1));
    double g = Math.max(0, Math.min(1, 2 - Math.abs(h - 2)));
    double b = Math.max(0, Math.min(1, 2 - Math.abs(h - 4)));
    return (channel(255 * value * (1 - saturation * (1 - r))) << 16)
        | (channel(255 * value * (1 - saturation * (1 - g))) << 8)
        | channel(255 * value * (1 - saturation * (1 - b)));
  }

  private static int channel(double value) {
    return (int) Math.max(0, Math.min(255, value + 0.5));
  }
}
