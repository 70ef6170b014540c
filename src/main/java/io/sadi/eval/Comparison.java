package io.sadi.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How one set of predictions differs from another, person by person: what is hard for both cancels
 * out, so that much smaller differences show than those between two intervals.
 *
 * @param metric what was measured
 * @param decode the one set of predictions
 * @param baseline the other
 * @param differences the one's percentages minus the other's
 * @param intervals95 bootstrap intervals of the differences over people
 * @param joints in dataset order
 * @param averagePrecision differences of average precision, by name; empty where the metric has
 *     none
 * @param averagePrecision95 their bootstrap intervals over images
 */
record Comparison(
    PoseMetric metric,
    String decode,
    String baseline,
    Summary<Double> differences,
    Summary<Interval> intervals95,
    Map<String, Moved> joints,
    Map<String, Double> averagePrecision,
    Map<String, Interval> averagePrecision95) {

  /**
   * One joint of all people.
   *
   * @param counted how many people have it annotated
   * @param better people with whom the one set is worth more than the other
   * @param worse people with whom it is worth less
   */
  public record Moved(int counted, int better, int worse) {}

  public Comparison {
    joints = Collections.unmodifiableMap(new LinkedHashMap<>(joints));
    averagePrecision = Collections.unmodifiableMap(new LinkedHashMap<>(averagePrecision));
    averagePrecision95 = Collections.unmodifiableMap(new LinkedHashMap<>(averagePrecision95));
  }

  static Comparison of(
      PoseMetric metric,
      List<String> joints,
      String decode,
      Measured measured,
      String baseline,
      Measured other) {
    Tally difference =
        Tally.of(measured.errors(), metric, joints).minus(Tally.of(other.errors(), metric, joints));
    Map<String, Moved> moved = new LinkedHashMap<>();
    for (int k = 0; k < joints.size(); k++) {
      moved.put(
          joints.get(k),
          new Moved(
              difference.count(k),
              difference.countCredits(k, credit -> credit > 0),
              difference.countCredits(k, credit -> credit < 0)));
    }
    Map<String, Double> precision = Map.of();
    Map<String, Interval> precision95 = Map.of();
    Detections detections = measured.detections();
    Detections others = other.detections();
    if (detections != null && others != null) {
      precision = AveragePrecision.of(detections, false).minus(AveragePrecision.of(others, false));
      precision95 = AveragePrecision.intervals95(detections, others);
    }
    return new Comparison(
        metric,
        decode,
        baseline,
        difference.percentages(),
        difference.intervals95(),
        moved,
        precision,
        precision95);
  }

  /** {@code up} or {@code down} where the interval leaves no doubt, else empty. */
  static String direction(Interval interval) {
    return interval.low() > 0 ? "up" : interval.high() < 0 ? "down" : "";
  }
}
