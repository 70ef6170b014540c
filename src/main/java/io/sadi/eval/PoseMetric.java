package io.sadi.eval;

import io.sadi.data.Metric;
import io.sadi.io.BadInputException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a joint is worth by its error e, in units of a reference length.
 *
 * <p>{@code pckh@0.5}, {@code pck@0.2}: 1 if e is at most the threshold, else 0, as MPII's
 * computePCK.m and LSP's eval_pck.m have it.
 *
 * <p>{@code pckh-auc@0.5}: the area under that curve as a share of the largest area, as MPII's
 * evaluatePCKh.m computes it: the curve at 0, 0.01, 0.02, ... up to the threshold, with straight
 * lines between.
 *
 * <p>{@code oks}: exp(-e^2 / 2), in steps of a millionth; the mean over a person's joints is COCO's
 * object keypoint similarity. Average precision by it is {@link AveragePrecision}.
 *
 * @param reference what errors are divided by
 * @param threshold in units of the reference length, above 0; a joint within it is right
 * @param area whether the area under the curve is meant
 */
public record PoseMetric(ReferenceLength reference, double threshold, boolean area) {
  /** A joint is right at a similarity of 0.5. */
  static final PoseMetric OKS =
      new PoseMetric(ReferenceLength.AREA, Math.sqrt(2 * Math.log(2)), false);

  private static final double LARGEST = 100;

  private static final int MILLION = 1_000_000;

  /** The official curve's step; thresholds beyond 1 are cut into a hundred steps. */
  private static final double AREA_STEP = 0.01;

  private static final int MOST_AREA_STEPS = 100;
  private static final int MOST_IN_A_RANGE = 1000;
  private static final BigDecimal RANGE_STEP = new BigDecimal("0.1");

  private static final String NUMBER = "(\\d*\\.?\\d+)";
  private static final Pattern NAMED = Pattern.compile("(pckh|pck-box|pck)(-auc)?@(.*)");
  private static final Pattern THRESHOLDS =
      Pattern.compile(NUMBER + "(?:\\.\\." + NUMBER + "(?::" + NUMBER + ")?)?");

  public PoseMetric {
    if (!(threshold > 0 && threshold <= LARGEST)) {
      throw new IllegalArgumentException("threshold " + threshold);
    }
  }

  /** The metric of a name such as {@code pckh@0.5}. */
  public static PoseMetric parse(String name) {
    List<PoseMetric> metrics = parseAll(List.of(name));
    if (metrics.size() != 1) {
      throw wrong(name);
    }
    return metrics.get(0);
  }

  /**
   * The metrics of a list, each once: {@code pckh@0.5}; {@code pckh@0.1..0.5}, in steps of 0.1;
   * {@code pckh@0.05..0.5:0.05}, in such steps; a threshold or range alone is for the metric before
   * it, so that {@code pck@0.1, 0.2} are two.
   */
  public static List<PoseMetric> parseAll(List<String> names) {
    Set<PoseMetric> metrics = new LinkedHashSet<>();
    ReferenceLength reference = null;
    boolean area = false;
    for (String name : names) {
      if (name.equals(OKS.label())) {
        metrics.add(OKS);
        reference = null; // it has no thresholds
        continue;
      }
      Matcher named = NAMED.matcher(name);
      String thresholds = name;
      if (named.matches()) {
        reference = reference(named.group(1));
        area = named.group(2) != null;
        thresholds = named.group(3);
      }
      if (reference == null) {
        throw wrong(name);
      }
      for (double threshold : thresholds(thresholds, name)) {
        metrics.add(new PoseMetric(reference, threshold, area));
      }
    }
    return List.copyOf(metrics);
  }

  private static ReferenceLength reference(String metric) {
    for (ReferenceLength length : ReferenceLength.values()) {
      if (length.metric().equals(metric)) {
        return length;
      }
    }
    throw new IllegalArgumentException(metric);
  }

  private static List<Double> thresholds(String text, String name) {
    Matcher parts = THRESHOLDS.matcher(text);
    if (!parts.matches()) {
      throw wrong(name);
    }
    // Decimals, so that the third of 0.1..0.5 is 0.3 and not 0.30000000000000004.
    BigDecimal from = new BigDecimal(parts.group(1));
    BigDecimal to = parts.group(2) == null ? from : new BigDecimal(parts.group(2));
    BigDecimal step = parts.group(3) == null ? RANGE_STEP : new BigDecimal(parts.group(3));
    if (from.signum() <= 0 || to.doubleValue() > LARGEST || to.compareTo(from) < 0) {
      throw wrong(name);
    }
    BigDecimal length = to.subtract(from);
    if (step.signum() == 0 || length.remainder(step).signum() != 0) {
      throw BadInputException.at(
          "metric",
          "'" + name + "'",
          "a range that steps of " + step.toPlainString() + " divide",
          "A..B:STEP has others");
    }
    if (length.divideToIntegralValue(step).compareTo(BigDecimal.valueOf(MOST_IN_A_RANGE)) > 0) {
      throw BadInputException.at(
          "metric", "'" + name + "'", "at most " + MOST_IN_A_RANGE + " thresholds", "");
    }
    List<Double> thresholds = new ArrayList<>();
    for (BigDecimal t = from; t.compareTo(to) <= 0; t = t.add(step)) {
      thresholds.add(t.doubleValue());
    }
    return thresholds;
  }

  private static BadInputException wrong(String name) {
    return BadInputException.at(
        "metric",
        "'" + name + "'",
        "pckh@T, pck@T, pck-box@T, or -auc@T of them, with T a threshold above 0 and up to 100, or"
            + " a range: 0.1..0.5 or 0.05..0.5:0.05; or oks",
        "");
  }

  /** The metric that a dataset is published with. */
  public static PoseMetric of(Metric metric) {
    return parse(metric.label());
  }

  /** The name that {@link #parse} reads. */
  public String label() {
    return isSimilarity() ? reference.metric() : labelWithThreshold();
  }

  private String labelWithThreshold() {
    return reference.metric()
        + (area ? "-auc@" : "@")
        + BigDecimal.valueOf(threshold).stripTrailingZeros().toPlainString();
  }

  /** Whether a joint is worth the more the nearer it is, and average precision goes with it. */
  public boolean isSimilarity() {
    return reference == ReferenceLength.AREA;
  }

  /** Whether a joint of this error is right. */
  boolean right(double error) {
    return error <= threshold;
  }

  /** What a joint without error is worth. */
  int fullCredit() {
    return isSimilarity() ? MILLION : area ? 2 * areaSteps() : 1;
  }

  /** What a joint of this error is worth, from 0 to {@link #fullCredit}. */
  int credit(double error) {
    if (isSimilarity()) {
      return (int) Math.rint(MILLION * Math.exp(-error * error / 2));
    }
    if (error > threshold) {
      return 0;
    }
    if (!area || error <= 0) {
      return fullCredit();
    }
    // Right at every point of the curve from the first that is not below the error; as straight
    // lines have it, each is worth two halves of a step, the last one half.
    int steps = areaSteps();
    int first = (int) Math.ceil(error * steps / threshold);
    if (error <= (first - 1) * threshold / steps) {
      first--; // the division was rounded up past a point
    }
    return 2 * (steps - Math.min(first, steps)) + 1;
  }

  private int areaSteps() {
    return (int) Math.max(1, Math.min(MOST_AREA_STEPS, Math.rint(threshold / AREA_STEP)));
  }
}
