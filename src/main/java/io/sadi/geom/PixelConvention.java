package io.sadi.geom;

/**
 * Where the middle of n pixels lies, for a network's crops and maps. A person's centre lies in the
 * middle of the crop, and the middle of the map is the middle of the crop, so that this decides how
 * a crop is cut and where in the crop a map's pixel lies.
 *
 * <p>Coordinates are pixel centres in both cases, as in {@link Affine}.
 */
public enum PixelConvention {
  /**
   * The middle of n pixels is at n / 2 - 0.5, as pixels have an extent: map pixel i stands at crop
   * pixel (i + 0.5) stride - 0.5. A mirrored crop has the mirrored maps exactly.
   */
  CENTER,
  /**
   * The middle of n pixels is at n / 2: map pixel i stands at crop pixel i stride, HRNet's and
   * MMPose's way. The mirrored maps of a mirrored crop lie 1 - 1 / stride pixels too far left.
   */
  CORNER;

  /** The middle of {@code size} pixels, in pixels. */
  public double middle(int size) {
    return this == CENTER ? size / 2.0 - 0.5 : size / 2.0;
  }

  /** From units of the side, 0 in the middle, to pixels. */
  public double pixel(double unit, int size) {
    return unit * size + middle(size);
  }

  /** From pixels to units of the side, 0 in the middle. */
  public double unit(double pixel, int size) {
    return (pixel - middle(size)) / size;
  }

  /**
   * How many pixels a mirrored map, mirrored back, is moved to the right before it is averaged with
   * the other: whole ones, as those who train such networks do it.
   */
  public int mirrorShift() {
    return this == CENTER ? 0 : 1;
  }

  /** Where the middle lies beyond that of {@link #CENTER}, in pixels. */
  public double offset() {
    return this == CENTER ? 0 : 0.5;
  }
}
