package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.eval.ErrorQuantiles.Quantiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * What was measured of every joint beside percentages, and how each format names it.
 *
 * @param title of the table
 * @param decode the set of predictions
 * @param values by joint
 * @param counted how many joints a value is of
 * @param measures in the order of the CSV; those with the same key make one list in JSON
 * @param bins for scores, further values of all joints; else empty
 */
record JointMeasures<T>(
    String title,
    String decode,
    PerJoint<T> values,
    ToIntFunction<T> counted,
    List<JointMeasure<T>> measures,
    List<EvaluationValue> bins) {
  /**
   * One number of each joint.
   *
   * @param metric its name in the CSV
   * @param key its name in JSON
   * @param heading its name in tables
   * @param decimals of tables
   * @param value the number
   * @param inJson what JSON has in its place
   */
  record JointMeasure<T>(
      String metric,
      String key,
      String heading,
      int decimals,
      ToDoubleFunction<T> value,
      ToDoubleFunction<T> inJson) {
    JointMeasure(
        String metric, String key, String heading, int decimals, ToDoubleFunction<T> value) {
      this(metric, key, heading, decimals, value, value);
    }
  }

  /** Metrics such as {@code pck@0.2-inversion}: percentages, in JSON numbers of joints. */
  static JointMeasures<ErrorKinds.Counts> of(ErrorKinds kinds) {
    String metric = kinds.metric().label();
    List<JointMeasure<ErrorKinds.Counts>> measures = new ArrayList<>();
    for (ErrorKinds.ErrorKind kind : ErrorKinds.ErrorKind.values()) {
      String name = kind.toString();
      measures.add(
          new JointMeasure<>(
              metric + "-" + name,
              name.replace('-', '_'),
              name.replace('-', ' '),
              2,
              counts -> counts.percent(kind),
              counts -> counts.count(kind)));
    }
    return new JointMeasures<>(
        "Kinds of errors of " + kinds.decode() + " under " + metric + ": percentage of the joints",
        kinds.decode(),
        kinds.counts(),
        ErrorKinds.Counts::counted,
        measures,
        List.of());
  }

  /** Metrics such as {@code head-error@0.9}: the error that 90 % of the joints stay within. */
  static JointMeasures<Quantiles> of(ErrorQuantiles errors) {
    List<JointMeasure<Quantiles>> measures = new ArrayList<>();
    for (int i = 0; i < ErrorQuantiles.LEVELS.size(); i++) {
      int at = i;
      double level = ErrorQuantiles.LEVELS.get(i);
      String metric = "-error@" + level;
      String heading = percents(level) + ", ";
      measures.add(
          new JointMeasure<>(
              Config.name(errors.reference()) + metric,
              "lengths",
              heading + errors.reference().unit(),
              3,
              quantiles -> quantiles.lengths().get(at)));
      measures.add(
          new JointMeasure<>(
              "pixel" + metric, "pixels", heading + "px", 1, of -> of.pixels().get(at)));
    }
    return new JointMeasures<>(
        "Errors of " + errors.decode() + ": the share of joints that stays within",
        errors.decode(),
        errors.quantiles(),
        Quantiles::counted,
        measures,
        List.of());
  }

  /** The deviations, then the scores by metric. */
  static List<JointMeasures<?>> of(Calibration calibration) {
    List<JointMeasures<?>> all = new ArrayList<>();
    if (calibration.sigma() != null) {
      all.add(sigma(calibration.decode(), calibration.sigma()));
    }
    calibration
        .scores()
        .forEach((metric, score) -> all.add(score(calibration.decode(), metric, score)));
    return all;
  }

  /** Metrics such as {@code sigma-coverage@0.9}. */
  static JointMeasures<SigmaCalibration> sigma(String decode, PerJoint<SigmaCalibration> sigma) {
    List<JointMeasure<SigmaCalibration>> measures = new ArrayList<>();
    for (int i = 0; i < SigmaCalibration.LEVELS.size(); i++) {
      int at = i;
      double level = SigmaCalibration.LEVELS.get(i);
      measures.add(
          new JointMeasure<>(
              "sigma-coverage@" + level,
              "coverage",
              "in " + percents(level) + " ellipse",
              2,
              of -> of.coverage().get(at)));
    }
    measures.add(new JointMeasure<>("sigma-nll", "nll", "NLL", 3, SigmaCalibration::nll));
    measures.add(
        new JointMeasure<>("sigma-scale", "scale", "right scale", 2, SigmaCalibration::scale));
    return new JointMeasures<>(
        "Deviations of " + decode + ": percentage of joints inside the ellipses",
        decode,
        sigma,
        SigmaCalibration::counted,
        measures,
        List.of());
  }

  /** Metrics such as {@code score-ece:pckh@0.5}. */
  static JointMeasures<ScoreCalibration> score(
      String decode, PoseMetric metric, PerJoint<ScoreCalibration> score) {
    String of = ":" + metric.label();
    List<EvaluationValue> bins = new ArrayList<>();
    for (ScoreCalibration.Bin bin : score.inMeans().bins()) {
      String name = EvaluationCsv.number(bin.low()) + "-" + EvaluationCsv.number(bin.high());
      Map<String, Double> values = new LinkedHashMap<>();
      values.put("score-mean" + of, bin.meanScore());
      values.put("score-right" + of, bin.right());
      values.forEach(
          (what, value) ->
              bins.add(
                  new EvaluationValue(
                      what, decode, EvaluationValue.BIN, name, value, bin.counted(), null)));
    }
    return new JointMeasures<>(
        scores(decode, metric) + ": expected calibration error (ECE)",
        decode,
        score,
        ScoreCalibration::counted,
        List.of(
            new JointMeasure<>(
                "score-mean" + of, "mean_score", "mean score", 2, ScoreCalibration::meanScore),
            new JointMeasure<>("score-right" + of, "right", "right", 2, ScoreCalibration::right),
            new JointMeasure<>("score-ece" + of, "ece", "ECE", 2, ScoreCalibration::ece),
            new JointMeasure<>("score-nll" + of, "nll", "NLL", 3, ScoreCalibration::nll)),
        bins);
  }

  static String scores(String decode, PoseMetric metric) {
    return "Scores of " + decode + " and " + metric.label();
  }

  private static String percents(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /** By measure, each first of all joints in the means, then joint by joint. */
  List<EvaluationValue> toValues() {
    List<EvaluationValue> list = new ArrayList<>();
    for (JointMeasure<T> measure : measures) {
      list.add(
          toValue(measure, EvaluationValue.MEAN, EvaluationValue.JOINT_WEIGHTED, values.inMeans()));
      values
          .joints()
          .forEach((name, of) -> list.add(toValue(measure, EvaluationValue.JOINT, name, of)));
    }
    list.addAll(bins);
    return list;
  }

  private EvaluationValue toValue(JointMeasure<T> measure, String kind, String name, T of) {
    double value = measure.value().applyAsDouble(of);
    return new EvaluationValue(
        measure.metric(), decode, kind, name, value, counted.applyAsInt(of), null);
  }

  /** A row for every joint, then one for all in the means; measures of one key stand together. */
  TextTable table() {
    List<JointMeasure<T>> columns = byKey().values().stream().flatMap(List::stream).toList();
    List<String> header = new ArrayList<>(List.of("joint", "counted"));
    columns.forEach(measure -> header.add(measure.heading()));
    List<List<String>> rows = new ArrayList<>();
    values.joints().forEach((name, of) -> rows.add(row(name, of, columns)));
    rows.add(row("all in the means", values.inMeans(), columns));
    return new TextTable(title, 1, header, rows);
  }

  private List<String> row(String name, T of, List<JointMeasure<T>> columns) {
    List<String> row = new ArrayList<>(List.of(name, String.valueOf(counted.applyAsInt(of))));
    for (JointMeasure<T> column : columns) {
      row.add(EvaluationTables.decimals(column.value().applyAsDouble(of), column.decimals()));
    }
    return row;
  }

  /** Adds {@code in_means} and {@code joints} to an object. */
  void addTo(JsonObject object) {
    object.add("in_means", json(values.inMeans()));
    JsonObject joints = new JsonObject();
    values.joints().forEach((name, of) -> joints.add(name, json(of)));
    object.add("joints", joints);
  }

  private JsonObject json(T of) {
    JsonObject object = new JsonObject();
    object.addProperty("counted", counted.applyAsInt(of));
    Function<JointMeasure<T>, JsonElement> number =
        measure -> EvaluationJson.number(measure.inJson().applyAsDouble(of));
    byKey()
        .forEach(
            (key, measures) -> {
              if (measures.size() == 1) {
                object.add(key, number.apply(measures.get(0)));
              } else {
                JsonArray list = new JsonArray();
                measures.forEach(measure -> list.add(number.apply(measure)));
                object.add(key, list);
              }
            });
    return object;
  }

  private Map<String, List<JointMeasure<T>>> byKey() {
    Map<String, List<JointMeasure<T>>> byKey = new LinkedHashMap<>();
    for (JointMeasure<T> measure : measures) {
      byKey.computeIfAbsent(measure.key(), key -> new ArrayList<>()).add(measure);
    }
    return byKey;
  }
}
