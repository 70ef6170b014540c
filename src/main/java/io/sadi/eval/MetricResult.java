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
 * @param meanJointWeighted over all joints of all people, pooled: a joint annotated more often
 *     weighs more (MPII's official script, HRNet, MMPose)
 * @param meanUnweighted the plain mean of the joints' percentages (pytorch-pose)
 * @param interval95 bootstrap interval of meanJointWeighted over people, or null if not asked for
 * @param groups left and right averaged, in the order of published tables
 * @param joints in dataset order
 * @param counted how many annotated joints each percentage is of
 * @param leftOut people without the reference length, who do not count
 * @param missing people without a prediction, whose joints count as wrong
 */
public record MetricResult(
    PoseMetric metric,
    String decode,
    double meanJointWeighted,
    double meanUnweighted,
    @Nullable Interval interval95,
    Map<String, Double> groups,
    Map<String, Double> joints,
    Map<String, Integer> counted,
    int leftOut,
    int missing) {

  public MetricResult {
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    joints = Collections.unmodifiableMap(new LinkedHashMap<>(joints));
    counted = Collections.unmodifiableMap(new LinkedHashMap<>(counted));
  }

  /**
   * Measures predictions.
   *
   * @param withInterval whether to resample people for an interval of the mean
   */
  public static MetricResult of(
      PoseMetric metric,
      String decode,
      Skeleton skeleton,
      List<Person> people,
      Predictions predictions,
      boolean withInterval) {
    List<String> names = skeleton.joints();
    JointErrors errors = JointErrors.of(people, predictions, skeleton, metric.reference());
    Tally tally = new Tally(errors, metric, names);
    Map<String, Double> joints = new LinkedHashMap<>();
    Map<String, Integer> counted = new LinkedHashMap<>();
    for (int k = 0; k < names.size(); k++) {
      joints.put(names.get(k), tally.percent(k));
      counted.put(names.get(k), tally.count(k));
    }
    Map<String, Double> groups = new LinkedHashMap<>();
    JointGroups.of(names).forEach((group, of) -> groups.put(group, mean(of, joints)));
    return new MetricResult(
        metric,
        decode,
        tally.pooledPercent(),
        mean(names.stream().filter(JointGroups::inMean).toList(), joints),
        withInterval ? tally.pooledInterval() : null,
        groups,
        joints,
        counted,
        errors.leftOut(),
        errors.missing());
  }

  /** Lines about what the percentages leave out or count as wrong; empty if nothing. */
  public List<String> notes() {
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
    return notes;
  }

  private static String people(int n) {
    return n == 1 ? "1 person" : n + " people";
  }

  /** The plain mean of these joints' percentages, leaving out joints that are annotated nowhere. */
  private static double mean(List<String> names, Map<String, Double> joints) {
    return names.stream()
        .mapToDouble(joints::get)
        .filter(percent -> !Double.isNaN(percent))
        .average()
        .orElse(Double.NaN);
  }
}
