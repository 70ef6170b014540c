package io.sadi.data;

import java.nio.file.Path;
import java.util.List;

/**
 * A network's scores in a COCO file of labels that a network made: in place of the joints'
 * visibilities, as results have them, or beside them in {@code keypoint_scores}.
 *
 * @param asVisibility whether the third numbers of joints are scores
 * @param beside whether an annotation has scores beside its joints
 * @param minScore joints below it are not annotated; NaN where scores do not matter
 */
record CocoScores(boolean asVisibility, boolean beside, double minScore) {
  private static final int VISIBLE = 2;

  /** The third numbers of a file are scores where one of them is no whole number. */
  static CocoScores of(CocoParser parsed, double minScore) {
    boolean asVisibility = false;
    boolean beside = false;
    for (CocoParser.Annotation annotation : parsed.annotations) {
      double[] keypoints = annotation.keypoints();
      beside |= annotation.scores() != null;
      for (int i = 2; keypoints != null && i < keypoints.length && !asVisibility; i += 3) {
        asVisibility = Double.isFinite(keypoints[i]) && keypoints[i] != Math.rint(keypoints[i]);
      }
    }
    return new CocoScores(asVisibility, beside, minScore);
  }

  /** What a person should know of them. */
  void warn(Path file, List<String> warnings) {
    if (Double.isNaN(minScore) && beside) {
      warnings.add(
          file + ": has scores, and joints count however low theirs is; --min-score S drops some");
    } else if (!Double.isNaN(minScore) && !beside && !asVisibility) {
      warnings.add(file + ": no annotation has scores, so --min-score drops nothing");
    }
  }

  /** Turns scores into visibilities: visible from a least score on, not annotated below it. */
  void toVisibility(CocoParser.Annotation annotation) {
    double[] keypoints = annotation.keypoints();
    if (Double.isNaN(minScore) || keypoints == null) {
      return;
    }
    for (int i = 2; asVisibility && i < keypoints.length; i += 3) {
      keypoints[i] = keypoints[i] >= minScore ? VISIBLE : 0;
    }
    double[] scores = annotation.scores();
    for (int k = 0; scores != null && k < scores.length; k++) {
      keypoints[3 * k + 2] = scores[k] >= minScore ? keypoints[3 * k + 2] : 0;
    }
  }
}
