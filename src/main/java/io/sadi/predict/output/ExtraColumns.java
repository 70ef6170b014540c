package io.sadi.predict.output;

/**
 * Columns of CSV that not every prediction has: they stand between the box and the joints.
 *
 * @param boxScore {@code box_score}, where people come from a detector, or from boxes with scores
 */
public record ExtraColumns(boolean boxScore) {
  /** None of them. */
  public static final ExtraColumns NONE = new ExtraColumns(false);
}
