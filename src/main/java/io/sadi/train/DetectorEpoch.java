package io.sadi.train;

import io.sadi.eval.BoxPrecision;
import io.sadi.io.Decimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of an epoch of a detector's training, a row of {@code metrics.csv}.
 *
 * @param epoch from 1
 * @param steps done since the run began
 * @param rate learning rate of the last step
 * @param loss mean over the epoch's steps
 * @param images inputs that the steps took
 * @param imagesPerSecond of the steps, without validation; NaN if an earlier process did all of
 *     them
 * @param residentMb memory at the end of the epoch
 * @param validation null if the epoch was not validated
 */
record DetectorEpoch(
    int epoch,
    long steps,
    double rate,
    LossValues loss,
    long images,
    double imagesPerSecond,
    long residentMb,
    @Nullable BoxPrecision validation) {

  /** The columns of {@code metrics.csv}. */
  static final List<String> COLUMNS =
      List.of(
          "epoch",
          "steps",
          "lr",
          "loss",
          "loss_centre",
          "loss_box",
          "images",
          "img_per_s",
          "rss_mb",
          "val_ap50",
          "val_ap");

  /** The cells, one for each of the columns; empty where there is no number. */
  List<String> row() {
    return List.of(
        String.valueOf(epoch),
        String.valueOf(steps),
        format("%.6g", rate),
        decimals(loss.total(), 6),
        decimals(loss.h1(), 6),
        decimals(loss.h2(), 6),
        String.valueOf(images),
        format("%.1f", imagesPerSecond),
        String.valueOf(residentMb),
        validation == null ? "" : format("%.4f", validation.ap50()),
        validation == null ? "" : format("%.4f", validation.ap()));
  }

  /**
   * A line for a person.
   *
   * @param epochs in all
   */
  String describe(int epochs) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "epoch %d/%d: loss %s, centres %s, boxes %s",
            epoch,
            epochs,
            Decimal.of(loss.total(), 4),
            Decimal.of(loss.h1(), 4),
            Decimal.of(loss.h2(), 4)));
    if (validation != null) {
      line.append(
          String.format(Locale.ROOT, ", AP50 %.2f, AP %.2f", validation.ap50(), validation.ap()));
    }
    line.append(String.format(Locale.ROOT, ", lr %.2g", rate));
    if (!Double.isNaN(imagesPerSecond)) {
      line.append(String.format(Locale.ROOT, ", %.0f img/s", imagesPerSecond));
    }
    return line.append(String.format(Locale.ROOT, ", %d MB", residentMb)).toString();
  }

  /** A row's number in a column; NaN if it has none. */
  static double number(List<String> row, String column) {
    String cell = row.get(COLUMNS.indexOf(column));
    return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
  }

  private static String decimals(double value, int decimals) {
    return Double.isNaN(value) ? "" : Decimal.of(value, decimals);
  }

  private static String format(String format, double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
  }
}
