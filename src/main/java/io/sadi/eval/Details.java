package io.sadi.eval;

import org.jspecify.annotations.Nullable;

/**
 * What an evaluation holds beside the percentages.
 *
 * @param intervals bootstrap intervals of the percentages over people
 * @param quantiles how large the errors are
 * @param calibration how far scores and deviations can be trusted
 * @param baseline the set of predictions that the others are compared with, or null
 */
public record Details(
    boolean intervals, boolean quantiles, boolean calibration, @Nullable String baseline) {
  /** Percentages alone. */
  public static final Details NONE = new Details(false, false, false, null);
}
