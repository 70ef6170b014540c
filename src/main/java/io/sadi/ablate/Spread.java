package io.sadi.ablate;

import java.util.List;
import java.util.Locale;

/**
 * A value over seeds.
 *
 * @param mean NaN where no seed has it
 * @param deviation the sample's standard deviation; NaN for fewer than two seeds
 */
record Spread(double mean, double deviation) {
  static Spread of(List<Double> values) {
    double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    if (values.size() < 2) {
      return new Spread(mean, Double.NaN);
    }
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, Math.sqrt(squares / (values.size() - 1)));
  }

  @Override
  public String toString() {
    if (Double.isNaN(mean)) {
      return "-";
    }
    return Double.isNaN(deviation)
        ? String.format(Locale.ROOT, "%.2f", mean)
        : String.format(Locale.ROOT, "%.2f ± %.2f", mean, deviation);
  }
}
