package io.sadi.eval;

import io.sadi.io.Csv;
import io.sadi.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.csv.CSVPrinter;

/** An evaluation as one row a value. */
final class EvaluationCsv {
  private EvaluationCsv() {}

  static String of(Evaluation evaluation) {
    return of(evaluation.dataset(), evaluation.split(), EvaluationValues.of(evaluation));
  }

  static String of(String dataset, String split, List<EvaluationValue> values) {
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord(
          List.of(
              "dataset", "split", "metric", "decode", "kind", "name", "value", "counted", "low",
              "high"));
      for (EvaluationValue value : values) {
        Interval interval = value.interval95();
        csv.printRecord(
            dataset,
            split,
            value.metric(),
            value.decode(),
            value.kind(),
            value.name(),
            number(value.value()),
            value.counted(),
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
