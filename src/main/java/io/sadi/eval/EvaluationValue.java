package io.sadi.eval;

import org.jspecify.annotations.Nullable;

/**
 * One number of an evaluation.
 *
 * @param metric what was measured, as in {@code pckh@0.5} or {@code sigma-nll}
 * @param decode the set of predictions; {@code a minus b} for a difference of two
 * @param kind what it is of: {@link #MEAN}, {@link #GROUP}, {@link #JOINT}, ...
 * @param name which of these
 * @param value NaN where nothing counts
 * @param counted how many joints it is of; null where that means nothing
 * @param interval95 bootstrap interval; null if not asked for
 */
record EvaluationValue(
    String metric,
    String decode,
    String kind,
    String name,
    double value,
    @Nullable Integer counted,
    @Nullable Interval interval95) {
  /** Over joints: {@link #JOINT_WEIGHTED} or {@link #UNWEIGHTED}. */
  static final String MEAN = "mean";

  static final String JOINT_WEIGHTED = "joint_weighted";
  static final String UNWEIGHTED = "unweighted";

  /** Of the left and the right joint. */
  static final String GROUP = "group";

  static final String JOINT = "joint";

  /** One of {@link AveragePrecision#NAMES}. */
  static final String AVERAGE_PRECISION = "average_precision";

  /** A number of people. */
  static final String PEOPLE = "people";

  /** Joints whose scores are alike. */
  static final String BIN = "bin";
}
