package io.sadi.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A permutation test of several paired differences at once. Where two networks are equally good, a
 * person's two outcomes could as well be the other way round, which flips the sign of the person's
 * difference. All differences flip together, person by person, so that those that hang together
 * stay together, and each is compared with the largest of all that are not more extreme: the chance
 * that any of them is found where there is none is at most the level.
 *
 * <p>Source: Westfall and Young, Resampling-Based Multiple Testing (1993), algorithm 2.8 (step-down
 * maximum); for sign flips Winkler et al., Permutation inference for the general linear model,
 * NeuroImage 92 (2014).
 */
final class SignFlips {
  /** Leaves a p-value of 0.05 a deviation of 0.003, which the seed then fixes. */
  static final int FLIPS = 4999;

  private static final long SEED = 2;

  /** Sums of the same numbers in another order differ by less. */
  private static final double TIE = 1e-9;

  private SignFlips() {}

  /**
   * Tests that differences are 0, each against both sides.
   *
   * @param differences [hypotheses x people], what each person adds to the difference
   * @return [hypotheses] p-values, corrected for the number of hypotheses; 1 where nobody differs
   */
  static double[] correctedP(double[][] differences) {
    return correctedP(differences, FLIPS);
  }

  static double[] correctedP(double[][] differences, int flips) {
    int hypotheses = differences.length;
    double[] observed = new double[hypotheses];
    double[][] scaled = new double[hypotheses][];
    for (int h = 0; h < hypotheses; h++) {
      double size = Math.sqrt(Arrays.stream(differences[h]).map(x -> x * x).sum());
      // Flipped sums have this deviation: in its unit large and small differences compare.
      scaled[h] = Arrays.stream(differences[h]).map(x -> size == 0 ? 0 : x / size).toArray();
      observed[h] = Math.abs(Arrays.stream(scaled[h]).sum());
    }
    int[] order =
        IntStream.range(0, hypotheses)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer h) -> -observed[h]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] asLarge = new int[hypotheses];
    int people = hypotheses == 0 ? 0 : differences[0].length;
    double[] signs = new double[people];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int flip = 0; flip < flips; flip++) {
      long bits = 0;
      for (int i = 0; i < people; i++) {
        bits = i % Long.SIZE == 0 ? random.nextLong() : bits >>> 1;
        signs[i] = (bits & 1) == 0 ? 1 : -1;
      }
      double largest = 0;
      for (int at = hypotheses - 1; at >= 0; at--) {
        int h = order[at];
        largest = Math.max(largest, Math.abs(dot(scaled[h], signs)));
        asLarge[h] += largest >= observed[h] - TIE ? 1 : 0;
      }
    }
    double[] p = new double[hypotheses];
    double before = 0;
    for (int h : order) {
      before = Math.max(before, (1.0 + asLarge[h]) / (1 + flips));
      p[h] = before;
    }
    return p;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
