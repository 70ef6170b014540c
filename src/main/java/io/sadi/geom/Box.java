package io.sadi.geom;

/**
 * An axis-aligned box in image pixels.
 *
 * @param x left edge
 * @param y upper edge
 * @param width extent to the right, at least 0
 * @param height extent downwards, at least 0
 */
public record Box(double x, double y, double width, double height) {
  public double centerX() {
    return x + width / 2;
  }

  public double centerY() {
    return y + height / 2;
  }

  public double area() {
    return width * height;
  }
}
