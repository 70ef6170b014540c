package io.sadi.predict.engine;

import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import org.jspecify.annotations.Nullable;

/**
 * A person and what the network made of the crop.
 *
 * @param place where the person was looked for
 * @param joints where the joints are
 * @param maps what they were read from, a batch of one; null where nobody wants to see it
 */
public record FoundPerson(PersonBox place, Prediction joints, @Nullable Maps maps) {

  /** The mean over the joints' scores, 0 to 1. */
  public double score() {
    double sum = 0;
    for (float score : joints.score()) {
      sum += score;
    }
    return sum / joints.score().length;
  }
}
