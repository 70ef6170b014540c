package io.sadi.eval;

import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How far people who annotate the same joint are apart: its standard deviation as a share of the
 * square root of the person's area. Object keypoint similarity allows a joint twice that.
 *
 * @param values of each joint, in dataset order, above 0
 * @param note what a person must know of them, in one line; empty for COCO's own and for given ones
 */
public record OksSigmas(List<Double> values, String note) {
  /** As pycocotools has them, by what COCO calls the joint; left and right are alike. */
  private static final Map<String, Double> COCO =
      Map.of(
          "nose", 0.026,
          "eye", 0.025,
          "ear", 0.035,
          "shoulder", 0.079,
          "elbow", 0.072,
          "wrist", 0.062,
          "hip", 0.107,
          "knee", 0.087,
          "ankle", 0.089);

  private static final int COCO_JOINTS = 17;

  /** For joints that COCO does not have: a shoulder's, as CrowdPose has it for head and neck. */
  private static final double GUESS = 0.079;

  /** A joint anywhere in a box ten times the person's size would be right. */
  private static final double LARGEST = 10;

  public OksSigmas {
    values = List.copyOf(values);
  }

  /** COCO's for its joints, however their names are written; a guess for others. */
  public static OksSigmas of(Skeleton skeleton) {
    double[] sigmas = new double[skeleton.size()];
    COCO.forEach(
        (part, sigma) -> {
          for (String name : List.of(part, "left_" + part, "right_" + part)) {
            int k = skeleton.index(name);
            if (k >= 0) {
              sigmas[k] = sigma;
            }
          }
        });
    List<String> guessed = new ArrayList<>();
    for (int k = 0; k < sigmas.length; k++) {
      if (sigmas[k] == 0) {
        sigmas[k] = GUESS;
        guessed.add(skeleton.joints().get(k));
      }
    }
    List<Double> values = Arrays.stream(sigmas).boxed().toList();
    if (guessed.isEmpty() && sigmas.length == COCO_JOINTS) {
      return new OksSigmas(values, "");
    }
    return new OksSigmas(
        values,
        "oks: these are not COCO's 17 joints, so the sigmas are a guess: COCO's where it has a"
            + " joint of that name"
            + (guessed.isEmpty() ? "" : ", " + GUESS + " for " + String.join(", ", guessed))
            + "; --oks-sigmas gives others");
  }

  /**
   * Sigmas that a user gives.
   *
   * @param given a number a joint, in dataset order
   * @param where what error messages call them
   */
  public static OksSigmas parse(List<String> given, Skeleton skeleton, String where) {
    if (given.size() != skeleton.size()) {
      throw BadInputException.at(
          where,
          given.size() + " numbers",
          skeleton.size() + ", one for each joint of the dataset in its order",
          "the joints are " + String.join(", ", skeleton.joints()));
    }
    List<Double> values = new ArrayList<>();
    for (String text : given) {
      double value = Double.NaN;
      if (text.strip().matches("[0-9.eE+-]+")) { // Java also reads "1f" and "1d"
        try {
          value = Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
          // said below
        }
      }
      if (!(value > 0 && value <= LARGEST)) {
        throw BadInputException.at(
            where, "'" + text.strip() + "'", "a number above 0 and up to 10, such as 0.079", "");
      }
      values.add(value);
    }
    return new OksSigmas(values, "");
  }
}
