package io.sadi.eval;

import java.util.List;

/**
 * Predictions that are taken for a second opinion on annotations: of any program, with joints of
 * its own, of some of the people.
 *
 * @param predictions of the people asked for, joints in dataset order; NaN where the file lacks one
 * @param ignoredJoints joints of the file that the dataset does not have
 * @param missingJoints joints of the dataset that the file does not have
 * @param found how many of the people asked for have one
 * @param others how many of the file's people are not asked for
 * @param otherImage the image of the first of them; empty where there is none
 * @param unscored how many joints have a place and no score
 */
public record SecondOpinion(
    Predictions predictions,
    List<String> ignoredJoints,
    List<String> missingJoints,
    int found,
    int others,
    String otherImage,
    int unscored) {
  public SecondOpinion {
    ignoredJoints = List.copyOf(ignoredJoints);
    missingJoints = List.copyOf(missingJoints);
  }
}
