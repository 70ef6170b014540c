package io.sadi.show;

import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;

/**
 * Heatmaps over the crop that they are of. Heat has the colour of its joint's side, and where
 * joints overlap mostly that of the likeliest; the crop shines through where there is none.
 */
final class HeatDrawing {
  /** How bright the crop is where nothing is. */
  private static final double PHOTO = 0.45;

  /** Faint heat is to be seen too: a value of 0.1 covers a fifth. */
  private static final double GAMMA = 0.7;

  private final SkeletonDrawing drawing;
  private final int joints;
  private final PixelConvention pixels;

  /**
   * @param drawing whose colours the joints have
   * @param joints K
   * @param pixels where the network has the middle of its maps
   */
  HeatDrawing(SkeletonDrawing drawing, int joints, PixelConvention pixels) {
    this.drawing = drawing;
    this.joints = joints;
    this.pixels = pixels;
  }

  /**
   * The crop, dimmed and grey, under the heat of all joints. The caller closes it.
   *
   * @param plain the crop, square, its middle where {@link PixelConvention#CENTER} has it
   * @param maps [K, size, size]
   */
  Image draw(Image plain, float[] maps, int size) {
    byte[] rgb = plain.rgb();
    int side = plain.width();
    for (int v = 0; v < side; v++) {
      double y = pixels.pixel(PixelConvention.CENTER.unit(v, side), size);
      for (int u = 0; u < side; u++) {
        double x = pixels.pixel(PixelConvention.CENTER.unit(u, side), size);
        // Weighted so that the likeliest joint's colour wins, but without an edge.
        double largest = 0;
        double weights = 1e-12;
        double[] colour = new double[3];
        for (int k = 0; k < joints; k++) {
          double value = sample(maps, k * size * size, size, x, y);
          double weight = value * value * value * value;
          largest = Math.max(largest, value);
          weights += weight;
          for (int c = 0; c < 3; c++) {
            colour[c] += weight * ((drawing.colour(k) >> (16 - 8 * c)) & 0xFF);
          }
        }
        double cover = Math.pow(largest, GAMMA);
        int at = 3 * (v * side + u);
        // Grey, so that all colour is heat.
        int photo = (rgb[at] & 0xFF) + 2 * (rgb[at + 1] & 0xFF) + (rgb[at + 2] & 0xFF);
        for (int c = 0; c < 3; c++) {
          double heat = colour[c] / weights;
          rgb[at + c] = (byte) Math.rint((1 - cover) * PHOTO * photo / 4 + cover * heat);
        }
      }
    }
    return Image.of(rgb, side, side);
  }

  /** Bilinear, the edge's pixels going on outside; clamped to [0, 1]. */
  private static double sample(float[] maps, int offset, int size, double x, double y) {
    double cx = Math.max(0, Math.min(x, size - 1));
    double cy = Math.max(0, Math.min(y, size - 1));
    int x0 = (int) cx;
    int y0 = (int) cy;
    int x1 = Math.min(x0 + 1, size - 1);
    int y1 = Math.min(y0 + 1, size - 1);
    double fx = cx - x0;
    double fy = cy - y0;
    double upper = maps[offset + y0 * size + x0] * (1 - fx) + maps[offset + y0 * size + x1] * fx;
    double lower = maps[offset + y1 * size + x0] * (1 - fx) + maps[offset + y1 * size + x1] * fx;
    return Math.max(0, Math.min(1, upper * (1 - fy) + lower * fy));
  }
}
