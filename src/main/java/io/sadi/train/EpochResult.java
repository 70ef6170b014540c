package io.sadi.train;

import io.sadi.eval.MetricResult;
import io.sadi.io.Decimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The result of an epoch, a row of {@code metrics.csv}.
 *
 * @param epoch from 1
 * @param steps done since the run began
 * @param rate learning rate of the last step
 * @param loss mean over the epoch's steps
 * @param images crops that the steps took, over all processes
 * @param imagesPerSecond of the steps, without validation; NaN if an earlier process did all of
 *     them
 * @param residentMb memory at the end of the epoch
 * @param validation a result for each decode; empty if the epoch was not validated
 */
record EpochResult(
    int epoch,
    long steps,
    double rate,
    LossValues loss,
    long images,
    double imagesPerSecond,
    long residentMb,
    List<MetricResult> validation) {
  private static final List<String> DECODES = List.of("fused", "h1", "h2", "mu");

  /** The columns of {@code metrics.csv}. */
  static List<String> columns() {
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

  /** The cells, one for each of {@link #columns}; empty where there is no number. */
  List<String> row() {
    List<String> row = new ArrayList<>();
    row.add(String.valueOf(epoch));
    row.add(String.valueOf(steps));
    row.add(format("%.6g", rate));
    row.add(decimals(loss.total(), 6));
    row.add(decimals(loss.h1(), 6));
    row.add(decimals(loss.h2(), 6));
    row.add(String.valueOf(images));
    row.add(format("%.1f", imagesPerSecond));
    row.add(String.valueOf(residentMb));
    for (String decode : DECODES) {
      MetricResult of =
          validation.stream().filter(r -> r.decode().equals(decode)).findFirst().orElse(null);
      row.add(of == null ? "" : format("%.4f", of.meanJointWeighted()));
      row.add(of == null ? "" : format("%.4f", of.meanUnweighted()));
    }
    return row;
  }

  /** The epoch of a row. */
  static int epoch(List<String> row) {
    return Integer.parseInt(row.get(0));
  }

  /** A row's number in a column; NaN if it has none. */
  static double number(List<String> row, String column) {
    return number(row.get(columns().indexOf(column)));
  }

  /** The last images a second that are known of some rows; NaN if none are. */
  static double lastRate(List<String> columns, List<List<String>> rows) {
    double rate = Double.NaN;
    for (List<String> row : rows) {
      double ofRow = number(row.get(columns.indexOf("img_per_s")));
      rate = ofRow > 0 ? ofRow : rate;
    }
    return rate;
  }

  private static double number(String cell) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String decimals(double value, int decimals) {
    return Double.isNaN(value) ? "" : Decimal.of(value, decimals);
  }

  private static String format(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }
}
