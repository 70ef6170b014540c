package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A photo that ends where a person still goes on. Joints beyond its edge count as not annotated;
 * the person's crop moves to what is left, as a box around what is seen would.
 *
 * @param side of the photo that is cut off
 * @param place of the last pixel that stays, in image pixels along x or y
 */
public record FrameCut(FrameSide side, int place) {
  /** How much of a person's joints' extent may be cut off. */
  private static final double MIN_SHARE = 0.15;

  private static final double MAX_SHARE = 0.5;

  /** People are cut by the lower edge most often. */
  private static final List<FrameSide> SIDES =
      List.of(
          FrameSide.BOTTOM,
          FrameSide.BOTTOM,
          FrameSide.BOTTOM,
          FrameSide.LEFT,
          FrameSide.RIGHT,
          FrameSide.TOP);

  /** A side of a photo. */
  public enum FrameSide {
    LEFT,
    RIGHT,
    TOP,
    BOTTOM;

    boolean horizontal() {
      return this == LEFT || this == RIGHT;
    }
  }

  /** Draws a cut that leaves at least half of a person's joints; null where that one does not. */
  static @Nullable FrameCut draw(Person person, RandomGenerator random) {
    FrameSide side = SIDES.get(random.nextInt(SIDES.size()));
    double share = MIN_SHARE + random.nextDouble() * (MAX_SHARE - MIN_SHARE);
    return person.annotated() ? of(person, side, share) : null;
  }

  /**
   * The cut that takes a share of the extent of a person's joints; null where less than half of the
   * annotated joints, or fewer than two, would be left.
   */
  public static @Nullable FrameCut of(Person person, FrameSide side, double share) {
    Box extent = person.extent();
    double place =
        switch (side) {
          case LEFT -> extent.x() + share * extent.width();
          case RIGHT -> extent.x() + (1 - share) * extent.width();
          case TOP -> extent.y() + share * extent.height();
          case BOTTOM -> extent.y() + (1 - share) * extent.height();
        };
    FrameCut cut = new FrameCut(side, (int) Math.rint(place));
    int before = count(person, null);
    int left = count(person, cut);
    boolean enough = left >= 2 && 2 * left >= before && left < before;
    return enough && isInside(cut.place, side, person) ? cut : null;
  }

  /** Whether the photo goes on on both sides of the place. */
  private static boolean isInside(int place, FrameSide side, Person person) {
    int size = side.horizontal() ? person.imageWidth() : person.imageHeight();
    return place > 0 && (size == 0 || place < size - 1);
  }

  private static int count(Person person, @Nullable FrameCut cut) {
    int count = 0;
    for (int k = 0; k < person.x().length; k++) {
      count += person.annotated(k) && (cut == null || cut.shows(person, k)) ? 1 : 0;
    }
    return count;
  }

  private boolean shows(Person person, int k) {
    return switch (side) {
      case LEFT -> person.x()[k] >= place;
      case RIGHT -> person.x()[k] <= place;
      case TOP -> person.y()[k] >= place;
      case BOTTOM -> person.y()[k] <= place;
    };
  }

  /** The person as the photo then shows them, still in the whole photo's pixels. */
  public Person apply(Person person) {
    Box before = person.extent();
    byte[] visibility = person.visibility().clone();
    for (int k = 0; k < visibility.length; k++) {
      if (!shows(person, k)) {
        visibility[k] = Person.NOT_ANNOTATED;
      }
    }
    Person left = person.withJoints(person.image(), person.x(), person.y(), visibility);
    Box after = upToEdge(left.extent());
    double smaller =
        Math.max(after.width(), after.height()) / Math.max(before.width(), before.height());
    return left.withCrop(
        person.box() == null ? null : visible(person.box()),
        person.centerX() + after.centerX() - before.centerX(),
        person.centerY() + after.centerY() - before.centerY(),
        person.scale() * Math.min(1, smaller));
  }

  /** A body goes on to the edge that cuts it. */
  private Box upToEdge(Box joints) {
    double right = joints.x() + joints.width();
    double bottom = joints.y() + joints.height();
    return switch (side) {
      case LEFT -> new Box(place, joints.y(), right - place, joints.height());
      case RIGHT -> new Box(joints.x(), joints.y(), place - joints.x(), joints.height());
      case TOP -> new Box(joints.x(), place, joints.width(), bottom - place);
      case BOTTOM -> new Box(joints.x(), joints.y(), joints.width(), place - joints.y());
    };
  }

  /** What is left of a box, whose edge is that of the last pixel. */
  private Box visible(Box box) {
    double left = side == FrameSide.LEFT ? Math.max(box.x(), place) : box.x();
    double top = side == FrameSide.TOP ? Math.max(box.y(), place) : box.y();
    double right = box.x() + box.width();
    double bottom = box.y() + box.height();
    return new Box(
        left,
        top,
        Math.max(0, (side == FrameSide.RIGHT ? Math.min(right, place + 1) : right) - left),
        Math.max(0, (side == FrameSide.BOTTOM ? Math.min(bottom, place + 1) : bottom) - top));
  }

  /**
   * What stays of a photo: the first and the last column or row, of so many.
   *
   * @param size the photo's width or height
   */
  public int[] kept(int size) {
    return side == FrameSide.LEFT || side == FrameSide.TOP
        ? new int[] {Math.min(place, size - 1), size - 1}
        : new int[] {0, Math.min(place, size - 1)};
  }

  /**
   * Makes a picture show nothing beyond the edge.
   *
   * @param imageToPicture which moves and enlarges, and does not turn
   */
  void blank(Image picture, Affine imageToPicture) {
    int w = picture.width();
    int h = picture.height();
    double x = imageToPicture.x(place, place);
    double y = imageToPicture.y(place, place);
    switch (side) {
      case LEFT -> picture.fill(0, 0, (int) Math.ceil(x), h, Image.OUTSIDE);
      case RIGHT -> picture.fill((int) Math.floor(x) + 1, 0, w, h, Image.OUTSIDE);
      case TOP -> picture.fill(0, 0, w, (int) Math.ceil(y), Image.OUTSIDE);
      case BOTTOM -> picture.fill(0, (int) Math.floor(y) + 1, w, h, Image.OUTSIDE);
    }
  }
}
