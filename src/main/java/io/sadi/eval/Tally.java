package io.sadi.eval;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the joints of all people are worth under one metric, summed up by joint and by person. */
final class Tally {
  private final double[] jointCredit;
  private final int[] jointCount;

  // The joints in the mean, by person; people with none stand at 0 of 0.
  private final double[] personCredit;
  private final int[] personCount;

  Tally(JointErrors errors, PoseMetric metric, List<String> joints) {
    jointCredit = new double[joints.size()];
    jointCount = new int[joints.size()];
    personCredit = new double[errors.people()];
    personCount = new int[errors.people()];
    for (int k = 0; k < jointCredit.length; k++) {
      boolean inMean = JointGroups.inMean(joints.get(k));
      for (int i = 0; i < personCredit.length; i++) {
        if (!errors.counts(i, k)) {
          continue;
        }
        double credit = metric.credit(errors.error(i, k));
        jointCredit[k] += credit;
        jointCount[k]++;
        if (inMean) {
          personCredit[i] += credit;
          personCount[i]++;
        }
      }
    }
  }

  /** The percentage of joint k; NaN if it is annotated nowhere. */
  double percent(int k) {
    return 100 * jointCredit[k] / jointCount[k];
  }

  int count(int k) {
    return jointCount[k];
  }

  /** The percentage over all joints in the mean, pooled; NaN if there are none. */
  double pooledPercent() {
    return 100 * Arrays.stream(personCredit).sum() / Arrays.stream(personCount).sum();
  }

  /** The 95 % interval of {@link #pooledPercent}, null if nothing counts. */
  @Nullable Interval pooledInterval() {
    Interval fraction = Bootstrap.interval95(personCredit, personCount);
    return fraction == null ? null : new Interval(100 * fraction.low(), 100 * fraction.high());
  }
}
