package io.sadi.api;

import java.util.List;
import java.util.Optional;

/**
 * What was found in one of several photos.
 *
 * @param name of the photo
 * @param width in pixels, upright; 0 where it could not be read
 * @param height in pixels, upright; 0 where it could not be read
 * @param people in the order of the boxes; one without boxes
 * @param error why the photo could not be read; empty where it was
 */
public record PhotoPoses(
    String name, int width, int height, List<Pose> people, Optional<String> error) {
  /** Keeps a copy of the list. */
  public PhotoPoses {
    people = List.copyOf(people);
  }
}
