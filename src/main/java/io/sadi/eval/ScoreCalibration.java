package io.sadi.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether joints are right as often as their scores say.
 *
 * @param counted how many joints
 * @param meanScore mean score, in percent
 * @param right percentage of right joints
 * @param ece expected calibration error in percent: the distance between mean score and share of
 *     right joints in each bin, averaged over joints (Guo et al. 2017: 15 bins of equal width)
 * @param nll mean negative log-likelihood of right and wrong, in nats
 * @param bins those that hold joints, from the lowest
 */
record ScoreCalibration(
    int counted, double meanScore, double right, double ece, double nll, List<Bin> bins) {

  private static final int BINS = 15;

  /** Files hold four decimals: a score of 1 that is wrong is no more unlikely than this. */
  private static final double SMALLEST = 0.00005;

  /**
   * Joints of similar scores.
   *
   * @param low the smallest score that falls into it, in percent
   * @param high where the next bin begins, in percent
   * @param counted how many joints
   * @param meanScore their mean score, in percent
   * @param right percentage of right joints
   */
  public record Bin(double low, double high, int counted, double meanScore, double right) {}

  public ScoreCalibration {
    bins = List.copyOf(bins);
  }

  /**
   * Measures n joints.
   *
   * @param scores 0 to 1, [n]
   * @param rights whether the joint is right, [n]
   */
  static ScoreCalibration of(double[] scores, boolean[] rights) {
    int n = scores.length;
    double[] sums = new double[BINS];
    int[] right = new int[BINS];
    int[] counts = new int[BINS];
    double logs = 0;
    for (int i = 0; i < n; i++) {
      int b = Math.min((int) (scores[i] * BINS), BINS - 1);
      sums[b] += scores[i];
      right[b] += rights[i] ? 1 : 0;
      counts[b]++;
      logs += Math.log(Math.max(rights[i] ? scores[i] : 1 - scores[i], SMALLEST));
    }
    double sum = 0;
    double allRight = 0;
    double distances = 0;
    List<Bin> bins = new ArrayList<>();
    for (int b = 0; b < BINS; b++) {
      sum += sums[b];
      allRight += right[b];
      distances += Math.abs(sums[b] - right[b]);
      if (counts[b] > 0) {
        bins.add(
            new Bin(
                100.0 * b / BINS,
                100.0 * (b + 1) / BINS,
                counts[b],
                100 * sums[b] / counts[b],
                100.0 * right[b] / counts[b]));
      }
    }
    return new ScoreCalibration(
        n, 100 * sum / n, 100 * allRight / n, 100 * distances / n, -logs / n, bins);
  }
}
