package io.sadi.eval;

import io.sadi.io.Csv;
import io.sadi.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.csv.CSVPrinter;

/** An evaluation as one row a cell. */
final class EvaluationCsv {
  private EvaluationCsv() {}

  static String of(Evaluation evaluation) {
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord(
          List.of(
              "dataset", "split", "metric", "decode", "kind", "name", "value", "counted", "low",
              "high"));
      for (Cell cell : EvaluationCells.of(evaluation)) {
        Interval interval = cell.interval95();
        csv.printRecord(
            evaluation.dataset(),
            evaluation.split(),
            cell.metric(),
            cell.decode(),
            cell.kind(),
            cell.name(),
            number(cell.value()),
            cell.counted(),
            interval == null ? "" : number(interval.low()),
            interval == null ? "" : number(interval.high()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringBuilder throws none
    }
    return text.toString();
  }

  /** A number as JSON has it, nothing for NaN, and {@code inf}. */
  static String number(double value) {
    return Double.isNaN(value)
        ? ""
        : Double.isInfinite(value)
            ? "inf"
            : Json.number(value, EvaluationJson.DECIMALS).getAsString();
  }
}
