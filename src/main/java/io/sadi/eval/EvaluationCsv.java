package io.sadi.eval;

import io.sadi.config.Config;
import io.sadi.eval.ErrorQuantiles.Quantiles;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as one row a value: what it is of ({@code kind} and {@code name}), how many joints
 * it is of where that is known, and its 95 % interval where that was asked for.
 */
final class EvaluationCsv {
  private static final int DECIMALS = 4;

  private final CSVPrinter csv;
  private final Evaluation evaluation;

  private EvaluationCsv(CSVPrinter csv, Evaluation evaluation) {
    this.csv = csv;
    this.evaluation = evaluation;
  }

  static String of(Evaluation evaluation) {
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord(
          List.of(
              "dataset", "split", "metric", "decode", "kind", "name", "value", "counted", "low",
              "high"));
      EvaluationCsv rows = new EvaluationCsv(csv, evaluation);
      for (MetricResult result : evaluation.results()) {
        rows.result(result);
      }
      for (Comparison comparison : evaluation.comparisons()) {
        rows.comparison(comparison);
      }
      for (Breakdown breakdown : evaluation.breakdowns()) {
        rows.breakdown(breakdown);
      }
      for (ErrorKinds kinds : evaluation.errorKinds()) {
        rows.errorKinds(kinds);
      }
      for (ErrorQuantiles errors : evaluation.errors()) {
        rows.errors(errors);
      }
      for (Calibration calibration : evaluation.calibrations()) {
        rows.calibration(calibration);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringBuilder throws none
    }
    return text.toString();
  }

  private void result(MetricResult result) throws IOException {
    String metric = result.metric().label();
    String decode = result.decode();
    Summary<Double> values =
        new Summary<>(
            result.meanJointWeighted(), result.meanUnweighted(), result.groups(), result.joints());
    AveragePrecision precision = result.averagePrecision();
    if (precision != null) {
      averagePrecision(metric, decode, precision.values(), precision.intervals95());
    }
    summary(metric, decode, values, result.counted(), result.intervals95());
    row(metric, decode, "people", "all", evaluation.people(), null, null);
    row(metric, decode, "people", "left_out", result.leftOut(), null, null);
    row(metric, decode, "people", "missing", result.missing(), null, null);
    if (precision != null) {
      row(metric, decode, "people", "ignored", precision.ignored(), null, null);
      row(metric, decode, "people", "detections", precision.detections(), null, null);
    }
  }

  private void averagePrecision(
      String metric,
      String decode,
      Map<String, Double> values,
      @Nullable Map<String, Interval> intervals)
      throws IOException {
    for (Map.Entry<String, Double> value : values.entrySet()) {
      Interval interval = intervals == null ? null : intervals.get(value.getKey());
      String name = value.getKey();
      row(metric, decode, "average_precision", name, value.getValue(), null, interval);
    }
  }

  private void breakdown(Breakdown breakdown) throws IOException {
    for (Breakdown.Row row : breakdown.rows()) {
      row(
          breakdown.metric().label(),
          breakdown.decode(),
          "by-" + breakdown.by(),
          row.name(),
          row.percent(),
          row.counted(),
          row.interval95());
    }
  }

  /** The metrics are such as {@code pck@0.2-inversion}. */
  private void errorKinds(ErrorKinds kinds) throws IOException {
    for (ErrorKinds.Kind kind : ErrorKinds.Kind.values()) {
      perJoint(
          kinds.metric().label() + "-" + kind,
          kinds.decode(),
          kinds.counts(),
          counts -> counts.percent(kind),
          ErrorKinds.Counts::counted);
    }
  }

  private void comparison(Comparison comparison) throws IOException {
    Map<String, Integer> counted = new HashMap<>();
    comparison.joints().forEach((name, joint) -> counted.put(name, joint.counted()));
    String decode = comparison.decode() + " minus " + comparison.baseline();
    averagePrecision(
        comparison.metric().label(),
        decode,
        comparison.averagePrecision(),
        comparison.averagePrecision95());
    summary(
        comparison.metric().label(),
        decode,
        comparison.differences(),
        counted,
        comparison.intervals95());
  }

  private void summary(
      String metric,
      String decode,
      Summary<Double> values,
      Map<String, Integer> counted,
      @Nullable Summary<Interval> intervals)
      throws IOException {
    Interval pooled = intervals == null ? null : intervals.meanJointWeighted();
    row(metric, decode, "mean", "joint_weighted", values.meanJointWeighted(), null, pooled);
    Interval plain = intervals == null ? null : intervals.meanUnweighted();
    row(metric, decode, "mean", "unweighted", values.meanUnweighted(), null, plain);
    for (Map.Entry<String, Double> group : values.groups().entrySet()) {
      String name = group.getKey();
      Interval interval = intervals == null ? null : intervals.groups().get(name);
      row(metric, decode, "group", name, group.getValue(), null, interval);
    }
    for (Map.Entry<String, Double> joint : values.joints().entrySet()) {
      String name = joint.getKey();
      Interval interval = intervals == null ? null : intervals.joints().get(name);
      row(metric, decode, "joint", name, joint.getValue(), counted.get(name), interval);
    }
  }

  /**
   * The metric is such as {@code head-error@0.9}: the error that 90 % of the joints stay within.
   */
  private void errors(ErrorQuantiles errors) throws IOException {
    String reference = Config.name(errors.reference());
    for (int i = 0; i < ErrorQuantiles.LEVELS.size(); i++) {
      int at = i;
      String level = "-error@" + ErrorQuantiles.LEVELS.get(i);
      PerJoint<Quantiles> quantiles = errors.quantiles();
      perJoint(
          reference + level,
          errors.decode(),
          quantiles,
          q -> q.lengths().get(at),
          Quantiles::counted);
      perJoint(
          "pixel" + level, errors.decode(), quantiles, q -> q.pixels().get(at), Quantiles::counted);
    }
  }

  /** The metrics are such as {@code sigma-coverage@0.9} and {@code score-ece:pckh@0.5}. */
  private void calibration(Calibration calibration) throws IOException {
    String decode = calibration.decode();
    PerJoint<SigmaCalibration> sigma = calibration.sigma();
    if (sigma != null) {
      for (int i = 0; i < SigmaCalibration.LEVELS.size(); i++) {
        int at = i;
        perJoint(
            "sigma-coverage@" + SigmaCalibration.LEVELS.get(i),
            decode,
            sigma,
            s -> s.coverage().get(at),
            SigmaCalibration::counted);
      }
      perJoint("sigma-nll", decode, sigma, SigmaCalibration::nll, SigmaCalibration::counted);
      perJoint("sigma-scale", decode, sigma, SigmaCalibration::scale, SigmaCalibration::counted);
    }
    for (var entry : calibration.scores().entrySet()) {
      String of = ":" + entry.getKey().label();
      PerJoint<ScoreCalibration> score = entry.getValue();
      ToIntFunction<ScoreCalibration> counted = ScoreCalibration::counted;
      perJoint("score-mean" + of, decode, score, ScoreCalibration::meanScore, counted);
      perJoint("score-right" + of, decode, score, ScoreCalibration::right, counted);
      perJoint("score-ece" + of, decode, score, ScoreCalibration::ece, counted);
      perJoint("score-nll" + of, decode, score, ScoreCalibration::nll, counted);
      for (ScoreCalibration.Bin bin : score.inMeans().bins()) {
        String name = number(bin.low()) + "-" + number(bin.high());
        row("score-mean" + of, decode, "bin", name, bin.meanScore(), bin.counted(), null);
        row("score-right" + of, decode, "bin", name, bin.right(), bin.counted(), null);
      }
    }
  }

  private <T> void perJoint(
      String metric,
      String decode,
      PerJoint<T> values,
      ToDoubleFunction<T> value,
      ToIntFunction<T> counted)
      throws IOException {
    T all = values.inMeans();
    int countedInAll = counted.applyAsInt(all);
    row(metric, decode, "mean", "joint_weighted", value.applyAsDouble(all), countedInAll, null);
    for (Map.Entry<String, T> joint : values.joints().entrySet()) {
      T of = joint.getValue();
      row(
          metric,
          decode,
          "joint",
          joint.getKey(),
          value.applyAsDouble(of),
          counted.applyAsInt(of),
          null);
    }
  }

  private void row(
      String metric,
      String decode,
      String kind,
      String name,
      double value,
      @Nullable Integer counted,
      @Nullable Interval interval)
      throws IOException {
    csv.printRecord(
        evaluation.dataset(),
        evaluation.split(),
        metric,
        decode,
        kind,
        name,
        number(value),
        counted,
        interval == null ? "" : number(interval.low()),
        interval == null ? "" : number(interval.high()));
  }

  /** A number as JSON has it, nothing for NaN, and {@code inf}. */
  private static String number(double value) {
    return Double.isNaN(value)
        ? ""
        : Double.isInfinite(value) ? "inf" : Json.number(value, DECIMALS).getAsString();
  }
}
