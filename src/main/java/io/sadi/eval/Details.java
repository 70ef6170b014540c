package io.sadi.eval;

import io.sadi.eval.Breakdown.By;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation holds beside the percentages.
 *
 * @param intervals bootstrap intervals of the percentages over people
 * @param quantiles how large the errors are
 * @param calibration how far scores and deviations can be trusted
 * @param by what percentages are broken down by
 * @param errorKinds what is wrong with the joints that are wrong
 * @param baseline the set of predictions that the others are compared with, or null
 */
public record Details(
    boolean intervals,
    boolean quantiles,
    boolean calibration,
    List<By> by,
    boolean errorKinds,
    @Nullable String baseline) {
  /** Percentages alone. */
  public static final Details NONE = new Details(false, false, false, null);

  public Details {
    by = List.copyOf(by);
  }

  /** The same, compared with a set of predictions, or with none. */
  public Details comparedWith(@Nullable String otherBaseline) {
    return new Details(intervals, quantiles, calibration, by, errorKinds, otherBaseline);
  }

  /** Nothing broken down. */
  public Details(
      boolean intervals, boolean quantiles, boolean calibration, @Nullable String baseline) {
    this(intervals, quantiles, calibration, List.of(), false, baseline);
  }
}
