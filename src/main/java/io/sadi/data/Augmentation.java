package io.sadi.data;

import io.sadi.config.Config;
import io.sadi.geom.PixelConvention;
import io.sadi.io.BadInputException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * How training crops are varied about the annotated one. A standard deviation of 0 means uniform
 * between the limits, the paper's way.
 *
 * @param rotation largest angle in degrees, both ways
 * @param rotationSd of a normal angle, clipped at the largest; 0: uniform
 * @param rotationProbability share of crops that are turned at all
 * @param scaleMin smallest factor of the crop's side
 * @param scaleMax largest factor
 * @param scaleSd of a normal factor about 1, clipped at the limits; 0: uniform
 * @param flip share of crops that are mirrored
 * @param translation largest shift of the crop, as a share of its side
 * @param halfBody share of crops of the upper or lower body alone, where enough of it is annotated
 * @param appearance how the pixels are varied
 * @param everyday how photos are varied before
 * @param onDevice whether the training device makes the crops, not the threads that read photos
 */
public record Augmentation(
    double rotation,
    double rotationSd,
    double rotationProbability,
    double scaleMin,
    double scaleMax,
    double scaleSd,
    double flip,
    double translation,
    double halfBody,
    Appearance appearance,
    Everyday everyday,
    boolean onDevice) {

  /** Of photos as they are. */
  public Augmentation(
      double rotation,
      double rotationSd,
      double rotationProbability,
      double scaleMin,
      double scaleMax,
      double scaleSd,
      double flip,
      double translation,
      double halfBody,
      Appearance appearance,
      boolean onDevice) {
    this(
        rotation,
        rotationSd,
        rotationProbability,
        scaleMin,
        scaleMax,
        scaleSd,
        flip,
        translation,
        halfBody,
        appearance,
        Everyday.NONE,
        onDevice);
  }

  /**
   * How one crop lies.
   *
   * @param rotation in radians
   * @param scale factor of the crop's side
   * @param flip whether it is mirrored
   * @param shiftX share of the side that the crop moves to the right
   * @param shiftY share of the side that it moves down
   */
  public record CropDraw(
      double rotation, double scale, boolean flip, double shiftX, double shiftY) {
    /** The crop as annotated. */
    public static final CropDraw NONE = new CropDraw(0, 1, false, 0, 0);
  }

  /**
   * One crop's variation.
   *
   * @param person as the photo then shows them
   * @param crop how it lies in the image
   * @param photo what becomes of the photo before it is cut
   * @param look what becomes of its pixels
   */
  record Sample(
      Person person, Crop crop, Everyday.EverydayDraw photo, Appearance.AppearanceDraw look) {
    /** As annotated. */
    static Sample of(Person person, int size, PixelConvention pixels) {
      return new Sample(
          person,
          Crop.of(person, size, pixels),
          Everyday.EverydayDraw.NONE,
          Appearance.AppearanceDraw.NONE);
    }
  }

  /** Reads the section {@code augment}. */
  public static Augmentation from(Config config) {
    return new Augmentation(
        config.number("augment.rotation", 80, 0, 180, "largest rotation in degrees"),
        config.number(
            "augment.rotation_sd", 0, 0, 180, "its standard deviation; 0: uniform to the largest"),
        config.number("augment.rotation_probability", 1, 0, 1, "share of crops that are rotated"),
        config.number("augment.scale_min", 0.5, 0.1, 1, "smallest factor of the crop's side"),
        config.number("augment.scale_max", 1.5, 1, 10, "largest factor of the crop's side"),
        config.number("augment.scale_sd", 0, 0, 10, "the factor's standard deviation; 0: uniform"),
        config.number("augment.flip", 0.5, 0, 1, "share of crops that are mirrored"),
        config.number(
            "augment.translation", 0, 0, 1, "largest shift, as a share of the crop's side"),
        config.number(
            "augment.half_body", 0, 0, 1, "share of crops that show the upper or lower body alone"),
        Appearance.from(config),
        Everyday.from(config),
        config.flag(
            "augment.device",
            false,
            "make the crops on the training device, not on the data's threads; for GPUs"));
  }

  /**
   * Refuses a part that cannot be done with a dataset's joints.
   *
   * @param where what an error message calls the place of their names
   */
  public void check(Skeleton skeleton, Object where) {
    if (halfBody > 0 && !new HalfBody(skeleton).isKnown()) {
      throw BadInputException.at(
          where,
          "the joints " + String.join(", ", skeleton.joints()),
          "names that tell an upper body from a lower one, such as shoulder and knee, for"
              + " augment.half_body",
          "set it to 0");
    }
  }

  /**
   * Draws one person's crop. Each part that is not of {@link #draw} has a generator of its own, so
   * that switching one off, or adding one at the end, leaves the others' draws as they were.
   *
   * @param people whom others beside the person are drawn from
   * @param size side of the crop in pixels
   * @param pixels where its middle is
   * @param seed of this crop
   */
  Sample sample(
      Person person,
      List<Person> people,
      Skeleton skeleton,
      HalfBody halves,
      int size,
      PixelConvention pixels,
      long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CropDraw draw = draw(random);
    SplittableRandom forHalf = random.split();
    Appearance.AppearanceDraw look = appearance.draw(size, random.split());
    Everyday.EverydayDraw photo = everyday.draw(person, people, skeleton, random.split());
    Person seen = photo.cut() == null ? person : photo.cut().apply(person);
    Person part = halves.draw(seen, halfBody, forHalf);
    return new Sample(seen, Crop.of(part, size, draw, pixels), photo, look);
  }

  /**
   * Draws how a crop lies. Always takes the same number of random values, so that switching one
   * part off leaves the others' draws as they were.
   */
  CropDraw draw(RandomGenerator random) {
    boolean turned = random.nextDouble() < rotationProbability;
    double angle = spread(random, 0, rotationSd, -rotation, rotation);
    double factor = spread(random, 1, scaleSd, scaleMin, scaleMax);
    boolean mirrored = random.nextDouble() < flip;
    double shiftX = (2 * random.nextDouble() - 1) * translation;
    double shiftY = (2 * random.nextDouble() - 1) * translation;
    return new CropDraw(turned ? Math.toRadians(angle) : 0, factor, mirrored, shiftX, shiftY);
  }

  private static double spread(
      RandomGenerator random, double mean, double sd, double min, double max) {
    double uniform = random.nextDouble();
    double normal = random.nextGaussian();
    return sd == 0 ? min + uniform * (max - min) : Math.max(min, Math.min(max, mean + sd * normal));
  }
}
