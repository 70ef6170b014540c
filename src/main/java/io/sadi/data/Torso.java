package io.sadi.data;

import org.jspecify.annotations.Nullable;

/**
 * From the middle of the hips to the middle of the shoulders, in image pixels.
 *
 * @param dx to the right
 * @param dy down
 */
record Torso(double dx, double dy) {
  /** From 0 to 30 degrees a person counts as upright. */
  private static final double UPRIGHT = Math.toRadians(30);

  /** A person's; null where no shoulder or no hip is annotated. */
  static @Nullable Torso of(Person person, Skeleton skeleton) {
    double[] shoulders = middle(person, skeleton, "left_shoulder", "right_shoulder");
    double[] hips = middle(person, skeleton, "left_hip", "right_hip");
    return shoulders == null || hips == null
        ? null
        : new Torso(shoulders[0] - hips[0], shoulders[1] - hips[1]);
  }

  private static double @Nullable [] middle(
      Person person, Skeleton skeleton, String left, String right) {
    double x = 0;
    double y = 0;
    int n = 0;
    for (String name : new String[] {left, right}) {
      int k = skeleton.index(name);
      if (k >= 0 && person.annotated(k)) {
        x += person.x()[k];
        y += person.y()[k];
        n++;
      }
    }
    return n == 0 ? null : new double[] {x / n, y / n};
  }

  double length() {
    return Math.hypot(dx, dy);
  }

  /** Whether the shoulders lie above the hips, within 30 degrees. */
  boolean upright() {
    return length() > 0 && Math.atan2(Math.abs(dx), -dy) <= UPRIGHT;
  }
}
