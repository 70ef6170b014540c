package io.sadi.api;

import java.util.List;

/**
 * A person in an image.
 *
 * @param box where the network looked at last: the box that was given, else one around the joints
 *     that a first look found, else the whole image
 * @param joints K, one for each of the skeleton's, in its order; whether a person is there or not
 * @param score the mean of the joints' scores, 0 to 1
 */
public record Pose(Box box, List<Joint> joints, double score) {
  /** Keeps a copy of the list. */
  public Pose {
    joints = List.copyOf(joints);
  }
}
