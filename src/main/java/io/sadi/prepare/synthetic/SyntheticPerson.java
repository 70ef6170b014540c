package io.sadi.prepare.synthetic;

import io.sadi.data.CocoFile;
import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import java.util.SplittableRandom;

/**
 * One drawn picture and the person in it, the same for the same seed and number.
 *
 * @param rgb H*W*3 bytes, interleaved
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SyntheticPerson(byte[] rgb, Person person) {
  private static final int SMALLEST = 144;
  private static final int LARGEST = 176;

  /** The picture as an image; the caller closes it. */
  public Image image() {
    return Image.of(rgb, person.imageWidth(), person.imageHeight());
  }

  /**
   * Draws a picture of 144..176 pixels a side.
   *
   * @param name the image's, as the person records it
   * @param number pictures of different numbers are independent
   */
  public static SyntheticPerson draw(String name, long seed, int number) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
    int width = SMALLEST + random.nextInt(LARGEST - SMALLEST + 1);
    int height = SMALLEST + random.nextInt(LARGEST - SMALLEST + 1);
    Body body = Body.of(BodyPose.draw(random), random);
    FigurePainter painter = placed(body, width, height, random);
    Look look = Look.draw(random);

    Picture picture = new Picture(width, height);
    Scenery scenery = new Scenery(picture, random);
    scenery.behind();
    shadow(picture, body, painter);
    double above = 0.3 + 0.6 * random.nextDouble();
    Vector light =
        new Vector(2 * random.nextDouble() - 1, -above, 0.3 + 0.7 * random.nextDouble()).unit();
    SolidLayer layer =
        new SolidLayer(
            SolidLayer.OVERSAMPLING * width,
            SolidLayer.OVERSAMPLING * height,
            light,
            0.45 + 0.3 * random.nextDouble());
    painter.paint(layer, look);
    picture.add(layer);
    boolean[] seen = painter.seen(layer);
    if (random.nextInt(3) == 0) {
      picture.startMask();
      scenery.before();
    }
    Person person = person(name, body, painter, seen, picture, random);
    return new SyntheticPerson(developed(picture, random), person);
  }

  /** As large as the picture lets it be, or smaller, somewhere in it. */
  private static FigurePainter placed(Body body, int width, int height, SplittableRandom random) {
    FigurePainter unit = new FigurePainter(body, 0, 0, 1);
    double left = 0;
    double top = 0;
    double right = 0;
    double bottom = 0;
    for (Vector joint : body.joints()) {
      Vector p = unit.project(joint);
      left = Math.min(left, p.x());
      right = Math.max(right, p.x());
      top = Math.min(top, p.y());
      bottom = Math.max(bottom, p.y());
    }
    double margin = 0.07; // hands, feet and hair go beyond the joints
    double w = right - left + 2 * margin;
    double h = bottom - top + 2 * margin;
    double scale =
        Math.min(0.85 * LARGEST, Math.min(width / w, height / h))
            * (0.62 + 0.36 * random.nextDouble());
    double x = (width - scale * w) * random.nextDouble() - scale * (left - margin);
    double y = (height - scale * h) * random.nextDouble() - scale * (top - margin);
    return new FigurePainter(body, x, y, scale);
  }

  /** On the ground below somebody who stands. */
  private static void shadow(Picture picture, Body body, FigurePainter painter) {
    Vector left = painter.project(body.toe()[0]);
    Vector right = painter.project(body.toe()[1]);
    double head = painter.project(body.headTop()).y();
    double ground = Math.max(left.y(), right.y()) + 2;
    double size = ground - head;
    double reach = 0.12 * size + Math.abs(left.x() - right.x()) / 2;
    if (size < 0.3 * picture.height || Math.abs(left.y() - right.y()) > 0.15 * size) {
      return; // upside down, lying, or on one leg
    }
    double cx = (left.x() + right.x()) / 2;
    for (int y = 0; y < picture.height; y++) {
      for (int x = 0; x < picture.width; x++) {
        double dx = (x - cx) / reach;
        double dy = (y - ground) / (0.04 * size);
        double d = dx * dx + dy * dy;
        if (d < 4) {
          picture.darken(x, y, 1 - 0.45 * Math.exp(-d));
        }
      }
    }
  }

  private static byte[] developed(Picture picture, SplittableRandom random) {
    double exposure = 0.78 + 0.42 * random.nextDouble();
    double warmth = 0.07 * random.nextGaussian();
    double[] gain = {exposure * (1 + warmth), exposure, exposure * (1 - warmth)};
    double gradientX = 0.16 * (2 * random.nextDouble() - 1);
    double gradientY = 0.16 * (2 * random.nextDouble() - 1);
    double grain = 7 * random.nextDouble() * random.nextDouble();
    return picture.develop(gain, gradientX, gradientY, grain, random);
  }

  /** Annotated as MPII's people are: rough centre and scale, exact joints, a head box. */
  private static Person person(
      String name,
      Body body,
      FigurePainter painter,
      boolean[] seen,
      Picture picture,
      SplittableRandom random) {
    Vector[] joints = body.joints();
    float[] x = new float[joints.length];
    float[] y = new float[joints.length];
    byte[] visibility = new byte[joints.length];
    for (int k = 0; k < joints.length; k++) {
      Vector p = painter.project(joints[k]);
      x[k] = (float) p.x();
      y[k] = (float) p.y();
      boolean hidden = !seen[k] || picture.masked(p.x(), p.y());
      visibility[k] = hidden ? Person.OCCLUDED : Person.VISIBLE;
    }
    double[] head = painter.headBox();
    Box headBox = new Box(head[0], head[1], head[2] - head[0], head[3] - head[1]);
    Person person =
        new Person(
            name,
            0,
            picture.width,
            picture.height,
            x,
            y,
            visibility,
            null,
            0,
            0,
            0,
            Person.headSize(headBox),
            headBox);
    Box extent = person.extent();
    double side = Math.max(extent.width(), extent.height());
    // Rough, but the whole figure stays inside the crop.
    return person.withCrop(
        extent,
        extent.centerX() + 0.16 * side * (random.nextDouble() - 0.5),
        extent.centerY() + 0.16 * side * (random.nextDouble() - 0.5),
        side * CocoFile.BOX_PADDING * (0.95 + 0.2 * random.nextDouble()) / Person.SCALE_UNIT);
  }
}
