package io.sadi.train;

import io.sadi.eval.MetricResult;
import io.sadi.io.Decimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The columns of {@code metrics.csv}: one row an epoch. */
final class MetricsCsv {
  private static final List<String> DECODES = List.of("fused", "h1", "h2", "mu");

  private MetricsCsv() {}

  static List<String> header() {
    List<String> columns =
        new ArrayList<>(
            List.of(
                "epoch",
                "steps",
                "lr",
                "loss",
                "loss_h1",
                "loss_h2",
                "images",
                "img_per_s",
                "rss_mb"));
    for (String decode : DECODES) {
      columns.add("val_" + decode + "_mean_joint_weighted");
      columns.add("val_" + decode + "_mean_unweighted");
    }
    return columns;
  }

  static List<String> row(EpochResult result) {
    List<String> row = new ArrayList<>();
    row.add(String.valueOf(result.epoch()));
    row.add(String.valueOf(result.steps()));
    row.add(format("%.6g", result.rate()));
    row.add(decimals(result.loss(), 6));
    row.add(decimals(result.lossH1(), 6));
    row.add(decimals(result.lossH2(), 6));
    row.add(String.valueOf(result.images()));
    row.add(format("%.1f", result.imagesPerSecond()));
    row.add(String.valueOf(result.residentMb()));
    for (String decode : DECODES) {
      MetricResult of =
          result.validation().stream()
              .filter(r -> r.decode().equals(decode))
              .findFirst()
              .orElse(null);
      row.add(of == null ? "" : format("%.4f", of.meanJointWeighted()));
      row.add(of == null ? "" : format("%.4f", of.meanUnweighted()));
    }
    return row;
  }

  /** The epoch that a row is of. */
  static int epoch(List<String> row) {
    return Integer.parseInt(row.get(0));
  }

  /** What a row has in a column; NaN where there is no number. */
  static double number(List<String> row, String column) {
    String cell = row.get(header().indexOf(column));
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** Empty for what there is not. */
  private static String decimals(double value, int decimals) {
    return Double.isNaN(value) ? "" : Decimal.of(value, decimals);
  }

  private static String format(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }
}
