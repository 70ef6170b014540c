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
 */
public record Comparison(
    PoseMetric metric,
    String decode,
    String baseline,
    Summary<Double> differences,
    Summary<Interval> intervals95,
    Map<String, Moved> joints) {

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
  }

  static Comparison of(
      PoseMetric metric,
      List<String> joints,
      String decode,
      JointErrors errors,
      String baseline,
      JointErrors baselineErrors) {
    Tally difference =
        Tally.of(errors, metric, joints).minus(Tally.of(baselineErrors, metric, joints));
    Map<String, Moved> moved = new LinkedHashMap<>();
    for (int k = 0; k < joints.size(); k++) {
      moved.put(
          joints.get(k),
          new Moved(
              difference.count(k),
              difference.countCredits(k, credit -> credit > 0),
              difference.countCredits(k, credit -> credit < 0)));
    }
    return new Comparison(
        metric, decode, baseline, difference.percentages(), difference.intervals95(), moved);
  }

  /** {@code up} or {@code down} where the interval leaves no doubt, else empty. */
  static String direction(Interval interval) {
    return interval.low() > 0 ? "up" : interval.high() < 0 ? "down" : "";
  }
}
