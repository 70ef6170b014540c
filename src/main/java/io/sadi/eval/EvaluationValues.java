package io.sadi.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An evaluation as one list of values, from which every format is made. */
final class EvaluationValues {
  private final String metric;
  private final String decode;
  private final List<EvaluationValue> list = new ArrayList<>();

  private EvaluationValues(String metric, String decode) {
    this.metric = metric;
    this.decode = decode;
  }

  /** All values, in the order of the CSV. */
  static List<EvaluationValue> of(Evaluation evaluation) {
    List<EvaluationValue> all = new ArrayList<>();
    evaluation.results().forEach(result -> all.addAll(of(result, evaluation.people())));
    evaluation.comparisons().forEach(comparison -> all.addAll(of(comparison)));
    evaluation.breakdowns().forEach(breakdown -> all.addAll(of(breakdown)));
    evaluation.errorKinds().forEach(kinds -> all.addAll(JointMeasures.of(kinds).toValues()));
    evaluation.errors().forEach(errors -> all.addAll(JointMeasures.of(errors).toValues()));
    for (Calibration calibration : evaluation.calibrations()) {
      JointMeasures.of(calibration).forEach(measures -> all.addAll(measures.toValues()));
    }
    return all;
  }

  /**
   * The values of a result.
   *
   * @param people annotated people in the split
   */
  static List<EvaluationValue> of(MetricResult result, int people) {
    EvaluationValues to = new EvaluationValues(result.metric().label(), result.decode());
    AveragePrecision precision = result.averagePrecision();
    if (precision != null) {
      to.addAveragePrecision(precision.values(), precision.intervals95());
    }
    to.addSummary(result.percentages(), result.counted(), result.intervals95());
    to.addPeople("all", people);
    to.addPeople("left_out", result.leftOut());
    to.addPeople("missing", result.missing());
    if (precision != null) {
      to.addPeople("ignored", precision.ignored());
      to.addPeople("detections", precision.detections());
    }
    return to.list;
  }

  static List<EvaluationValue> of(Comparison comparison) {
    EvaluationValues to =
        new EvaluationValues(
            comparison.metric().label(), comparison.decode() + " minus " + comparison.baseline());
    Map<String, Integer> counted = new HashMap<>();
    comparison.joints().forEach((name, joint) -> counted.put(name, joint.counted()));
    to.addAveragePrecision(comparison.averagePrecision(), comparison.averagePrecision95());
    to.addSummary(comparison.differences(), counted, comparison.intervals95());
    return to.list;
  }

  private static List<EvaluationValue> of(Breakdown breakdown) {
    EvaluationValues to = new EvaluationValues(breakdown.metric().label(), breakdown.decode());
    String kind = "by-" + breakdown.by();
    for (Breakdown.Slice row : breakdown.rows()) {
      to.add(kind, row.name(), row.percent(), row.counted(), row.interval95());
      if (!Double.isNaN(row.inside90())) {
        to.add(kind + "-inside-90", row.name(), row.inside90(), row.counted(), null);
      }
    }
    return to.list;
  }

  /** Those of one kind, in their order. */
  static List<EvaluationValue> ofKind(String kind, List<EvaluationValue> list) {
    return list.stream().filter(value -> value.kind().equals(kind)).toList();
  }

  private void addAveragePrecision(
      Map<String, Double> values, @Nullable Map<String, Interval> intervals) {
    values.forEach(
        (name, value) ->
            add(
                EvaluationValue.AVERAGE_PRECISION,
                name,
                value,
                null,
                intervals == null ? null : intervals.get(name)));
  }

  private void addSummary(
      Summary<Double> values, Map<String, Integer> counted, @Nullable Summary<Interval> intervals) {
    Map<String, Interval> byPlace = new HashMap<>();
    if (intervals != null) {
      intervals.forEach((kind, name, interval) -> byPlace.put(kind + " " + name, interval));
    }
    values.forEach(
        (kind, name, value) ->
            add(
                kind,
                name,
                value,
                kind.equals(EvaluationValue.JOINT) ? counted.get(name) : null,
                byPlace.get(kind + " " + name)));
  }

  private void addPeople(String name, int people) {
    add(EvaluationValue.PEOPLE, name, people, null, null);
  }

  private void add(
      String kind,
      String name,
      double value,
      @Nullable Integer counted,
      @Nullable Interval interval) {
    list.add(new EvaluationValue(metric, decode, kind, name, value, counted, interval));
  }
}
