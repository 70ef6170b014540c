package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One metric of one set of predictions. Values are percentages, 0 to 100; NaN where nothing counts.
 *
 * @param metric what was measured
 * @param decode where the joints came from: a decoder's name, or {@code predictions} for a file
 * @param percentages of both means, the groups and the joints
 * @param intervals95 bootstrap intervals of all of them over people, or null if not asked for
 * @param counted how many annotated joints each percentage is of
 * @param leftOut people without the reference length, who do not count
 * @param missing people without a prediction, whose joints count as wrong
 * @param averagePrecision by the same similarity; null where the metric is none
 */
public record MetricResult(
    PoseMetric metric,
    String decode,
    Summary<Double> percentages,
    @Nullable Summary<Interval> intervals95,
    Map<String, Integer> counted,
    int leftOut,
    int missing,
    @Nullable AveragePrecision averagePrecision) {

  /** A result without average precision. */
  public MetricResult(
      PoseMetric metric,
      String decode,
      Summary<Double> percentages,
      @Nullable Summary<Interval> intervals95,
      Map<String, Integer> counted,
      int leftOut,
      int missing) {
    this(metric, decode, percentages, intervals95, counted, leftOut, missing, null);
  }

  public MetricResult {
    counted = Collections.unmodifiableMap(new LinkedHashMap<>(counted));
  }

  /**
   * Measures predictions by a metric other than OKS.
   *
   * @param withIntervals whether to resample people for intervals
   */
  public static MetricResult of(
      PoseMetric metric,
      String decode,
      Skeleton skeleton,
      List<Person> people,
      Predictions predictions,
      boolean withIntervals) {
    return of(metric, decode, skeleton, people, predictions, null, withIntervals);
  }

  /**
   * Measures predictions.
   *
   * @param oks null where the metric is not OKS
   * @param withIntervals whether to resample people for intervals, and images for those of average
   *     precision
   */
  public static MetricResult of(
      PoseMetric metric,
      String decode,
      Skeleton skeleton,
      List<Person> people,
      Predictions predictions,
      @Nullable OksTruth oks,
      boolean withIntervals) {
    Measured measured = Measured.of(people, oks, predictions, skeleton, metric.reference());
    return of(metric, decode, skeleton.joints(), measured, withIntervals);
  }

  static MetricResult of(
      PoseMetric metric,
      String decode,
      List<String> joints,
      Measured measured,
      boolean withIntervals) {
    JointErrors errors = measured.errors();
    Detections detections = measured.detections();
    Tally tally = Tally.of(errors, metric, joints);
    Map<String, Integer> counted = new LinkedHashMap<>();
    for (int k = 0; k < joints.size(); k++) {
      counted.put(joints.get(k), tally.count(k));
    }
    return new MetricResult(
        metric,
        decode,
        tally.percentages(),
        withIntervals ? tally.intervals95() : null,
        counted,
        errors.leftOut(),
        errors.missing(),
        detections == null ? null : AveragePrecision.of(detections, withIntervals));
  }

  /** Pooled over all joints of all people. */
  public double meanJointWeighted() {
    return percentages.meanJointWeighted();
  }

  /** The plain mean of the joints' percentages. */
  public double meanUnweighted() {
    return percentages.meanUnweighted();
  }

  /** Left and right averaged, in the order of published tables. */
  public Map<String, Double> groups() {
    return percentages.groups();
  }

  /** In dataset order. */
  public Map<String, Double> joints() {
    return percentages.joints();
  }

  /** The interval of meanJointWeighted, or null if not asked for. */
  @Nullable Interval interval95() {
    return intervals95 == null ? null : intervals95.meanJointWeighted();
  }

  /** Lines about what the percentages leave out or count as wrong; empty if nothing. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (leftOut > 0) {
      notes.add(
          people(leftOut)
              + " without "
              + metric.reference().needs()
              + " left out of "
              + metric.label());
    }
    if (missing > 0) {
      notes.add(people(missing) + " without a prediction: all joints count as wrong");
    }
    if (metric.isSimilarity()) {
      notes.add(
          "oks of joints and groups: the mean similarity of the prediction for each person; right at"
              + " 0.5 where right or wrong is asked");
    }
    if (averagePrecision != null) {
      notes.addAll(averagePrecision.notes());
    }
    return notes;
  }

  private static String people(int n) {
    return n == 1 ? "1 person" : n + " people";
  }
}
