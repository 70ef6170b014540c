package io.sadi.ablate.report;

import java.util.List;
import java.util.Locale;

/**
 * A value over seeds.
 *
 * @param mean NaN if no seed has a value
 * @param deviation the sample's standard deviation; NaN for fewer than two seeds
 */
record Spread(double mean, double deviation) {
  static Spread of(List<Double> all) {
    List<Double> values = all.stream().filter(value -> !value.isNaN()).toList();
    double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    if (values.size() < 2) {
      return new Spread(mean, Double.NaN);
    }
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, Math.sqrt(squares / (values.size() - 1)));
  }

  /** As a difference. */
  String signed() {
    return Double.isNaN(mean)
        ? Text.NONE
        : Text.tenths(mean)
            + (Double.isNaN(deviation) ? "" : String.format(Locale.ROOT, " ± %.1f", deviation));
  }

  /** With one decimal, as in papers. */
  String rounded() {
    return text(1);
  }

  @Override
  public String toString() {
    return text(2);
  }

  private String text(int decimals) {
    if (Double.isNaN(mean)) {
      return "-";
    }
    String number = "%." + decimals + "f";
    return String.format(Locale.ROOT, number, mean)
        + (Double.isNaN(deviation) ? "" : String.format(Locale.ROOT, " ± " + number, deviation));
  }
}
