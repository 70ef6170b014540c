package io.sadi.prepare.synthetic;

import java.util.SplittableRandom;

/** Smooth random variation over the plane. All noise is cut from one pattern, made once. */
final class Noise {
  private static final int GRID = 64;
  private static final int FINE = 8;
  private static final int SIDE = GRID * FINE;

  /** Periodic, [SIDE * SIDE], FINE samples to a feature. */
  private static final float[] SMOOTH = new float[SIDE * SIDE];

  /** The same with ever finer features on it. */
  private static final float[] ROUGH = new float[SIDE * SIDE];

  static {
    SplittableRandom random = new SplittableRandom(20260101);
    float[] grid = new float[GRID * GRID];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = (float) (2 * random.nextDouble() - 1);
    }
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double gx = (double) x / FINE;
        double gy = (double) y / FINE;
        SMOOTH[y * SIDE + x] = (float) sample(grid, gx, gy);
        ROUGH[y * SIDE + x] =
            (float)
                (0.6 * sample(grid, gx, gy)
                    + 0.32 * sample(grid, 3 * gx + 71, 3 * gy + 13)
                    + 0.2 * sample(grid, 9 * gx + 29, 9 * gy + 47));
      }
    }
  }

  private final double offsetX;
  private final double offsetY;

  /** Starts somewhere in the pattern. */
  Noise(SplittableRandom random) {
    offsetX = SIDE * random.nextDouble();
    offsetY = SIDE * random.nextDouble();
  }

  /** About -1..1, with features of about {@code size} pixels. */
  double at(double x, double y, double size) {
    return look(SMOOTH, x * FINE / size + offsetX, y * FINE / size + offsetY);
  }

  /** Features of {@code size} pixels with finer ones on them. */
  double rough(double x, double y, double size) {
    return look(ROUGH, x * FINE / size + offsetX, y * FINE / size + offsetY);
  }

  private static double look(float[] pattern, double x, double y) {
    int ix = (int) Math.floor(x);
    int iy = (int) Math.floor(y);
    double fx = x - ix;
    double fy = y - iy;
    int row = (iy & (SIDE - 1)) * SIDE;
    int below = ((iy + 1) & (SIDE - 1)) * SIDE;
    int left = ix & (SIDE - 1);
    int right = (ix + 1) & (SIDE - 1);
    double a = pattern[row + left] + fx * (pattern[row + right] - pattern[row + left]);
    double b = pattern[below + left] + fx * (pattern[below + right] - pattern[below + left]);
    return a + fy * (b - a);
  }

  private static double sample(float[] grid, double x, double y) {
    int ix = (int) Math.floor(x);
    int iy = (int) Math.floor(y);
    double fx = smooth(x - ix);
    double fy = smooth(y - iy);
    double above = value(grid, ix, iy) * (1 - fx) + value(grid, ix + 1, iy) * fx;
    double below = value(grid, ix, iy + 1) * (1 - fx) + value(grid, ix + 1, iy + 1) * fx;
    return above * (1 - fy) + below * fy;
  }

  private static float value(float[] grid, int x, int y) {
    return grid[(y & (GRID - 1)) * GRID + (x & (GRID - 1))];
  }

  private static double smooth(double t) {
    return t * t * (3 - 2 * t);
  }
}
