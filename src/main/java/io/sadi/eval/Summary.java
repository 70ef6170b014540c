package io.sadi.eval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * One value for each number that published tables print: percentages, their intervals, or
 * differences.
 *
 * @param meanJointWeighted over all joints of all people, pooled: a joint annotated more often
 *     weighs more (MPII's official script, HRNet, MMPose)
 * @param meanUnweighted of the plain mean of the joints' percentages (pytorch-pose)
 * @param groups left and right averaged, in the order of published tables
 * @param joints in dataset order
 */
public record Summary<T>(
    T meanJointWeighted, T meanUnweighted, Map<String, T> groups, Map<String, T> joints) {
  public Summary {
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    joints = Collections.unmodifiableMap(new LinkedHashMap<>(joints));
  }

  /** Takes a value and what it is of. */
  interface Visitor<T> {
    /**
     * Takes one value.
     *
     * @param kind {@link EvaluationValue#MEAN}, {@link EvaluationValue#GROUP} or {@link
     *     EvaluationValue#JOINT}
     */
    void visit(String kind, String name, T value);
  }

  /** Hands over every value: both means, groups, joints. */
  void forEach(Visitor<? super T> visitor) {
    visitor.visit(EvaluationValue.MEAN, EvaluationValue.JOINT_WEIGHTED, meanJointWeighted);
    visitor.visit(EvaluationValue.MEAN, EvaluationValue.UNWEIGHTED, meanUnweighted);
    groups.forEach((name, value) -> visitor.visit(EvaluationValue.GROUP, name, value));
    joints.forEach((name, value) -> visitor.visit(EvaluationValue.JOINT, name, value));
  }

  /** Where each number stands in a vector of all of them: both means, groups, joints. */
  static final class Layout {
    private final List<String> joints;
    private final List<Integer> inMean = new ArrayList<>();
    private final Map<String, List<Integer>> groups = new LinkedHashMap<>();

    Layout(List<String> joints) {
      this.joints = joints;
      for (int k = 0; k < joints.size(); k++) {
        if (JointGroups.inMean(joints.get(k))) {
          inMean.add(k);
        }
      }
      JointGroups.of(joints)
          .forEach(
              (group, names) -> groups.put(group, names.stream().map(joints::indexOf).toList()));
    }

    /** The joints that both means are over. */
    List<Integer> inMean() {
      return inMean;
    }

    /**
     * All numbers from sums over people, as fractions.
     *
     * @param credit of every joint
     * @param count of every joint, what a full credit would be
     * @return NaN where nothing counts
     */
    double[] fractions(double[] credit, double[] count) {
      double[] fractions = new double[2 + groups.size() + joints.size()];
      int firstJoint = 2 + groups.size();
      for (int k = 0; k < credit.length; k++) {
        fractions[firstJoint + k] = credit[k] / count[k];
      }
      double credits = 0;
      double counts = 0;
      for (int k : inMean) {
        credits += credit[k];
        counts += count[k];
      }
      fractions[0] = credits / counts;
      fractions[1] = mean(inMean, fractions, firstJoint);
      int g = 2;
      for (List<Integer> group : groups.values()) {
        fractions[g++] = mean(group, fractions, firstJoint);
      }
      return fractions;
    }

    /** The plain mean of some joints, leaving out those that are annotated nowhere. */
    private static double mean(List<Integer> of, double[] fractions, int firstJoint) {
      double sum = 0;
      int n = 0;
      for (int k : of) {
        double fraction = fractions[firstJoint + k];
        if (!Double.isNaN(fraction)) {
          sum += fraction;
          n++;
        }
      }
      return n == 0 ? Double.NaN : sum / n;
    }

    /** Names the places of a vector. */
    <T> Summary<T> summary(IntFunction<T> value) {
      Map<String, T> byGroup = new LinkedHashMap<>();
      int at = 2;
      for (String group : groups.keySet()) {
        byGroup.put(group, value.apply(at++));
      }
      Map<String, T> byJoint = new LinkedHashMap<>();
      for (String joint : joints) {
        byJoint.put(joint, value.apply(at++));
      }
      return new Summary<>(value.apply(0), value.apply(1), byGroup, byJoint);
    }
  }
}
