package io.sadi.prepare.synthetic;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A picture in the making: flat shapes with smooth edges, textures, blur, light and grain. */
final class Picture {
  final int width;
  final int height;

  /** Interleaved RGB, 0..255. */
  private float[] rgb;

  private boolean @Nullable [] mask;

  Picture(int width, int height) {
    this.width = width;
    this.height = height;
    rgb = new float[3 * width * height];
  }

  /** Where a shape is. */
  @FunctionalInterface
  interface Region {
    /** How far inside the shape a place is, in pixels; negative outside. */
    double inside(double x, double y);
  }

  /** The colour of a place, 0xRRGGBB. */
  @FunctionalInterface
  interface Tint {
    int at(int x, int y);
  }

  void fill(Tint tint) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        blend(x, y, tint.at(x, y), 1);
      }
    }
  }

  /** Draws a shape that lies within a box; edges are one pixel soft. */
  void draw(double left, double top, double right, double bottom, Region shape, Tint tint) {
    int x0 = (int) Math.max(0, Math.floor(left - 1));
    int y0 = (int) Math.max(0, Math.floor(top - 1));
    int x1 = (int) Math.min(width - 1, Math.ceil(right + 1));
    int y1 = (int) Math.min(height - 1, Math.ceil(bottom + 1));
    for (int y = y0; y <= y1; y++) {
      for (int x = x0; x <= x1; x++) {
        double cover = shape.inside(x, y) + 0.5;
        if (cover > 0) {
          blend(x, y, tint.at(x, y), Math.min(1, cover));
          if (mask != null && cover > 0.5) {
            mask[y * width + x] = true;
          }
        }
      }
    }
  }

  /** From now on it is remembered where shapes are drawn. */
  void startMask() {
    mask = new boolean[width * height];
  }

  /** Whether something has been drawn over a place since {@link #startMask}. */
  boolean masked(double x, double y) {
    int px = (int) Math.rint(x);
    int py = (int) Math.rint(y);
    boolean outside = px < 0 || py < 0 || px >= width || py >= height;
    return mask != null && !outside && mask[py * width + px];
  }

  void blend(int x, int y, int colour, double cover) {
    int at = 3 * (y * width + x);
    float c = (float) cover;
    rgb[at] += c * (((colour >> 16) & 0xFF) - rgb[at]);
    rgb[at + 1] += c * (((colour >> 8) & 0xFF) - rgb[at + 1]);
    rgb[at + 2] += c * ((colour & 0xFF) - rgb[at + 2]);
  }

  /** Darkens a place by a factor below 1, as a shadow does. */
  void darken(int x, int y, double factor) {
    int at = 3 * (y * width + x);
    for (int c = 0; c < 3; c++) {
      rgb[at + c] *= (float) factor;
    }
  }

  /** Puts a layer over the picture, its pixels averaged. */
  void add(SolidLayer layer) {
    int n = SolidLayer.OVERSAMPLING;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int covered = 0;
        int r = 0;
        int g = 0;
        int b = 0;
        for (int i = 0; i < n * n; i++) {
          int lx = x * n + i % n;
          int ly = y * n + i / n;
          if (layer.covered(lx, ly)) {
            int colour = layer.colour(lx, ly);
            covered++;
            r += (colour >> 16) & 0xFF;
            g += (colour >> 8) & 0xFF;
            b += colour & 0xFF;
          }
        }
        if (covered > 0) {
          int mean = ((r / covered) << 16) | ((g / covered) << 8) | (b / covered);
          blend(x, y, mean, (double) covered / (n * n));
        }
      }
    }
  }

  /** Averages over squares of 2 radius + 1 pixels; beyond the edges the edge goes on. */
  void blur(int radius) {
    rgb = blurred(rgb, width, height, 3, 3 * width, radius);
    rgb = blurred(rgb, height, width, 3 * width, 3, radius);
  }

  private static float[] blurred(
      float[] from, int length, int lines, int step, int lineStep, int radius) {
    float[] to = new float[from.length];
    float weight = 1f / (2 * radius + 1);
    for (int line = 0; line < lines; line++) {
      for (int c = 0; c < 3; c++) {
        int start = line * lineStep + c;
        float sum = 0;
        for (int i = -radius; i <= radius; i++) {
          sum += from[start + step * Math.max(0, Math.min(length - 1, i))];
        }
        for (int i = 0; i < length; i++) {
          to[start + step * i] = sum * weight;
          sum +=
              from[start + step * Math.min(length - 1, i + radius + 1)]
                  - from[start + step * Math.max(0, i - radius)];
        }
      }
    }
    return to;
  }

  /**
   * Light, contrast, tint and grain of a camera.
   *
   * @param gain of each channel, and its change from the middle to the right and the lower edge
   * @param grain its standard deviation
   */
  byte[] develop(
      double[] gain, double gradientX, double gradientY, double grain, SplittableRandom random) {
    byte[] bytes = new byte[rgb.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double light = 1 + gradientX * (2.0 * x / width - 1) + gradientY * (2.0 * y / height - 1);
        long bits = random.nextLong();
        for (int c = 0; c < 3; c++) {
          int at = 3 * (y * width + x) + c;
          double value = rgb[at] * gain[c] * light + grain * roughlyNormal(bits >>> (20 * c));
          bytes[at] = (byte) Math.max(0, Math.min(255, (int) (value + 0.5)));
        }
      }
    }
    return bytes;
  }

  /** The sum of two uniform numbers is normal enough for grain, and costs next to nothing. */
  private static double roughlyNormal(long bits) {
    return ((bits & 0x3FF) + ((bits >>> 10) & 0x3FF) - 1023) * (2.449 / 1023);
  }
}
