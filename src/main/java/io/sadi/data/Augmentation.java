package io.sadi.data;

import io.sadi.config.Config;
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
 */
public record Augmentation(
    double rotation,
    double rotationSd,
    double rotationProbability,
    double scaleMin,
    double scaleMax,
    double scaleSd,
    double flip,
    double translation) {

  /**
   * One crop's variation.
   *
   * @param rotation in radians
   * @param scale factor of the crop's side
   * @param flip whether it is mirrored
   * @param shiftX share of the side that the crop moves to the right
   * @param shiftY share of the side that it moves down
   */
  public record Draw(double rotation, double scale, boolean flip, double shiftX, double shiftY) {
    /** The crop as annotated. */
    public static final Draw NONE = new Draw(0, 1, false, 0, 0);
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
            "augment.translation", 0, 0, 1, "largest shift, as a share of the crop's side"));
  }

  /**
   * Draws one crop's variation. Always takes the same number of random values, so that switching
   * one part off leaves the others' draws as they were.
   */
  public Draw draw(RandomGenerator random) {
    boolean turned = random.nextDouble() < rotationProbability;
    double angle = spread(random, 0, rotationSd, -rotation, rotation);
    double factor = spread(random, 1, scaleSd, scaleMin, scaleMax);
    boolean mirrored = random.nextDouble() < flip;
    double shiftX = (2 * random.nextDouble() - 1) * translation;
    double shiftY = (2 * random.nextDouble() - 1) * translation;
    return new Draw(turned ? Math.toRadians(angle) : 0, factor, mirrored, shiftX, shiftY);
  }

  private static double spread(
      RandomGenerator random, double mean, double sd, double min, double max) {
    double uniform = random.nextDouble();
    double normal = random.nextGaussian();
    return sd == 0 ? min + uniform * (max - min) : Math.max(min, Math.min(max, mean + sd * normal));
  }
}
