package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.sadi.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** How an evaluation is printed. Percentages are 0 to 100, whatever the locale. */
public enum EvaluationFormat {
  /** Two tables for a person: groups and both means as in papers, then every joint. */
  TABLE,
  /** One row a value: {@code dataset,split,metric,decode,kind,name,value,counted}. */
  CSV,
  /** formats.md, "Machine-readable results". */
  JSON,
  /** The two tables, for a page. */
  MARKDOWN;

  private static final int DECIMALS = 4;

  /** As options are written: lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the name of such a file ends in. */
  public String extension() {
    return switch (this) {
      case TABLE -> "txt";
      case CSV -> "csv";
      case JSON -> "json";
      case MARKDOWN -> "md";
    };
  }

  /** The evaluation as text that ends in a newline. */
  public String write(Evaluation evaluation) {
    return switch (this) {
      case TABLE -> EvaluationTables.plain(evaluation);
      case MARKDOWN -> EvaluationTables.markdown(evaluation);
      case CSV -> csv(evaluation);
      case JSON -> Json.pretty(json(evaluation));
    };
  }

  /** The object of formats.md. */
  public static JsonObject json(Evaluation evaluation) {
    JsonObject root = new JsonObject();
    root.addProperty(Json.SCHEMA_VERSION, 1);
    root.addProperty("dataset", evaluation.dataset());
    root.addProperty("split", evaluation.split());
    root.addProperty("people", evaluation.people());
    JsonArray results = new JsonArray();
    for (MetricResult result : evaluation.results()) {
      JsonObject object = new JsonObject();
      object.addProperty("metric", result.metric().label());
      object.addProperty("decode", result.decode());
      object.add("mean_joint_weighted", Json.number(result.meanJointWeighted(), DECIMALS));
      object.add("mean_unweighted", Json.number(result.meanUnweighted(), DECIMALS));
      object.add("interval_95", json(result.interval95()));
      object.add("groups", json(result.groups()));
      object.add("joints", json(result.joints()));
      JsonObject counted = new JsonObject();
      result.counted().forEach(counted::addProperty);
      object.add("counted", counted);
      object.addProperty("left_out", result.leftOut());
      object.addProperty("missing", result.missing());
      results.add(object);
    }
    root.add("results", results);
    return root;
  }

  private static String csv(Evaluation evaluation) {
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = new CSVPrinter(text, CSVFormat.RFC4180)) {
      csv.printRecord("dataset", "split", "metric", "decode", "kind", "name", "value", "counted");
      for (MetricResult result : evaluation.results()) {
        Rows rows = new Rows(csv, evaluation, result);
        rows.value("mean", "joint_weighted", result.meanJointWeighted());
        rows.value("mean", "unweighted", result.meanUnweighted());
        if (result.interval95() != null) {
          rows.value("interval_95", "low", result.interval95().low());
          rows.value("interval_95", "high", result.interval95().high());
        }
        for (Map.Entry<String, Double> group : result.groups().entrySet()) {
          rows.value("group", group.getKey(), group.getValue());
        }
        for (Map.Entry<String, Double> joint : result.joints().entrySet()) {
          String counted = String.valueOf(result.counted().get(joint.getKey()));
          rows.row("joint", joint.getKey(), number(joint.getValue()), counted);
        }
        rows.row("people", "all", String.valueOf(evaluation.people()), "");
        rows.row("people", "left_out", String.valueOf(result.leftOut()), "");
        rows.row("people", "missing", String.valueOf(result.missing()), "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringBuilder throws none
    }
    return text.toString();
  }

  private record Rows(CSVPrinter csv, Evaluation evaluation, MetricResult result) {
    void value(String kind, String name, double value) throws IOException {
      row(kind, name, number(value), "");
    }

    void row(String kind, String name, String value, String counted) throws IOException {
      csv.printRecord(
          evaluation.dataset(),
          evaluation.split(),
          result.metric().label(),
          result.decode(),
          kind,
          name,
          value,
          counted);
    }
  }

  /** A number as JSON has it, and nothing for NaN. */
  private static String number(double value) {
    return Double.isNaN(value) ? "" : Json.number(value, DECIMALS).getAsString();
  }

  private static JsonObject json(Map<String, Double> percentages) {
    JsonObject object = new JsonObject();
    percentages.forEach((name, percent) -> object.add(name, Json.number(percent, DECIMALS)));
    return object;
  }

  private static JsonElement json(@Nullable Interval interval) {
    if (interval == null) {
      return JsonNull.INSTANCE;
    }
    JsonArray array = new JsonArray();
    array.add(Json.number(interval.low(), DECIMALS));
    array.add(Json.number(interval.high(), DECIMALS));
    return array;
  }
}
