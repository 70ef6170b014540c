package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what {@link EvaluationFormat#JSON} writes. */
public final class EvaluationReader {
  private final Path file;

  private EvaluationReader(Path file) {
    this.file = file;
  }

  /**
   * An evaluation as it was written, its numbers rounded.
   *
   * @throws BadInputException naming the field that is missing or of another kind
   */
  public static Evaluation read(Path file) throws IOException {
    return new EvaluationReader(file).evaluation(Json.readObject(file));
  }

  private Evaluation evaluation(JsonObject json) {
    List<MetricResult> results = new ArrayList<>();
    JsonArray array = array(json, "results", "");
    for (int i = 0; i < array.size(); i++) {
      String where = "results[" + i + "].";
      results.add(result(Json.object(array.get(i), file + ": " + where), where));
    }
    return new Evaluation(
        text(json, "dataset", ""), text(json, "split", ""), whole(json, "people", ""), results);
  }

  private MetricResult result(JsonObject json, String where) {
    Map<String, Integer> counted = new LinkedHashMap<>();
    numbers(json, "counted", where).forEach((name, n) -> counted.put(name, n.intValue()));
    return new MetricResult(
        PoseMetric.parse(text(json, "metric", where)),
        text(json, "decode", where),
        number(json.get("mean_joint_weighted"), where + "mean_joint_weighted"),
        number(json.get("mean_unweighted"), where + "mean_unweighted"),
        interval(json, where),
        numbers(json, "groups", where),
        numbers(json, "joints", where),
        counted,
        whole(json, "left_out", where),
        whole(json, "missing", where));
  }

  private @Nullable Interval interval(JsonObject json, String where) {
    JsonElement value = json.get("interval_95");
    if (value == null || value.isJsonNull()) {
      return null;
    }
    JsonArray bounds = array(json, "interval_95", where);
    if (bounds.size() != 2) {
      throw bad(where + "interval_95", bounds, "two numbers");
    }
    return new Interval(
        number(bounds.get(0), where + "interval_95"), number(bounds.get(1), where + "interval_95"));
  }

  private Map<String, Double> numbers(JsonObject json, String name, String where) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    JsonElement value = json.get(name);
    if (value == null || !value.isJsonObject()) {
      throw bad(where + name, value, "an object of numbers");
    }
    value
        .getAsJsonObject()
        .asMap()
        .forEach((key, element) -> numbers.put(key, number(element, where + name + "." + key)));
    return numbers;
  }

  private JsonArray array(JsonObject json, String name, String where) {
    JsonElement value = json.get(name);
    if (value == null || !value.isJsonArray()) {
      throw bad(where + name, value, "a list");
    }
    return value.getAsJsonArray();
  }

  private String text(JsonObject json, String name, String where) {
    JsonElement value = json.get(name);
    if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw bad(where + name, value, "text");
    }
    return value.getAsString();
  }

  private int whole(JsonObject json, String name, String where) {
    return (int) number(json.get(name), where + name);
  }

  /** A number; null is NaN. */
  private double number(@Nullable JsonElement value, String where) {
    if (value != null && value.isJsonNull()) {
      return Double.NaN;
    }
    if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
      throw bad(where, value, "a number");
    }
    return value.getAsDouble();
  }

  private BadInputException bad(String where, @Nullable JsonElement found, String expected) {
    return BadInputException.at(
        file + ": " + where, found == null ? "nothing" : Json.kind(found), expected, "");
  }
}
