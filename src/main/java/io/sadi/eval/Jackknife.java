package io.sadi.eval;

import java.util.Arrays;

/**
 * How statistics of the same people would vary together with other people, from what each becomes
 * without one of them: the variance that a {@link Bootstrap} comes to with endlessly many draws,
 * but for terms that vanish with the number of people (Efron, The Jackknife, the Bootstrap and
 * Other Resampling Plans, 1982), and no luck of the draw in it.
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
