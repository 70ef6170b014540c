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

  /** What both boxes cover, in square pixels. */
  public double intersection(Box other) {
    double across = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
    double down = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
    return Math.max(0, across) * Math.max(0, down);
  }

  /** Intersection over union, 0 to 1. */
  public double overlap(Box other) {
    double both = intersection(other);
    double all = area() + other.area() - both;
    return all > 0 ? both / all : 0;
  }
}
