package io.sadi.geom;

/**
 * An axis-aligned box in image pixels. Its edges lie between pixels, at whole numbers: a whole
 * image is (0, 0, width, height), as COCO has it, though points are counted from pixel centres.
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

  /**
   * The smallest box around what a map makes of this one. What is the whole image stays it.
   *
   * @param map between pixel centres, as all maps are
   */
  public Box under(Affine map) {
    double left = x - 0.5;
    double top = y - 0.5;
    double right = left + width;
    double bottom = top + height;
    double x0 = Double.POSITIVE_INFINITY;
    double y0 = Double.POSITIVE_INFINITY;
    double x1 = Double.NEGATIVE_INFINITY;
    double y1 = Double.NEGATIVE_INFINITY;
    for (double cornerX : new double[] {left, right}) {
      for (double cornerY : new double[] {top, bottom}) {
        x0 = Math.min(x0, map.x(cornerX, cornerY));
        y0 = Math.min(y0, map.y(cornerX, cornerY));
        x1 = Math.max(x1, map.x(cornerX, cornerY));
        y1 = Math.max(y1, map.y(cornerX, cornerY));
      }
    }
    return new Box(x0 + 0.5, y0 + 0.5, x1 - x0, y1 - y0);
  }

  /** What of this box lies within another; may have no size. */
  public Box within(Box other) {
    double left = Math.max(x, other.x);
    double top = Math.max(y, other.y);
    double right = Math.min(x + width, other.x + other.width);
    double bottom = Math.min(y + height, other.y + other.height);
    return new Box(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
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
