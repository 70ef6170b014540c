package io.sadi.ablate.report;

import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellResult;
import io.sadi.eval.MetricResult;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVPrinter;

/** {@code results.csv}: one value a row, every joint, group and both means of every decode. */
public final class ResultsCsv {
  static final String MEAN_JOINT_WEIGHTED = "mean (joint-weighted)";
  static final String MEAN_UNWEIGHTED = "mean (unweighted)";
  private static final int DECIMALS = 4;

  private ResultsCsv() {}

  public static String of(List<CellResult> cells) {
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord("variant", "seed", "decode", "metric", "joint", "value");
      for (CellResult cell : cells) {
        for (MetricResult result : cell.evaluation().results()) {
          row(csv, cell.cell(), result, MEAN_JOINT_WEIGHTED, result.meanJointWeighted());
          row(csv, cell.cell(), result, MEAN_UNWEIGHTED, result.meanUnweighted());
          for (Map.Entry<String, Double> group : result.groups().entrySet()) {
            row(csv, cell.cell(), result, group.getKey() + " (group)", group.getValue());
          }
          for (Map.Entry<String, Double> joint : result.joints().entrySet()) {
            row(csv, cell.cell(), result, joint.getKey(), joint.getValue());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringBuilder throws none
    }
    return text.toString();
  }

  /** Empty for NaN. */
  private static void row(
      CSVPrinter csv, Cell cell, MetricResult result, String joint, double value)
      throws IOException {
    csv.printRecord(
        cell.variant(),
        cell.seed(),
        result.decode(),
        result.metric().label(),
        joint,
        Double.isNaN(value) ? "" : Json.number(value, DECIMALS).getAsString());
  }
}
