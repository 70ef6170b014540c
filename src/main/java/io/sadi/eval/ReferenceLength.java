package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;

/** The length of a person that errors are divided by. */
public enum ReferenceLength {
  /** 0.6 x the diagonal of the head box: PCKh, MPII's metric. */
  HEAD("pckh", "a head box"),
  /** From the left shoulder to the right hip of the ground truth: PCK, LSP's metric. */
  TORSO("pck", "left_shoulder and right_hip");

  private final String metric;
  private final String needs;

  ReferenceLength(String metric, String needs) {
    this.metric = metric;
    this.needs = needs;
  }

  /** The name of the metric in this length, {@code pckh} or {@code pck}. */
  public String metric() {
    return metric;
  }

  /** What a person must have annotated, for messages. */
  public String needs() {
    return needs;
  }

  /** The length in pixels, or NaN where it is not annotated. */
  double of(Person person, Skeleton skeleton) {
    return switch (this) {
      case HEAD -> person.headSize();
      case TORSO -> torso(person, skeleton.index("left_shoulder"), skeleton.index("right_hip"));
    };
  }

  private static double torso(Person person, int shoulder, int hip) {
    if (shoulder < 0 || hip < 0 || !person.annotated(shoulder) || !person.annotated(hip)) {
      return Double.NaN;
    }
    return Math.hypot(
        (double) person.x()[shoulder] - person.x()[hip],
        (double) person.y()[shoulder] - person.y()[hip]);
  }
}
