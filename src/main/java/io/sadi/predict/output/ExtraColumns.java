package io.sadi.predict.output;

/**
 * Columns of CSV that not every prediction has: they stand between the box and the joints.
 *
 * @param boxScore {@code box_score}, where people come from a detector, or from boxes with scores
 * @param film {@code frame}, {@code time} and {@code track}, where images are a film's frames
 */
public record ExtraColumns(boolean boxScore, boolean film) {
  /** None of them. */
  public static final ExtraColumns NONE = new ExtraColumns(false, false);
}
