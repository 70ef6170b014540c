package io.sadi.reference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shares of right joints as MPII's and LSP's evaluations count them: a joint is right where its
 * error, divided by a length of the person, is at most a threshold.
 */
public final class SlowPck {
  /** The groups of published tables, and what a joint of theirs is called. */
  private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("head", List.of("head_top"));
    for (String part : List.of("shoulder", "elbow", "wrist", "hip", "knee", "ankle")) {
      GROUPS.put(part, List.of("left_" + part, "right_" + part));
    }
  }

  private final List<String> joints;
  private final double[][] errors;

  /**
   * @param joints MPII's names
   * @param errors [person][joint] in units of the person's length; NaN does not count, infinity is
   *     wrong however far one looks
   */
  public SlowPck(List<String> joints, double[][] errors) {
    this.joints = joints;
    this.errors = errors;
  }

  /** Percentages at a threshold: of each joint, of the groups, and both means. */
  public Map<String, Double> at(double threshold) {
    Map<String, Double> values = new LinkedHashMap<>();
    double allRight = 0;
    double all = 0;
    List<Double> inMean = new ArrayList<>();
    for (int k = 0; k < joints.size(); k++) {
      double right = 0;
      double count = 0;
      for (double[] person : errors) {
        if (!Double.isNaN(person[k])) {
          count++;
          right += person[k] <= threshold ? 1 : 0;
        }
      }
      values.put(joints.get(k), 100 * right / count);
      // MPII leaves these two out of the mean.
      if (!joints.get(k).equals("pelvis") && !joints.get(k).equals("thorax")) {
        allRight += right;
        all += count;
        inMean.add(100 * right / count);
      }
    }
    GROUPS.forEach(
        (group, names) ->
            values.put(group, names.stream().mapToDouble(values::get).average().orElseThrow()));
    values.put("mean_joint_weighted", 100 * allRight / all);
    values.put("mean_unweighted", inMean.stream().mapToDouble(v -> v).average().orElseThrow());
    return values;
  }

  /**
   * The area below the curve of {@link #at} from 0 on, cut each 0.01, as a share of the largest.
   */
  public Map<String, Double> areaTo(double threshold) {
    Map<String, Double> areas = new LinkedHashMap<>();
    int steps = (int) Math.rint(threshold / 0.01);
    for (int i = 0; i < steps; i++) {
      Map<String, Double> left = at(i * threshold / steps);
      Map<String, Double> right = at((i + 1) * threshold / steps);
      left.forEach(
          (name, value) -> areas.merge(name, (value + right.get(name)) / 2 / steps, Double::sum));
    }
    return areas;
  }
}
