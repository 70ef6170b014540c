package io.sadi.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether joints lie as far from their predictions as the predicted deviations say, taking the
 * error in x and y for independent and normal.
 *
 * @param counted how many joints
 * @param coverage percentage of joints inside the ellipse that should hold {@link #LEVELS} of them;
 *     NaN if there are none
 * @param nll mean negative log-likelihood of a joint, in nats, positions in pixels
 * @param scale the factor for all deviations that would make the joints likeliest: above 1 they are
 *     too small
 */
record SigmaCalibration(int counted, List<Double> coverage, double nll, double scale) {
  /** Shares of joints that the ellipses should hold. */
  public static final List<Double> LEVELS = List.of(0.5, 0.9, 0.95);

  public SigmaCalibration {
    coverage = List.copyOf(coverage);
  }

  /**
   * Measures n joints.
   *
   * @param dx error in x, pixels, [n]
   * @param dy error in y, pixels, [n]
   * @param sigmaX predicted deviation in x, pixels, above 0, [n]
   * @param sigmaY predicted deviation in y, pixels, above 0, [n]
   */
  static SigmaCalibration of(double[] dx, double[] dy, double[] sigmaX, double[] sigmaY) {
    int n = dx.length;
    int[] inside = new int[LEVELS.size()];
    double logDeterminants = 0;
    double distances = 0;
    for (int i = 0; i < n; i++) {
      double x = dx[i] / sigmaX[i];
      double y = dy[i] / sigmaY[i];
      double squared = x * x + y * y;
      distances += squared;
      logDeterminants += Math.log(sigmaX[i]) + Math.log(sigmaY[i]);
      for (int level = 0; level < inside.length; level++) {
        // A share p of a two-dimensional normal lies within a squared distance of -2 ln(1 - p).
        inside[level] += squared <= -2 * Math.log1p(-LEVELS.get(level)) ? 1 : 0;
      }
    }
    List<Double> coverage = new ArrayList<>();
    for (int in : inside) {
      coverage.add(100.0 * in / n);
    }
    double nll = Math.log(2 * Math.PI) + (logDeterminants + distances / 2) / n;
    return new SigmaCalibration(n, coverage, nll, Math.sqrt(distances / (2.0 * n)));
  }
}
