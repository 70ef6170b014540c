package io.sadi.train;

import io.sadi.data.Crop;
import io.sadi.data.Person;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.geom.Affine;
import java.util.List;

/**
 * The mean pose of the training people, relative to the crop: a baseline that does not look at the
 * image.
 *
 * @param x of each joint in the crop, [K]: -0.5 at its left edge, 0.5 at its right one; 0 for a
 *     joint that is never annotated
 * @param y of each joint in the crop, [K], downwards
 */
@SuppressWarnings("ArrayRecordComponent") // as in Person
record MeanPose(double[] x, double[] y) {
  /** A crop of one pixel, whose centre is (0, 0): coordinates in it are the units above. */
  private static final int UNIT = 1;

  /**
   * The mean over people.
   *
   * @param people to learn from
   * @param joints K
   */
  static MeanPose of(List<Person> people, int joints) {
    double[] x = new double[joints];
    double[] y = new double[joints];
    int[] counted = new int[joints];
    for (Person person : people) {
      Affine toCrop = Crop.of(person, UNIT).imageToCrop();
      for (int k = 0; k < joints; k++) {
        if (person.annotated(k)) {
          x[k] += toCrop.x(person.x()[k], person.y()[k]);
          y[k] += toCrop.y(person.x()[k], person.y()[k]);
          counted[k]++;
        }
      }
    }
    for (int k = 0; k < joints; k++) {
      x[k] /= Math.max(1, counted[k]);
      y[k] /= Math.max(1, counted[k]);
    }
    return new MeanPose(x, y);
  }

  /** The guess for each of some people, in image pixels. */
  Predictions predict(List<Person> people) {
    Predictions predictions = new Predictions();
    for (Person person : people) {
      Affine toImage = Crop.of(person, UNIT).cropToImage();
      Prediction guess = Prediction.empty(person.image(), person.person(), x.length);
      for (int k = 0; k < x.length; k++) {
        guess.x()[k] = (float) toImage.x(x[k], y[k]);
        guess.y()[k] = (float) toImage.y(x[k], y[k]);
      }
      predictions.add(guess);
    }
    return predictions;
  }
}
