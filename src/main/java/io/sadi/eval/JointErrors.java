package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The distance of every annotated joint to its prediction, in pixels and in units of the person's
 * reference length. All annotated joints count, occluded ones too.
 */
final class JointErrors {
  /** [people][K]; NaN: does not count. */
  private final double[][] pixels;

  /** [people], NaN: not annotated. */
  private final double[] lengths;

  /** [K]: what errors are divided by beside the length. */
  private final double[] spreads;

  private final int leftOut;
  private final int missing;

  private JointErrors(double[][] pixels, double[] lengths, double[] spreads, int missing) {
    this.pixels = pixels;
    this.lengths = lengths;
    this.spreads = spreads;
    this.leftOut = (int) Arrays.stream(lengths).filter(Double::isNaN).count();
    this.missing = missing;
  }

  /**
   * Measures predictions.
   *
   * @param oks needed for areas alone
   */
  static JointErrors of(
      List<Person> people,
      Predictions predictions,
      Skeleton skeleton,
      ReferenceLength reference,
      @Nullable OksTruth oks) {
    int missing = 0;
    double[][] pixels = new double[people.size()][];
    double[] lengths = new double[people.size()];
    double[] spreads =
        reference == ReferenceLength.AREA
            ? Objects.requireNonNull(oks).spreads()
            : ones(skeleton.size());
    for (int i = 0; i < pixels.length; i++) {
      Person person = people.get(i);
      Prediction prediction = predictions.of(person);
      missing += prediction == null ? 1 : 0;
      lengths[i] = reference.of(person, skeleton);
      pixels[i] = pixels(person, prediction, lengths[i]);
    }
    return new JointErrors(pixels, lengths, spreads, missing);
  }

  /**
   * Errors that are known in reference lengths alone.
   *
   * @param errors [people][K]; NaN: does not count
   */
  static JointErrors ofLengths(double[][] errors) {
    int joints = errors.length == 0 ? 0 : errors[0].length;
    return new JointErrors(errors, ones(errors.length), ones(joints), 0);
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double[] pixels(Person person, @Nullable Prediction prediction, double length) {
    double[] pixels = new double[person.x().length];
    for (int k = 0; k < pixels.length; k++) {
      if (!person.annotated(k) || Double.isNaN(length)) {
        pixels[k] = Double.NaN;
      } else if (prediction == null || !prediction.isPlaced(k)) {
        pixels[k] = Double.POSITIVE_INFINITY;
      } else {
        pixels[k] =
            Math.hypot(
                (double) prediction.x()[k] - person.x()[k],
                (double) prediction.y()[k] - person.y()[k]);
      }
    }
    return pixels;
  }

  int people() {
    return pixels.length;
  }

  /** Whether joint k of person i counts. */
  boolean counts(int i, int k) {
    return !Double.isNaN(pixels[i][k]);
  }

  /** The error of a joint that counts, in reference lengths; infinite where it was not found. */
  double error(int i, int k) {
    // 0 of a length of 0 is right, and must not become NaN, which does not count.
    return pixels[i][k] == 0 ? 0 : pixels[i][k] / (lengths[i] * spreads[k]);
  }

  /** The error of a joint that counts, in pixels; infinite where it was not found. */
  double pixels(int i, int k) {
    return pixels[i][k];
  }

  /** People whose reference length is not annotated, so that none of their joints counts. */
  int leftOut() {
    return leftOut;
  }

  /** People without a prediction, whose joints count as wrong. */
  int missing() {
    return missing;
  }
}
