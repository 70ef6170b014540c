package io.sadi.data;

import io.sadi.geom.Box;
import io.sadi.geom.PixelConvention;
import org.jspecify.annotations.Nullable;

/**
 * Where a person is, as a file or a detector says.
 *
 * @param person number of the person in the image, from 0
 * @param box around the person, in image pixels
 * @param centerX the crop's centre
 * @param centerY the crop's centre
 * @param scale the crop's side / 200, padding included
 * @param category what a COCO file calls those who are like this person
 * @param score how sure who says it is of the box, 0 to 1; NaN where nobody says
 */
public record PersonBox(
    int person,
    Box box,
    double centerX,
    double centerY,
    double scale,
    CocoId category,
    double score) {

  /** A person of COCO's own category. */
  public PersonBox(int person, Box box, double centerX, double centerY, double scale) {
    this(person, box, centerX, centerY, scale, CocoCategory.PERSON.id(), Double.NaN);
  }

  /** The person in a box that fits tightly: the crop leaves {@link CocoFile#BOX_PADDING} around. */
  public static PersonBox of(int person, Box box) {
    double side = Math.max(box.width(), box.height());
    return new PersonBox(
        person, box, box.centerX(), box.centerY(), side * CocoFile.BOX_PADDING / Person.SCALE_UNIT);
  }

  /** The whole image as one person's: the square around it, centred, without padding. */
  public static PersonBox wholeImage(int width, int height) {
    return new PersonBox(
        0,
        new Box(0, 0, width, height),
        (width - 1) / 2.0,
        (height - 1) / 2.0,
        Math.max(width, height) / Person.SCALE_UNIT);
  }

  /** An annotated person; without a box of its own the crop's. */
  public static PersonBox of(Person person) {
    PersonBox box =
        of(person.person(), person.box(), person.centerX(), person.centerY(), person.scale());
    return person.source() == null ? box : box.ofCategory(person.source().category().id());
  }

  static PersonBox of(int person, @Nullable Box box, double centerX, double centerY, double scale) {
    double side = scale * Person.SCALE_UNIT;
    Box shown = box != null ? box : new Box(centerX - side / 2, centerY - side / 2, side, side);
    return new PersonBox(person, shown, centerX, centerY, scale);
  }

  /** The same person of another category. */
  PersonBox ofCategory(CocoId newCategory) {
    return new PersonBox(person, box, centerX, centerY, scale, newCategory, score);
  }

  /** The same person in a box of which somebody is so sure. */
  public PersonBox ofScore(double newScore) {
    return new PersonBox(person, box, centerX, centerY, scale, category, newScore);
  }

  /** The same person in a crop whose side is {@code factor} times as long. */
  public PersonBox zoomed(double factor) {
    return new PersonBox(person, box, centerX, centerY, scale * factor, category, score);
  }

  /** The crop of this person, upright, {@code size} pixels a side. */
  public Crop crop(int size) {
    return crop(size, PixelConvention.CENTER);
  }

  /** The same as a network of another convention wants it. */
  public Crop crop(int size, PixelConvention pixels) {
    double side = scale * Person.SCALE_UNIT;
    return Crop.of(centerX, centerY, side, size, Augmentation.CropDraw.NONE, pixels);
  }
}
