package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The distance of every annotated joint to its prediction, in units of the person's reference
 * length. All annotated joints count, occluded ones too.
 */
final class JointErrors {
  /** [people][K]; NaN: does not count. */
  private final double[][] errors;

  private final int leftOut;
  private final int missing;

  private JointErrors(double[][] errors, int leftOut, int missing) {
    this.errors = errors;
    this.leftOut = leftOut;
    this.missing = missing;
  }

  static JointErrors of(
      List<Person> people, Predictions predictions, Skeleton skeleton, ReferenceLength reference) {
    int leftOut = 0;
    int missing = 0;
    double[][] errors = new double[people.size()][];
    for (int i = 0; i < errors.length; i++) {
      Person person = people.get(i);
      Prediction prediction = predictions.of(person);
      double length = reference.of(person, skeleton);
      leftOut += Double.isNaN(length) ? 1 : 0;
      missing += prediction == null ? 1 : 0;
      errors[i] = errors(person, prediction, length);
    }
    return new JointErrors(errors, leftOut, missing);
  }

  private static double[] errors(Person person, @Nullable Prediction prediction, double length) {
    double[] errors = new double[person.x().length];
    for (int k = 0; k < errors.length; k++) {
      if (!person.annotated(k) || Double.isNaN(length)) {
        errors[k] = Double.NaN;
      } else if (prediction == null) {
        errors[k] = Double.POSITIVE_INFINITY;
      } else {
        double distance =
            Math.hypot(
                (double) prediction.x()[k] - person.x()[k],
                (double) prediction.y()[k] - person.y()[k]);
        // 0 of a length of 0 is right, and must not become NaN, which does not count.
        errors[k] = distance == 0 ? 0 : distance / length;
      }
    }
    return errors;
  }

  int people() {
    return errors.length;
  }

  /** Whether joint k of person i counts. */
  boolean counts(int i, int k) {
    return !Double.isNaN(errors[i][k]);
  }

  /** The error of a joint that counts; infinite where nothing was predicted. */
  double error(int i, int k) {
    return errors[i][k];
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
