package io.sadi.predict.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image and the people found in it.
 *
 * @param name as the output calls it
 * @param width in pixels; 0 where unknown
 * @param height in pixels; 0 where unknown
 * @param people in the order of their boxes
 * @param frame which one of a film it is; null where it is a photo
 */
public record FoundImage(
    String name, int width, int height, List<FoundPerson> people, @Nullable FrameTime frame)
    implements ImageOutcome {

  /** A photo. */
  public FoundImage(String name, int width, int height, List<FoundPerson> people) {
    this(name, width, height, people, null);
  }

  /** The same image as a film's. */
  public FoundImage at(FrameTime newFrame) {
    return new FoundImage(name, width, height, people, newFrame);
  }

  /** The same with other people, or with more known of them. */
  public FoundImage with(List<FoundPerson> newPeople) {
    return new FoundImage(name, width, height, newPeople, frame);
  }

  /** The same for the rest of the way: heatmaps take a thousand times as much memory as joints. */
  public FoundImage withoutMaps() {
    return with(people.stream().map(FoundPerson::withoutMaps).toList());
  }
}
