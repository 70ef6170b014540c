package io.sadi.predict.engine;

/** Places the peaks of heatmaps: the largest pixel, refined. */
final class PeakFinder {
  private static final double LOG_FLOOR = 1e-10;

  /** A peak in map pixels, and the map's value at its largest pixel. */
  record Peak(double x, double y, double value) {}

  private final int width;
  private final int height;
  private final Refine refine;

  /** What DARK smooths with, in x and in y. */
  private final double[] kernel;

  /**
   * @param targetSigma deviation of what the maps were trained to show, in map pixels; DARK smooths
   *     as much
   */
  PeakFinder(int width, int height, Refine refine, double targetSigma) {
    this.width = width;
    this.height = height;
    this.refine = refine;
    this.kernel = kernel(targetSigma);
  }

  /** For square maps of whatever target, which DARK does not do. */
  static PeakFinder of(int size, Refine refine) {
    if (refine == Refine.DARK) {
      throw new IllegalArgumentException("DARK needs the target's deviation");
    }
    return new PeakFinder(size, size, refine, 1);
  }

  /**
   * The peak of one map.
   *
   * @param maps several maps, each row-major
   * @param offset where this one begins
   */
  Peak find(float[] maps, int offset) {
    int best = 0;
    for (int i = 1; i < width * height; i++) {
      if (maps[offset + i] > maps[offset + best]) {
        best = i;
      }
    }
    int px = best % width;
    int py = best / width;
    double value = maps[offset + best];
    return switch (refine) {
      case NONE -> new Peak(px, py, value);
      case QUARTER -> quarter(maps, offset, px, py, value);
      case DARK -> dark(maps, offset, px, py, value);
    };
  }

  private Peak quarter(float[] maps, int offset, int px, int py, double value) {
    double x = px;
    double y = py;
    if (px > 0 && px < width - 1 && py > 0 && py < height - 1) {
      int at = offset + py * width + px;
      x += 0.25 * Math.signum(maps[at + 1] - maps[at - 1]);
      y += 0.25 * Math.signum(maps[at + width] - maps[at - width]);
    }
    return new Peak(x, y, value);
  }

  private Peak dark(float[] maps, int offset, int px, int py, double value) {
    if (px < 2 || px > width - 3 || py < 2 || py > height - 3) {
      return new Peak(px, py, value);
    }
    double[][] log = new double[5][5];
    for (int j = -2; j <= 2; j++) {
      for (int i = -2; i <= 2; i++) {
        log[j + 2][i + 2] = Math.log(Math.max(smoothed(maps, offset, px + i, py + j), LOG_FLOOR));
      }
    }
    double c = log[2][2];
    double dx = 0.5 * (log[2][3] - log[2][1]);
    double dy = 0.5 * (log[3][2] - log[1][2]);
    double dxx = 0.25 * (log[2][4] - 2 * c + log[2][0]);
    double dyy = 0.25 * (log[4][2] - 2 * c + log[0][2]);
    double dxy = 0.25 * (log[3][3] - log[1][3] - log[3][1] + log[1][1]);
    double det = dxx * dyy - dxy * dxy;
    if (det == 0 || Double.isNaN(det)) {
      return new Peak(px, py, value);
    }
    double x = px - (dyy * dx - dxy * dy) / det;
    double y = py - (dxx * dy - dxy * dx) / det;
    // A step beyond the neighbours is no refinement: the map has no peak of the expected shape.
    boolean near = Math.abs(x - px) <= 1 && Math.abs(y - py) <= 1;
    return near ? new Peak(x, y, value) : new Peak(px, py, value);
  }

  private double smoothed(float[] maps, int offset, int cx, int cy) {
    int radius = kernel.length / 2;
    double sum = 0;
    for (int j = -radius; j <= radius; j++) {
      int y = cy + j;
      if (y < 0 || y >= height) {
        continue;
      }
      double row = 0;
      for (int i = -radius; i <= radius; i++) {
        int x = cx + i;
        if (x >= 0 && x < width) {
          row += kernel[i + radius] * maps[offset + y * width + x];
        }
      }
      sum += kernel[j + radius] * row;
    }
    return sum;
  }

  /**
   * The Gaussian that DARK's authors take: as many taps as OpenCV takes for the deviation (11 for
   * 2, 17 for 3), and the deviation that it takes for these.
   */
  private static double[] kernel(double targetSigma) {
    int radius = Math.max(1, (int) Math.round((targetSigma - 0.8) / 0.3 + 1));
    double deviation = 0.3 * (radius - 1) + 0.8;
    double[] kernel = new double[2 * radius + 1];
    double sum = 0;
    for (int i = -radius; i <= radius; i++) {
      kernel[i + radius] = Math.exp(-0.5 * i * i / (deviation * deviation));
      sum += kernel[i + radius];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
    return kernel;
  }
}
