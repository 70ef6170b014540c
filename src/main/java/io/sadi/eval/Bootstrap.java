package io.sadi.eval;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How far a pooled mean would move with other people: the people are drawn again with replacement,
 * since the joints of one person are not independent of each other.
 */
final class Bootstrap {
  /** Leaves some 3 % of the interval's half width to chance, which the seed then fixes. */
  private static final int RESAMPLES = 2000;

  private static final long SEED = 1;

  private Bootstrap() {}

  /**
   * The central 95 % of sum(credit) / sum(count) over resampled people.
   *
   * @param credit of each person, [N]
   * @param count what each credit is of, [N]; people with 0 are not drawn
   * @return null if nobody is left
   */
  static @Nullable Interval interval95(double[] credit, int[] count) {
    int[] people = IntStream.range(0, count.length).filter(i -> count[i] > 0).toArray();
    if (people.length == 0) {
      return null;
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] means = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      double credits = 0;
      long counts = 0;
      for (int drawn = 0; drawn < people.length; drawn++) {
        int i = people[random.nextInt(people.length)];
        credits += credit[i];
        counts += count[i];
      }
      means[r] = credits / counts;
    }
    Arrays.sort(means);
    return new Interval(quantile(means, 0.025), quantile(means, 0.975));
  }

  private static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
