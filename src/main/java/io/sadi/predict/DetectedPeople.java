package io.sadi.predict;

import io.sadi.data.Detected;
import io.sadi.data.PersonBox;
import io.sadi.image.LazyImage;
import io.sadi.io.Progress;
import io.sadi.predict.PredictionRequest.DetectorUse;
import io.sadi.predict.detect.Detector;
import io.sadi.predict.engine.PersonFinder;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * People as a detector finds them while photos are decoded; without one, one who fills the photo.
 */
final class DetectedPeople implements AutoCloseable {
  private final @Nullable Detector detector;
  private final boolean wholeWhereNobody;
  private final Progress progress;
  private final AtomicInteger nobody = new AtomicInteger();

  private DetectedPeople(@Nullable Detector detector, boolean wholeWhereNobody, Progress progress) {
    this.detector = detector;
    this.wholeWhereNobody = wholeWhereNobody;
    this.progress = progress;
  }

  /**
   * Loads the detector, where there is one.
   *
   * @param precision auto, fp32, bf16 or int8, which is the pose network's alone
   */
  static DetectedPeople open(@Nullable DetectorUse detection, String precision, Progress progress)
      throws IOException {
    if (detection == null) {
      return new DetectedPeople(null, true, progress);
    }
    Detector detector =
        Detector.open(detection.detector(), precision.equals("int8") ? Precision.AUTO : precision);
    progress.detail(detector.description());
    detector.warnings().forEach(progress::warn);
    return new DetectedPeople(detector, detection.wholeWhereNobody(), progress);
  }

  PersonFinder finder() {
    return detector == null ? PersonFinder.WHOLE : this::find;
  }

  private List<PersonBox> find(LazyImage photo) {
    if (detector == null) {
      return PersonFinder.WHOLE.find(photo);
    }
    List<PersonBox> people = new ArrayList<>();
    for (Detected one : detector.detect(photo)) {
      people.add(PersonBox.of(people.size(), one.box()).ofScore(one.score()));
    }
    if (people.isEmpty()) {
      nobody.incrementAndGet();
      return wholeWhereNobody ? PersonFinder.WHOLE.find(photo) : people;
    }
    return people;
  }

  /** Says in how many photos nobody was found. */
  void report() {
    if (nobody.get() > 0) {
      progress.warn(
          "nobody was detected in "
              + nobody
              + (nobody.get() == 1 ? " image" : " images")
              + (wholeWhereNobody
                  ? ", taken as one person's who fills it; --people found leaves them out"
                  : ", which have no rows"));
    }
  }

  @Override
  public void close() {
    if (detector != null) {
      detector.close();
    }
  }
}
