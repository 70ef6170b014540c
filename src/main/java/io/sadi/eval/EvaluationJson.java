package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.eval.ErrorQuantiles.Quantiles;
import io.sadi.io.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as the object of formats.md, "Machine-readable results". What was not asked for has
 * no key, but for {@code interval_95}, which is then null.
 */
final class EvaluationJson {
  private static final int DECIMALS = 4;

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
    root.add("results", list(evaluation.results(), EvaluationJson::result));
    if (!evaluation.comparisons().isEmpty()) {
      root.add("comparisons", list(evaluation.comparisons(), EvaluationJson::comparison));
    }
    if (!evaluation.breakdowns().isEmpty()) {
      root.add("by", list(evaluation.breakdowns(), EvaluationJson::breakdown));
    }
    if (!evaluation.errorKinds().isEmpty()) {
      root.add("error_kinds", list(evaluation.errorKinds(), EvaluationJson::errorKinds));
    }
    if (!evaluation.errors().isEmpty()) {
      root.add("error_quantiles", list(evaluation.errors(), EvaluationJson::errors));
    }
    if (!evaluation.calibrations().isEmpty()) {
      root.add("calibration", list(evaluation.calibrations(), EvaluationJson::calibration));
    }
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
      if (!fusion.ofHalves().isEmpty()) {
        weight.add("of_halves", list(fusion.ofHalves(), EvaluationJson::number));
      }
      object.add("fusion", weight);
    }
    return object;
  }

  private static JsonObject result(MetricResult result) {
    JsonObject object = new JsonObject();
    object.addProperty("metric", result.metric().label());
    object.addProperty("decode", result.decode());
    AveragePrecision precision = result.averagePrecision();
    if (precision != null) {
      precision.values().forEach((name, value) -> object.add(name, number(value)));
    }
    object.add("mean_joint_weighted", number(result.meanJointWeighted()));
    object.add("mean_unweighted", number(result.meanUnweighted()));
    object.add("interval_95", interval(result.interval95()));
    object.add("groups", object(result.groups(), EvaluationJson::number));
    object.add("joints", object(result.joints(), EvaluationJson::number));
    JsonObject counted = new JsonObject();
    result.counted().forEach(counted::addProperty);
    object.add("counted", counted);
    object.addProperty("left_out", result.leftOut());
    object.addProperty("missing", result.missing());
    if (result.intervals95() != null) {
      JsonObject intervals = summary(result.intervals95(), EvaluationJson::interval);
      if (precision != null && precision.intervals95() != null) {
        precision.intervals95().forEach((name, ends) -> intervals.add(name, interval(ends)));
      }
      object.add("intervals_95", intervals);
    }
    if (precision != null) {
      object.addProperty("people", precision.people());
      object.addProperty("ignored", precision.ignored());
      object.addProperty("detections", precision.detections());
      object.addProperty("other_category", precision.otherCategory());
    }
    return object;
  }

  private static JsonObject breakdown(Breakdown breakdown) {
    JsonObject object = new JsonObject();
    object.addProperty("metric", breakdown.metric().label());
    object.addProperty("decode", breakdown.decode());
    object.addProperty("by", breakdown.by().toString());
    object.add(
        "rows",
        list(
            breakdown.rows(),
            row -> {
              JsonObject of = new JsonObject();
              of.addProperty("name", row.name());
              of.addProperty("people", row.people());
              of.addProperty("counted", row.counted());
              of.add("percent", number(row.percent()));
              of.add("interval_95", interval(row.interval95()));
              return of;
            }));
    return object;
  }

  private static JsonObject errorKinds(ErrorKinds kinds) {
    JsonObject object = new JsonObject();
    object.addProperty("metric", kinds.metric().label());
    object.addProperty("decode", kinds.decode());
    addPerJoint(object, kinds.counts(), EvaluationJson::counts);
    return object;
  }

  private static JsonObject counts(ErrorKinds.Counts counts) {
    JsonObject object = new JsonObject();
    object.addProperty("counted", counts.counted());
    for (ErrorKinds.Kind kind : ErrorKinds.Kind.values()) {
      object.addProperty(kind.toString().replace('-', '_'), counts.count(kind));
    }
    return object;
  }

  private static JsonObject comparison(Comparison comparison) {
    JsonObject object = new JsonObject();
    object.addProperty("metric", comparison.metric().label());
    object.addProperty("decode", comparison.decode());
    object.addProperty("minus", comparison.baseline());
    JsonObject differences = summary(comparison.differences(), EvaluationJson::number);
    comparison.averagePrecision().forEach((name, value) -> differences.add(name, number(value)));
    object.add("differences", differences);
    JsonObject intervals = summary(comparison.intervals95(), EvaluationJson::interval);
    comparison.averagePrecision95().forEach((name, ends) -> intervals.add(name, interval(ends)));
    object.add("intervals_95", intervals);
    object.add(
        "joints",
        object(
            comparison.joints(),
            joint -> {
              JsonObject moved = new JsonObject();
              moved.addProperty("counted", joint.counted());
              moved.addProperty("better", joint.better());
              moved.addProperty("worse", joint.worse());
              return moved;
            }));
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

  private static <T> JsonObject summary(Summary<T> summary, Function<T, JsonElement> json) {
    JsonObject object = new JsonObject();
    object.add("mean_joint_weighted", json.apply(summary.meanJointWeighted()));
    object.add("mean_unweighted", json.apply(summary.meanUnweighted()));
    object.add("groups", object(summary.groups(), json));
    object.add("joints", object(summary.joints(), json));
    return object;
  }

  private static JsonObject errors(ErrorQuantiles errors) {
    JsonObject object = new JsonObject();
    object.addProperty("decode", errors.decode());
    object.addProperty("reference", Config.name(errors.reference()));
    object.add("levels", list(ErrorQuantiles.LEVELS, EvaluationJson::number));
    addPerJoint(object, errors.quantiles(), EvaluationJson::quantiles);
    return object;
  }

  private static JsonObject calibration(Calibration calibration) {
    JsonObject object = new JsonObject();
    object.addProperty("decode", calibration.decode());
    object.add("sigma", JsonNull.INSTANCE);
    if (calibration.sigma() != null) {
      JsonObject sigma = new JsonObject();
      sigma.add("levels", list(SigmaCalibration.LEVELS, EvaluationJson::number));
      addPerJoint(sigma, calibration.sigma(), EvaluationJson::sigma);
      object.add("sigma", sigma);
    }
    JsonArray scores = new JsonArray();
    calibration
        .scores()
        .forEach(
            (metric, perJoint) -> {
              JsonObject score = new JsonObject();
              score.addProperty("metric", metric.label());
              addPerJoint(score, perJoint, EvaluationJson::score);
              score.add("bins", list(perJoint.inMeans().bins(), EvaluationJson::bin));
              scores.add(score);
            });
    object.add("scores", scores);
    return object;
  }

  private static JsonObject sigma(SigmaCalibration sigma) {
    JsonObject object = new JsonObject();
    object.addProperty("counted", sigma.counted());
    object.add("coverage", list(sigma.coverage(), EvaluationJson::number));
    object.add("nll", number(sigma.nll()));
    object.add("scale", number(sigma.scale()));
    return object;
  }

  private static JsonObject score(ScoreCalibration score) {
    JsonObject object = new JsonObject();
    object.addProperty("counted", score.counted());
    object.add("mean_score", number(score.meanScore()));
    object.add("right", number(score.right()));
    object.add("ece", number(score.ece()));
    object.add("nll", number(score.nll()));
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

  private static <T> void addPerJoint(
      JsonObject object, PerJoint<T> values, Function<T, JsonElement> json) {
    object.add("in_means", json.apply(values.inMeans()));
    object.add("joints", object(values.joints(), json));
  }

  private static JsonObject quantiles(Quantiles quantiles) {
    JsonObject object = new JsonObject();
    object.addProperty("counted", quantiles.counted());
    object.add("lengths", list(quantiles.lengths(), EvaluationJson::number));
    object.add("pixels", list(quantiles.pixels(), EvaluationJson::number));
    return object;
  }

  private static JsonElement interval(@Nullable Interval interval) {
    return interval == null || Double.isNaN(interval.low())
        ? JsonNull.INSTANCE
        : list(List.of(interval.low(), interval.high()), EvaluationJson::number);
  }

  /** NaN and infinity become null. */
  private static JsonElement number(double value) {
    return Json.number(value, DECIMALS);
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
