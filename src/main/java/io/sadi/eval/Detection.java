package io.sadi.eval;

import io.sadi.config.Field;
import io.sadi.geom.Box;
import org.jspecify.annotations.Nullable;

/**
 * A predicted person as average precision takes it.
 *
 * @param joints where the joints are; NaN where one was not found
 * @param score how sure the person is there, in any unit: only the order counts
 * @param area in square pixels
 * @param category the id as text; empty where nothing says
 * @param detected whether a detector found the person, so that its number is the detector's
 */
record Detection(Prediction joints, double score, double area, String category, boolean detected) {

  /**
   * One with what its file does not say filled in: the mean score of the joints, and the area of
   * the box around them, as pycocotools has it.
   *
   * @param score NaN where unknown
   * @param box null where unknown
   */
  static Detection of(Prediction joints, double score, @Nullable Box box, String category) {
    return new Detection(
        joints,
        Double.isNaN(score) ? meanScore(joints) : score,
        box == null ? areaAround(joints) : box.area(),
        category,
        false);
  }

  /** The same, whom a detector found or not. */
  Detection detected(boolean byDetector) {
    return new Detection(joints, score, area, category, byDetector);
  }

  /** A box as files have it: x, y, width, height; null where there is none, or an empty one. */
  static @Nullable Box box(Field field) {
    if (!field.isGiven() || field.isList(0)) {
      return null;
    }
    if (!field.isList(4)) {
      throw field.wrong("x, y, width, height");
    }
    double[] sides = field.list().stream().mapToDouble(Field::floating).toArray();
    return new Box(sides[0], sides[1], sides[2], sides[3]);
  }

  /** One of which only the joints are known. */
  static Detection of(Prediction joints) {
    return of(joints, Double.NaN, null, "");
  }

  /** The same for another image or person. */
  Detection of(String image, int person) {
    return new Detection(joints.of(image, person), score, area, category, detected);
  }

  /** 0 where no joint has a score. */
  private static double meanScore(Prediction joints) {
    double sum = 0;
    int n = 0;
    for (float score : joints.score()) {
      if (!Float.isNaN(score)) {
        sum += score;
        n++;
      }
    }
    return n == 0 ? 0 : sum / n;
  }

  private static double areaAround(Prediction joints) {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < joints.x().length; k++) {
      if (joints.isPlaced(k)) {
        left = Math.min(left, joints.x()[k]);
        top = Math.min(top, joints.y()[k]);
        right = Math.max(right, joints.x()[k]);
        bottom = Math.max(bottom, joints.y()[k]);
      }
    }
    return right >= left ? (right - left) * (bottom - top) : 0;
  }
}
