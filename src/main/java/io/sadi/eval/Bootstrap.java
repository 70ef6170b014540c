package io.sadi.eval;

import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.commons.statistics.descriptive.NaNPolicy;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.Quantile.EstimationMethod;

/**
 * How far numbers would move with other people: the people are drawn again with replacement, since
 * the joints of one person are not independent of each other. The same people give the same
 * intervals, and intervals of one call come from the same draws.
 */
final class Bootstrap {
  /** Leaves some 3 % of the interval's half width to chance, which the seed then fixes. */
  static final int RESAMPLES = 2000;

  private static final long SEED = 1;

  /** A number that is undefined for some draws is judged by the others. */
  private static final Quantile QUANTILE =
      Quantile.withDefaults().with(EstimationMethod.HF7).with(NaNPolicy.EXCLUDE);

  private Bootstrap() {}

  /**
   * The central 95 % of statistics over resampled people.
   *
   * @param people how many there are
   * @param statistics of people by their numbers, some of them several times, [people] to [S]
   * @return [S], NaN where a statistic is NaN
   */
  static Interval[] intervals95(int people, Function<int[], double[]> statistics) {
    double[][] values = draws(people, RESAMPLES, statistics);
    Interval[] intervals = new Interval[values.length];
    for (int s = 0; s < intervals.length; s++) {
      intervals[s] = central95(values[s]);
    }
    return intervals;
  }

  /** The central 95 % of draws. */
  static Interval central95(double[] draws) {
    double[] ends = QUANTILE.evaluate(draws, 0.025, 0.975);
    return new Interval(ends[0], ends[1]);
  }

  /**
   * Statistics of resampled people.
   *
   * @param people how many there are
   * @param resamples how often they are drawn
   * @param statistics as in {@link #intervals95}
   * @return [S x resamples]
   */
  static double[][] draws(int people, int resamples, Function<int[], double[]> statistics) {
    int[] drawn = new int[people];
    int size = statistics.apply(drawn).length;
    double[][] values = new double[size][resamples];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int r = 0; r < resamples; r++) {
      for (int i = 0; i < people; i++) {
        drawn[i] = random.nextInt(people);
      }
      double[] resampled = statistics.apply(drawn);
      for (int s = 0; s < size; s++) {
        values[s][r] = resampled[s];
      }
    }
    return values;
  }
}
