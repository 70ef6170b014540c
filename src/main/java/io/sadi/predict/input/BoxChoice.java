package io.sadi.predict.input;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which boxes of a file count, and what its images are called.
 *
 * @param minScore boxes of a lower score do not count; NaN where scores do not matter
 * @param category a name or a number in COCO's files; null for people
 * @param images a COCO file that names the images of a list of detections; null where their numbers
 *     or the list itself do
 */
public record BoxChoice(double minScore, @Nullable String category, @Nullable Path images) {
  /** All boxes of people. */
  public static final BoxChoice ALL = new BoxChoice(Double.NaN, null, null);

  /** Whether a box of this score, NaN where it has none, counts. */
  boolean includes(double score) {
    return !(score < minScore);
  }
}
