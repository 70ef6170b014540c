package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.sadi.config.Config;
import io.sadi.io.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as the object that sadi-formats(5) describes. What was not asked for has no key,
 * but for {@code interval_95}, which is then null.
 */
final class EvaluationJson {
  static final int DECIMALS = 4;

  private EvaluationJson() {}

  static JsonObject of(Evaluation evaluation) {
    JsonObject root = new JsonObject();
    root.addProperty(Json.SCHEMA_VERSION, 1);
    root.addProperty("dataset", evaluation.dataset());
    root.addProperty("split", evaluation.split());
    root.addProperty("people", evaluation.people());
    MeasuredNetwork network = evaluation.network();
    if (network != null) {
      root.add("network", network(network));
    }
    root.add("results", list(evaluation.results(), result -> result(result, evaluation.people())));
    addUnlessEmpty(root, "comparisons", list(evaluation.comparisons(), EvaluationJson::comparison));
    addUnlessEmpty(root, "by", list(evaluation.breakdowns(), EvaluationJson::breakdown));
    addUnlessEmpty(root, "error_kinds", list(evaluation.errorKinds(), EvaluationJson::errorKinds));
    addUnlessEmpty(root, "error_quantiles", list(evaluation.errors(), EvaluationJson::errors));
    addUnlessEmpty(
        root, "calibration", list(evaluation.calibrations(), EvaluationJson::calibration));
    return root;
  }

  private static JsonObject network(MeasuredNetwork network) {
    JsonObject object = new JsonObject();
    object.addProperty("file", network.file());
    object.addProperty("epoch", network.epoch());
    object.add("measured_on", network.people().json());
    if (network.protocol() != null) {
      object.add("test", network.protocol().json());
    }
    Fusion fusion = network.fusion();
    if (fusion != null) {
      JsonObject weight = new JsonObject();
      weight.add("weight", number(fusion.weight()));
      weight.addProperty("chosen_on", Config.name(fusion.chosenOn()));
      addUnlessEmpty(weight, "of_halves", list(fusion.ofHalves(), EvaluationJson::number));
      object.add("fusion", weight);
    }
    return object;
  }

  private static JsonObject result(MetricResult result, int people) {
    List<EvaluationValue> values = EvaluationValues.of(result, people);
    JsonObject object = measured(result.metric(), result.decode());
    addAveragePrecision(object, values, EvaluationJson::value);
    addMeans(object, values, EvaluationJson::value);
    object.add("interval_95", interval(result.interval95()));
    addParts(object, values, EvaluationJson::value);
    object.add("counted", object(result.counted(), JsonPrimitive::new));
    object.addProperty("left_out", result.leftOut());
    object.addProperty("missing", result.missing());
    if (result.intervals95() != null) {
      object.add("intervals_95", all(values, EvaluationJson::interval));
    }
    AveragePrecision precision = result.averagePrecision();
    if (precision != null) {
      object.addProperty("people", precision.people());
      object.addProperty("ignored", precision.ignored());
      object.addProperty("detections", precision.detections());
      object.addProperty("other_category", precision.otherCategory());
    }
    return object;
  }

  private static JsonObject comparison(Comparison comparison) {
    List<EvaluationValue> values = EvaluationValues.of(comparison);
    JsonObject object = measured(comparison.metric(), comparison.decode());
    object.addProperty("minus", comparison.baseline());
    object.add("differences", all(values, EvaluationJson::value));
    object.add("intervals_95", all(values, EvaluationJson::interval));
    object.add("joints", object(comparison.joints(), EvaluationJson::moved));
    for (String direction : List.of("up", "down")) {
      JsonArray names = new JsonArray();
      comparison
          .intervals95()
          .joints()
          .forEach(
              (name, interval) -> {
                if (Comparison.direction(interval).equals(direction)) {
                  names.add(name);
                }
              });
      object.add("joints_" + direction, names);
    }
    return object;
  }

  private static JsonObject moved(Comparison.Moved joint) {
    JsonObject object = new JsonObject();
    object.addProperty("counted", joint.counted());
    object.addProperty("better", joint.better());
    object.addProperty("worse", joint.worse());
    return object;
  }

  private static JsonObject all(
      List<EvaluationValue> values, Function<EvaluationValue, JsonElement> json) {
    JsonObject object = new JsonObject();
    addMeans(object, values, json);
    addParts(object, values, json);
    addAveragePrecision(object, values, json);
    return object;
  }

  private static void addAveragePrecision(
      JsonObject object,
      List<EvaluationValue> values,
      Function<EvaluationValue, JsonElement> json) {
    EvaluationValues.ofKind(EvaluationValue.AVERAGE_PRECISION, values)
        .forEach(each -> object.add(each.name(), json.apply(each)));
  }

  private static void addMeans(
      JsonObject object,
      List<EvaluationValue> values,
      Function<EvaluationValue, JsonElement> json) {
    EvaluationValues.ofKind(EvaluationValue.MEAN, values)
        .forEach(each -> object.add("mean_" + each.name(), json.apply(each)));
  }

  private static void addParts(
      JsonObject object,
      List<EvaluationValue> values,
      Function<EvaluationValue, JsonElement> json) {
    for (String kind : List.of(EvaluationValue.GROUP, EvaluationValue.JOINT)) {
      JsonObject parts = new JsonObject();
      EvaluationValues.ofKind(kind, values)
          .forEach(each -> parts.add(each.name(), json.apply(each)));
      object.add(kind + "s", parts);
    }
  }

  private static JsonObject breakdown(Breakdown breakdown) {
    JsonObject object = measured(breakdown.metric(), breakdown.decode());
    object.addProperty("by", breakdown.by().toString());
    object.add("rows", list(breakdown.rows(), EvaluationJson::row));
    return object;
  }

  private static JsonObject row(Breakdown.Slice row) {
    JsonObject object = new JsonObject();
    object.addProperty("name", row.name());
    object.addProperty("people", row.people());
    object.addProperty("counted", row.counted());
    object.add("percent", number(row.percent()));
    object.add("interval_95", interval(row.interval95()));
    if (!Double.isNaN(row.inside90())) {
      object.add("inside_90", number(row.inside90()));
    }
    return object;
  }

  private static JsonObject errorKinds(ErrorKinds kinds) {
    JsonObject object = measured(kinds.metric(), kinds.decode());
    JointMeasures.of(kinds).addTo(object);
    return object;
  }

  private static JsonObject errors(ErrorQuantiles errors) {
    JsonObject object = new JsonObject();
    object.addProperty("decode", errors.decode());
    object.addProperty("reference", Config.name(errors.reference()));
    object.add("levels", list(ErrorQuantiles.LEVELS, EvaluationJson::number));
    JointMeasures.of(errors).addTo(object);
    return object;
  }

  private static JsonObject calibration(Calibration calibration) {
    JsonObject object = new JsonObject();
    object.addProperty("decode", calibration.decode());
    object.add("sigma", JsonNull.INSTANCE);
    if (calibration.sigma() != null) {
      JsonObject sigma = new JsonObject();
      sigma.add("levels", list(SigmaCalibration.LEVELS, EvaluationJson::number));
      JointMeasures.sigma(calibration.decode(), calibration.sigma()).addTo(sigma);
      object.add("sigma", sigma);
    }
    JsonArray scores = new JsonArray();
    calibration
        .scores()
        .forEach(
            (metric, perJoint) -> {
              JsonObject score = new JsonObject();
              score.addProperty("metric", metric.label());
              JointMeasures.score(calibration.decode(), metric, perJoint).addTo(score);
              score.add("bins", list(perJoint.inMeans().bins(), EvaluationJson::bin));
              scores.add(score);
            });
    object.add("scores", scores);
    return object;
  }

  private static JsonObject bin(ScoreCalibration.Bin bin) {
    JsonObject object = new JsonObject();
    object.add("low", number(bin.low()));
    object.add("high", number(bin.high()));
    object.addProperty("counted", bin.counted());
    object.add("mean_score", number(bin.meanScore()));
    object.add("right", number(bin.right()));
    return object;
  }

  private static JsonObject measured(PoseMetric metric, String decode) {
    JsonObject object = new JsonObject();
    object.addProperty("metric", metric.label());
    object.addProperty("decode", decode);
    return object;
  }

  private static JsonElement value(EvaluationValue each) {
    return number(each.value());
  }

  private static JsonElement interval(EvaluationValue each) {
    return interval(each.interval95());
  }

  private static JsonElement interval(@Nullable Interval interval) {
    return interval == null || Double.isNaN(interval.low())
        ? JsonNull.INSTANCE
        : list(List.of(interval.low(), interval.high()), EvaluationJson::number);
  }

  /** NaN and infinity become null. */
  static JsonElement number(double value) {
    return Json.number(value, DECIMALS);
  }

  private static void addUnlessEmpty(JsonObject object, String name, JsonArray list) {
    if (!list.isEmpty()) {
      object.add(name, list);
    }
  }

  private static <T> JsonArray list(List<T> values, Function<T, JsonElement> json) {
    JsonArray array = new JsonArray();
    values.forEach(value -> array.add(json.apply(value)));
    return array;
  }

  private static <T> JsonObject object(Map<String, T> values, Function<T, JsonElement> json) {
    JsonObject object = new JsonObject();
    values.forEach((name, value) -> object.add(name, json.apply(value)));
    return object;
  }
}
