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
 * @param track the person's number in the film, the same from frame to frame; NO_TRACK in a photo
 */
public record FoundPerson(PersonBox place, Prediction joints, @Nullable Maps maps, int track) {
  /** Instead of the number of somebody who was not followed. */
  public static final int NO_TRACK = -1;

  /** Somebody in a photo. */
  public FoundPerson(PersonBox place, Prediction joints, @Nullable Maps maps) {
    this(place, joints, maps, NO_TRACK);
  }

  /** The same person as one who is followed. */
  public FoundPerson onTrack(int newTrack) {
    return new FoundPerson(place, joints, maps, newTrack);
  }

  /** The same person with the joints elsewhere. */
  public FoundPerson with(Prediction newJoints) {
    return new FoundPerson(place, newJoints, maps, track);
  }

  /** The same person for the rest of the way. */
  FoundPerson withoutMaps() {
    return new FoundPerson(place, joints, null, track);
  }

  /** The mean over the joints' scores, 0 to 1. */
  public double score() {
    double sum = 0;
    for (float score : joints.score()) {
      sum += score;
    }
    return sum / joints.score().length;
  }
}
