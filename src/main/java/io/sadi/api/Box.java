package io.sadi.api;

/**
 * A box around a person, in pixels of the image; it fits tightly, and may reach beyond the image.
 *
 * @param x left edge
 * @param y upper edge
 * @param width to the right, at least 0
 * @param height downwards, at least 0; not both 0
 */
public record Box(double x, double y, double width, double height) {
  /**
   * Checks it.
   *
   * @throws PoseException if a number is not finite, a side is below 0, or both are 0
   */
  public Box {
    boolean finite =
        Double.isFinite(x)
            && Double.isFinite(y)
            && Double.isFinite(width)
            && Double.isFinite(height);
    if (!finite || width < 0 || height < 0 || width + height == 0) {
      throw new PoseException(
          "box: found x "
              + x
              + ", y "
              + y
              + ", width "
              + width
              + ", height "
              + height
              + ", expected finite numbers, and a width and height of at least 0, not both 0",
          null);
    }
  }
}
