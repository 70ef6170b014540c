package io.sadi.eval;

import java.util.Arrays;

/**
 * The predicted joints of one person. Coordinates are image pixels, 0-based pixel centres, joints
 * in dataset order.
 *
 * @param image the image's name as the dataset has it
 * @param person 0-based index of the person in the image; UNNUMBERED while a file is being read
 * @param x [K]; where it or y is not finite, the joint has no place, and is wrong
 * @param y [K]
 * @param score confidence in [0, 1], [K]; NaN where unknown
 * @param sigmaX predicted standard deviation in pixels, [K]; NaN where unknown
 * @param sigmaY predicted standard deviation in pixels, [K]; NaN where unknown
 */
@SuppressWarnings("ArrayRecordComponent") // arrays as in Person, which these are compared with
public record Prediction(
    String image, int person, float[] x, float[] y, float[] score, float[] sigmaX, float[] sigmaY) {

  /** Instead of a person's index where a file does not say whom a prediction is for. */
  static final int UNNUMBERED = -1;

  /** Whether joint k has a place: a network whose weights have overflowed gives none. */
  public boolean isPlaced(int k) {
    return Float.isFinite(x[k]) && Float.isFinite(y[k]);
  }

  /** The same joints for another image or person. */
  Prediction of(String newImage, int newPerson) {
    return new Prediction(newImage, newPerson, x, y, score, sigmaX, sigmaY);
  }

  /**
   * The same person with joints in another order.
   *
   * @param places where each of the new joints stands; below 0 for one that is not there
   */
  Prediction inOrder(int[] places) {
    return new Prediction(
        image,
        person,
        ordered(x, places),
        ordered(y, places),
        ordered(score, places),
        ordered(sigmaX, places),
        ordered(sigmaY, places));
  }

  private static float[] ordered(float[] values, int[] places) {
    float[] ordered = new float[places.length];
    for (int k = 0; k < places.length; k++) {
      ordered[k] = places[k] < 0 ? Float.NaN : values[places[k]];
    }
    return ordered;
  }

  /** How many joints have a place and no score. */
  int unscored() {
    int count = 0;
    for (int k = 0; k < x.length; k++) {
      count += isPlaced(k) && Float.isNaN(score[k]) ? 1 : 0;
    }
    return count;
  }

  /** A person with K joints at (0, 0), score and sigma unknown, to be filled in. */
  public static Prediction empty(String image, int person, int k) {
    Prediction prediction =
        new Prediction(
            image, person, new float[k], new float[k], new float[k], new float[k], new float[k]);
    Arrays.fill(prediction.score, Float.NaN);
    Arrays.fill(prediction.sigmaX, Float.NaN);
    Arrays.fill(prediction.sigmaY, Float.NaN);
    return prediction;
  }
}
