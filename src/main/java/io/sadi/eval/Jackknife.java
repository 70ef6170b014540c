package io.sadi.eval;

import java.util.Arrays;

/**
 * Covariances of statistics over a sample of people, by the jackknife: from what each statistic
 * becomes without one of them. A {@link Bootstrap} converges to the same with many draws, up to
 * terms that vanish with the number of people (Efron, The Jackknife, the Bootstrap and Other
 * Resampling Plans, 1982); the jackknife has no sampling noise.
 */
final class Jackknife {
  private Jackknife() {}

  /**
   * Covariances over people.
   *
   * @param without statistics of all people but one, [statistics x people]
   * @return [statistics x statistics], NaN where a statistic rests on a single person
   */
  static double[][] covariances(double[][] without) {
    int size = without.length;
    double[][] deviations = new double[size][];
    for (int s = 0; s < size; s++) {
      double mean = Arrays.stream(without[s]).average().orElse(Double.NaN);
      deviations[s] = Arrays.stream(without[s]).map(value -> value - mean).toArray();
    }
    double[][] covariances = new double[size][size];
    for (int s = 0; s < size; s++) {
      for (int t = 0; t < size; t++) {
        double sum = 0;
        for (int i = 0; i < deviations[s].length; i++) {
          sum += deviations[s][i] * deviations[t][i];
        }
        covariances[s][t] = sum * (deviations[s].length - 1) / deviations[s].length;
      }
    }
    return covariances;
  }
}
