package io.sadi.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How sure the mean of paired differences is where several networks were measured on the same
 * people, and both are a sample: of the seeds there could have been, and of the people.
 *
 * <p>With d_s the difference of seed s, Var(mean) = Var(d_s)/S + Cov, where Cov is what the
 * differences of two seeds share because the people are the same. Var(d_s) is that of the seeds at
 * hand; Cov comes from the paired bootstrap over people. The interval is Student's, with
 * Satterthwaite's degrees of freedom. This is Obuchowski and Rockette's analysis of readers and
 * cases (Communications in Statistics 24, 1995) with Hillis's degrees of freedom (Statistics in
 * Medicine 26, 2007): seeds are the readers, people the cases.
 *
 * <p>Of simulated studies of three seeds, 92 to 95 in 100 intervals hold the truth. A bootstrap
 * that draws the seeds again, too, holds it in 85 where seeds matter: three of them show two thirds
 * of their variance, and no tails.
 */
final class CrossedDesign {
  private static final double TAIL = 0.025;

  private CrossedDesign() {}

  /**
   * A mean of differences.
   *
   * @param interval95 NaN where a difference is NaN
   * @param p of a mean of 0, both sides
   */
  record Estimate(double mean, Interval interval95, double p) {
    private static final Estimate NONE =
        new Estimate(Double.NaN, new Interval(Double.NaN, Double.NaN), Double.NaN);
  }

  /**
   * Estimates the mean over seeds.
   *
   * @param bySeed differences, [S] with S at least 2
   * @param resampled the same with people drawn again, the same draws for all seeds, [S x R]
   */
  static Estimate estimate(double[] bySeed, double[][] resampled) {
    int seeds = bySeed.length;
    if (Arrays.stream(bySeed).anyMatch(Double::isNaN)) {
      return Estimate.NONE;
    }
    double mean = Mean.of(bySeed).getAsDouble();
    double ofSeeds = Variance.of(bySeed).getAsDouble() / seeds;
    double variance = ofSeeds + Math.max(0, covariance(resampled));
    if (variance == 0) {
      return new Estimate(mean, new Interval(mean, mean), mean == 0 ? 1 : 0);
    }
    double error = Math.sqrt(variance);
    double freedom = ofSeeds == 0 ? 1e6 : (seeds - 1) * Math.pow(variance / ofSeeds, 2);
    TDistribution student = TDistribution.of(Math.min(freedom, 1e6));
    double reach = student.inverseSurvivalProbability(TAIL) * error;
    return new Estimate(
        mean,
        new Interval(mean - reach, mean + reach),
        Math.min(1, 2 * student.survivalProbability(Math.abs(mean) / error)));
  }

  /** The mean covariance of two rows; draws in which a number is undefined are left out. */
  private static double covariance(double[][] rows) {
    int seeds = rows.length;
    int[] defined =
        IntStream.range(0, rows[0].length)
            .filter(r -> Arrays.stream(rows).noneMatch(row -> Double.isNaN(row[r])))
            .toArray();
    // The variance of the rows' sum is all variances and, twice, all covariances.
    double[] sums = Arrays.stream(defined).mapToDouble(r -> sum(rows, r)).toArray();
    double own = 0;
    for (double[] row : rows) {
      own += Variance.of(Arrays.stream(defined).mapToDouble(r -> row[r]).toArray()).getAsDouble();
    }
    return (Variance.of(sums).getAsDouble() - own) / (seeds * (seeds - 1.0));
  }

  private static double sum(double[][] rows, int r) {
    double sum = 0;
    for (double[] row : rows) {
      sum += row[r];
    }
    return sum;
  }

  /**
   * Corrects p-values for their number: the chance that any true null hypothesis is rejected stays
   * below the level (Holm, Scandinavian Journal of Statistics 6, 1979).
   *
   * @param p NaN where there is none, which stays and does not count
   */
  static double[] holm(double[] p) {
    int[] order =
        IntStream.range(0, p.length)
            .filter(h -> !Double.isNaN(p[h]))
            .boxed()
            .sorted(Comparator.comparingDouble(h -> p[h]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] corrected = p.clone();
    double before = 0;
    for (int at = 0; at < order.length; at++) {
      before = Math.max(before, Math.min(1, (order.length - at) * p[order[at]]));
      corrected[order[at]] = before;
    }
    return corrected;
  }
}
