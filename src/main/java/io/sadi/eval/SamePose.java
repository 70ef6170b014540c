package io.sadi.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Poses of one person found twice, as two boxes around one person give them. Two poses are the same
 * where their object keypoint similarity, in the area of the surer one, is at least 0.9, as in
 * HRNet's test on COCO.
 */
public final class SamePose {
  private static final double SAME = 0.9;

  private SamePose() {}

  /**
   * Of poses that are the same, the surest.
   *
   * @param poses of one image
   * @param sigmas of their joints
   * @return their places in the list, in its order
   */
  public static List<Integer> distinct(List<Prediction> poses, OksSigmas sigmas) {
    List<Integer> kept = new ArrayList<>();
    IntStream.range(0, poses.size())
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> score(poses.get(i))).reversed())
        .filter(
            i ->
                kept.stream()
                    .noneMatch(k -> similarity(poses.get(k), poses.get(i), sigmas) >= SAME))
        .forEachOrdered(kept::add);
    kept.sort(Comparator.naturalOrder());
    return List.copyOf(kept);
  }

  private static double score(Prediction pose) {
    double sum = 0;
    for (float score : pose.score()) {
      sum += score;
    }
    return sum / pose.score().length;
  }

  /**
   * Object keypoint similarity of two poses, 0 to 1, in the area of the box around the first one's
   * joints.
   */
  public static double similarity(Prediction pose, Prediction other, OksSigmas sigmas) {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < pose.x().length; k++) {
      left = Math.min(left, pose.x()[k]);
      right = Math.max(right, pose.x()[k]);
      top = Math.min(top, pose.y()[k]);
      bottom = Math.max(bottom, pose.y()[k]);
    }
    double area = Math.max(1, (right - left) * (bottom - top));
    double sum = 0;
    for (int k = 0; k < pose.x().length; k++) {
      double dx = (double) pose.x()[k] - other.x()[k];
      double dy = (double) pose.y()[k] - other.y()[k];
      sum += Oks.similarity(dx, dy, area, 2 * sigmas.values().get(k));
    }
    return sum / pose.x().length;
  }
}
