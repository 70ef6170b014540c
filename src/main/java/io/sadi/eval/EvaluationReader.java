package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.Fields;
import io.sadi.data.Fingerprint;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads what {@link EvaluationFormat#JSON} writes. */
public final class EvaluationReader {
  private final Path file;

  private EvaluationReader(Path file) {
    this.file = file;
  }

  /**
   * The results of an evaluation as they were written, rounded, without what else it held.
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
            text(json, "dataset", ""), text(json, "split", ""), whole(json, "people", ""), results)
        .withNetwork(network(json.get("network")));
  }

  /** Evaluations of older versions, and of files, have none. */
  private @Nullable MeasuredNetwork network(@Nullable JsonElement value) {
    if (value == null) {
      return null;
    }
    JsonObject json = object(value, "network");
    String where = "network.";
    String people = where + "measured_on";
    return new MeasuredNetwork(
        text(json, "file", where),
        whole(json, "epoch", where),
        Fingerprint.from(new Fields(object(json.get("measured_on"), people), file + ": " + people)),
        json.has("fusion") ? fusion(object(json.get("fusion"), where + "fusion")) : null);
  }

  private Fusion fusion(JsonObject json) {
    String where = "network.fusion.";
    Fusion.ChosenOn chosenOn = Fusion.ChosenOn.of(text(json, "chosen_on", where));
    if (chosenOn == null) {
      throw BadInputException.at(
          file + ": " + where + "chosen_on",
          text(json, "chosen_on", where),
          "halves, same-people, other-people, nobody, config or unknown",
          "");
    }
    List<Double> ofHalves = new ArrayList<>();
    if (json.has("of_halves")) {
      array(json, "of_halves", where)
          .forEach(weight -> ofHalves.add(number(weight, where + "of_halves")));
    }
    return new Fusion(number(json.get("weight"), where + "weight"), chosenOn, ofHalves);
  }

  private MetricResult result(JsonObject json, String where) {
    return new MetricResult(
        PoseMetric.parse(text(json, "metric", where)),
        text(json, "decode", where),
        new Summary<>(
            number(json.get("mean_joint_weighted"), where + "mean_joint_weighted"),
            number(json.get("mean_unweighted"), where + "mean_unweighted"),
            map(json.get("groups"), where + "groups", this::number),
            map(json.get("joints"), where + "joints", this::number)),
        intervals(json, where),
        map(json.get("counted"), where + "counted", (n, at) -> (int) number(n, at)),
        whole(json, "left_out", where),
        whole(json, "missing", where),
        averagePrecision(json, where));
  }

  private @Nullable AveragePrecision averagePrecision(JsonObject json, String where) {
    if (!json.has(AveragePrecision.NAMES.get(0))) {
      return null;
    }
    JsonElement intervals = json.get("intervals_95");
    Map<String, Double> values = new LinkedHashMap<>();
    Map<String, Interval> intervals95 = new LinkedHashMap<>();
    for (String name : AveragePrecision.NAMES) {
      values.put(name, number(json.get(name), where + name));
      if (intervals != null) {
        String of = where + "intervals_95";
        intervals95.put(name, interval(object(intervals, of).get(name), of + "." + name));
      }
    }
    return new AveragePrecision(
        values,
        intervals == null ? null : intervals95,
        whole(json, "people", where),
        whole(json, "ignored", where),
        whole(json, "detections", where),
        whole(json, "other_category", where));
  }

  private @Nullable Summary<Interval> intervals(JsonObject json, String where) {
    JsonElement mean = json.get("interval_95");
    if (mean == null || mean.isJsonNull()) {
      return null;
    }
    String of = where + "intervals_95";
    JsonObject all = object(json.get("intervals_95"), of);
    return new Summary<>(
        interval(mean, where + "interval_95"),
        interval(all.get("mean_unweighted"), of + ".mean_unweighted"),
        map(all.get("groups"), of + ".groups", this::interval),
        map(all.get("joints"), of + ".joints", this::interval));
  }

  private Interval interval(@Nullable JsonElement value, String where) {
    if (value != null && value.isJsonNull()) {
      return new Interval(Double.NaN, Double.NaN);
    }
    if (value == null || !value.isJsonArray() || value.getAsJsonArray().size() != 2) {
      throw bad(where, value, "two numbers");
    }
    JsonArray bounds = value.getAsJsonArray();
    return new Interval(number(bounds.get(0), where), number(bounds.get(1), where));
  }

  private <T> Map<String, T> map(
      @Nullable JsonElement value, String where, BiFunction<JsonElement, String, T> read) {
    Map<String, T> map = new LinkedHashMap<>();
    object(value, where)
        .asMap()
        .forEach((key, element) -> map.put(key, read.apply(element, where + "." + key)));
    return map;
  }

  private JsonObject object(@Nullable JsonElement value, String where) {
    if (value == null || !value.isJsonObject()) {
      throw bad(where, value, "an object");
    }
    return value.getAsJsonObject();
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
