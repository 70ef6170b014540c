package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody in MPII's annotations, in its official file's or another's order.
 *
 * @param person with centre and scale as crops need them; a scale of 0 where the annotation has no
 *     position
 * @param positionX {@code objpos} as annotated: 1-based, before it is moved down for the crop
 * @param positionY see {@code positionX}
 * @param train whether the image is one of those that have joints; the test images' are held back
 * @param single whether MPII counts the person as standing apart from others
 * @param validation whether the file says that the person is one to validate on
 */
record MpiiPerson(
    Person person,
    double positionX,
    double positionY,
    boolean train,
    boolean single,
    boolean validation) {

  static final int JOINTS = Skeleton.mpii16().size();

  /** Between two records of one position: they are whole pixels in all files. */
  private static final double SAME_POSITION = 1.5;

  /**
   * A person of the file's coordinates: crops are centred 15 / 200 of the height below the
   * annotated position and 1.25 times as large, so that feet are in them, and 1 is subtracted
   * everywhere.
   *
   * @param number 0-based index in the image
   * @param x of the joints, 1-based, [16]
   * @param y of the joints, 1-based, [16]
   * @param positionX NaN where there is no position
   * @param scale the person's height / 200; NaN where there is none
   * @param headBox 1-based
   */
  static MpiiPerson of(
      String image,
      int number,
      double[] x,
      double[] y,
      byte[] visibility,
      double positionX,
      double positionY,
      double scale,
      @Nullable Box headBox,
      boolean train,
      boolean single) {
    float[] x0 = new float[JOINTS];
    float[] y0 = new float[JOINTS];
    for (int k = 0; k < JOINTS; k++) {
      if (visibility[k] != Person.NOT_ANNOTATED) {
        x0[k] = (float) (x[k] - 1);
        y0[k] = (float) (y[k] - 1);
      }
    }
    // NaN is what the file does not say, -1 how files made of it say that.
    boolean placed = positionX != -1 && !Double.isNaN(positionX + positionY) && scale > 0;
    double centerX = placed ? positionX - 1 : 0;
    double centerY = placed ? positionY + 15 * scale - 1 : 0;
    double cropScale = placed ? scale * 1.25 : 0;
    Person person =
        new Person(
            image,
            number,
            0,
            0,
            x0,
            y0,
            visibility,
            null,
            centerX,
            centerY,
            cropScale,
            Double.NaN,
            null);
    MpiiPerson made = new MpiiPerson(person, positionX, positionY, train, single, false);
    return headBox == null
        ? made
        : made.identified(
            number, new Box(headBox.x() - 1, headBox.y() - 1, headBox.width(), headBox.height()));
  }

  /** The same person with the number and the head box, 0-based, that another record has. */
  MpiiPerson identified(int number, @Nullable Box headBox) {
    Person p = person;
    return new MpiiPerson(
        new Person(
            p.image(),
            number,
            p.imageWidth(),
            p.imageHeight(),
            p.x(),
            p.y(),
            p.visibility(),
            p.box(),
            p.centerX(),
            p.centerY(),
            p.scale(),
            headBox == null ? Double.NaN : Person.headSize(headBox),
            headBox),
        positionX,
        positionY,
        train,
        single,
        validation);
  }

  /** The same person as one to validate on. */
  MpiiPerson toValidate() {
    return new MpiiPerson(person, positionX, positionY, train, single, true);
  }

  boolean isAt(double otherX, double otherY) {
    return Math.hypot(positionX - otherX, positionY - otherY) < SAME_POSITION;
  }

  boolean placed() {
    return person.scale() > 0;
  }

  /** The one of these people who has the same number in the image, or null. */
  @Nullable MpiiPerson sameNumber(List<MpiiPerson> others) {
    for (MpiiPerson other : others) {
      if (other.person.person() == person.person()) {
        return other;
      }
    }
    return null;
  }

  /** This one's joints and head, with the number, centre and scale of another record of them. */
  Person asPlacedIn(MpiiPerson release) {
    Person to = release.person;
    Person joints =
        to.withJoints(to.image(), person.x(), person.y(), person.visibility())
            .withCrop(null, to.centerX(), to.centerY(), to.scale());
    Box head = person.headBox() == null ? to.headBox() : person.headBox();
    return head == null ? joints : release.with(joints).identified(to.person(), head).person();
  }

  private MpiiPerson with(Person other) {
    return new MpiiPerson(other, positionX, positionY, train, single, validation);
  }

  /** The one of these people who stands where this one does, or null. */
  @Nullable MpiiPerson among(List<MpiiPerson> others) {
    for (MpiiPerson other : others) {
      if (isAt(other.positionX, other.positionY)) {
        return other;
      }
    }
    return null;
  }
}
