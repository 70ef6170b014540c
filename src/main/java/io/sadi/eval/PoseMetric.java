package io.sadi.eval;

import io.sadi.data.Metric;
import io.sadi.io.BadInputException;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a joint is worth by its error e, in units of a reference length.
 *
 * <p>{@code pckh@0.5}, {@code pck@0.2}: 1 if e is at most the threshold, else 0, as MPII's
 * computePCK.m and LSP's eval_pck.m have it. {@code pckh-auc@0.5}: the area under that curve from 0
 * to the threshold, as a fraction of the largest area; exact, {@code max(0, 1 - e / threshold)},
 * where MPII's script sums steps of 0.01.
 *
 * @param reference what errors are divided by
 * @param threshold in units of the reference length, above 0
 * @param area whether the area under the curve is meant
 */
public record PoseMetric(ReferenceLength reference, double threshold, boolean area) {
  private static final Pattern NAME = Pattern.compile("(pckh?)(-auc)?@(\\d*\\.?\\d+)");

  public PoseMetric {
    if (!(threshold > 0 && threshold <= 100)) {
      throw new IllegalArgumentException("threshold " + threshold);
    }
  }

  /** The metric of a name such as {@code pckh@0.5}. */
  public static PoseMetric parse(String name) {
    Matcher parts = NAME.matcher(name);
    if (parts.matches()) {
      double threshold = Double.parseDouble(parts.group(3));
      if (threshold > 0 && threshold <= 100) {
        ReferenceLength reference =
            parts.group(1).equals("pckh") ? ReferenceLength.HEAD : ReferenceLength.TORSO;
        return new PoseMetric(reference, threshold, parts.group(2) != null);
      }
    }
    throw BadInputException.at(
        "metric", "'" + name + "'", "pckh@T, pck@T, pckh-auc@T or pck-auc@T, 0 < T <= 100", "");
  }

  /** The metric that a dataset is published with. */
  public static PoseMetric of(Metric metric) {
    return parse(metric.label());
  }

  /** The name that {@link #parse} reads. */
  public String label() {
    return reference.metric()
        + (area ? "-auc@" : "@")
        + BigDecimal.valueOf(threshold).stripTrailingZeros().toPlainString();
  }

  /** What a joint of this error counts, from 0 to 1. */
  double credit(double error) {
    if (area) {
      return Math.max(0, 1 - error / threshold);
    }
    return error <= threshold ? 1 : 0;
  }
}
