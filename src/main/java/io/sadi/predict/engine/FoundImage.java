package io.sadi.predict.engine;

import java.util.List;

/**
 * An image and the people found in it.
 *
 * @param name as the output calls it
 * @param width in pixels; 0 where unknown
 * @param height in pixels; 0 where unknown
 * @param people in the order of their boxes
 */
public record FoundImage(String name, int width, int height, List<FoundPerson> people)
    implements ImageOutcome {

  /** The same for the rest of the way: heatmaps take a thousand times as much memory as joints. */
  public FoundImage withoutMaps() {
    return new FoundImage(
        name,
        width,
        height,
        people.stream()
            .map(person -> new FoundPerson(person.place(), person.joints(), null))
            .toList());
  }
}
