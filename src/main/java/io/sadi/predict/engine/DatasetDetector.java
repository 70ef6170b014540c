package io.sadi.predict.engine;

import io.sadi.data.Detected;
import io.sadi.data.LabelledPhoto;
import io.sadi.eval.BoxPrecision;
import io.sadi.eval.BoxPrecision.ImageBoxes;
import io.sadi.image.LazyImage;
import io.sadi.io.Interruption;
import io.sadi.io.Progress;
import io.sadi.io.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a detector over photos whose people are known, to measure it. */
public final class DatasetDetector {
  /** Far below what is used: average precision looks at the whole curve. */
  public static final double MIN_SCORE = 0.02;

  /** Of two boxes that overlap more the surer one stays. */
  public static final double OVERLAP = 0.5;

  private DatasetDetector() {}

  /**
   * Detects and measures.
   *
   * @param root the folder of the images
   * @param threads photos at a time
   * @param withIntervals whether to add bootstrap intervals
   * @return null if it was interrupted
   */
  public static @Nullable BoxPrecision measure(
      PersonDetector detector,
      Path root,
      List<LabelledPhoto> photos,
      int threads,
      boolean withIntervals,
      Progress progress)
      throws IOException {
    List<ImageBoxes> boxes = new ArrayList<>();
    try (Interruption.Guard guard = Interruption.guard();
        Workers<List<Detected>> workers = new Workers<>("sadi-detector", threads);
        Progress.Work work = progress.start("looking for people", photos.size(), "images")) {
      int submitted = 0;
      for (LabelledPhoto photo : photos) {
        while (submitted < photos.size() && workers.underWay() < 2 * threads) {
          Path file = root.resolve(photos.get(submitted++).image());
          workers.submit(
              () -> {
                try (LazyImage image = LazyImage.read(file)) {
                  return detector.detect(image);
                }
              });
        }
        boxes.add(new ImageBoxes(photo.people(), photo.unknown(), workers.next()));
        work.advance(1);
        if (guard.requested()) {
          return null;
        }
      }
    }
    return BoxPrecision.of(boxes, withIntervals);
  }
}
