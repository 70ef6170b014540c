package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import org.jspecify.annotations.Nullable;

/** The length of a person that errors are divided by. */
public enum ReferenceLength {
  /** 0.6 x the diagonal of the head box: PCKh, MPII's metric. */
  HEAD("pckh", "a head box", "head sizes"),
  /** From the left shoulder to the right hip of the ground truth: PCK, LSP's metric. */
  TORSO("pck", "left_shoulder and right_hip", "torsos"),
  /** The larger side of the person's box: for joints of anything else than a human body. */
  BOX("pck-box", "a box", "boxes"),
  /**
   * The square root of the person's area and twice the joint's sigma: object keypoint similarity,
   * COCO's metric.
   */
  AREA("oks", "an area", "deviations");

  private final String metric;
  private final String needs;
  private final String unit;

  ReferenceLength(String metric, String needs, String unit) {
    this.metric = metric;
    this.needs = needs;
    this.unit = unit;
  }

  /**
   * The name of the metric in this length: {@code pckh}, {@code pck}, {@code pck-box} or {@code
   * oks}.
   */
  String metric() {
    return metric;
  }

  /** What a person must have annotated, for messages. */
  public String needs() {
    return needs;
  }

  /** Several such lengths, for messages. */
  String unit() {
    return unit;
  }

  /** The length in pixels, or NaN where it is not annotated. */
  public double of(Person person, Skeleton skeleton) {
    return switch (this) {
      case HEAD -> person.headSize();
      case TORSO -> torso(person, skeleton.index("left_shoulder"), skeleton.index("right_hip"));
      case BOX -> side(person.box());
      case AREA -> Math.sqrt(Oks.area(person));
    };
  }

  private static double side(@Nullable Box box) {
    double side = box == null ? 0 : Math.max(box.width(), box.height());
    return side > 0 ? side : Double.NaN;
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
