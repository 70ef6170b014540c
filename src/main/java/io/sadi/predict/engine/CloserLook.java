package io.sadi.predict.engine;

import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import org.jspecify.annotations.Nullable;

/** Where to look again once a first look at a whole image has found somebody. */
final class CloserLook {
  /** Pixels; what is smaller is no person, but joints that all fell on one spot. */
  private static final double SMALLEST = 16;

  private CloserLook() {}

  /**
   * The box around the joints that were found.
   *
   * @return null where there is nothing to look at
   */
  static @Nullable PersonBox around(Prediction found) {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < found.x().length; k++) {
      left = Math.min(left, found.x()[k]);
      right = Math.max(right, found.x()[k]);
      top = Math.min(top, found.y()[k]);
      bottom = Math.max(bottom, found.y()[k]);
    }
    Box box = new Box(left, top, right - left, bottom - top);
    return Math.max(box.width(), box.height()) >= SMALLEST
        ? PersonBox.of(found.person(), box)
        : null;
  }
}
