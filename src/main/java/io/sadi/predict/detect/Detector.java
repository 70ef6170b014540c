package io.sadi.predict.detect;

import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.data.Detected;
import io.sadi.data.PersonBox;
import io.sadi.image.LazyImage;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds people in photos. Several threads may detect at once. */
public sealed interface Detector extends AutoCloseable permits OnnxDetector, TrainedDetector {
  /** The largest first; of equal ones the surer. */
  Comparator<Detected> LARGEST_FIRST =
      Comparator.comparingDouble((Detected one) -> one.box().area())
          .reversed()
          .thenComparing(Comparator.comparingDouble(Detected::score).reversed());

  /**
   * Loads a detector: a checkpoint of ours or an ONNX file, whichever the file's content is.
   *
   * @param precision auto, fp32 or bf16, for a checkpoint
   * @throws io.sadi.io.BadInputException if it is neither
   */
  static Detector open(DetectorOptions options, String precision) throws IOException {
    return DetectorCheckpoint.isSafetensors(options.model())
        ? TrainedDetector.open(options, precision)
        : OnnxDetector.open(options);
  }

  /** The same, with bf16 where the hardware has it. */
  static Detector open(DetectorOptions options) throws IOException {
    return open(options, Precision.AUTO);
  }

  /** What was made of the file, in a line. */
  String description();

  /** Lines to warn of. */
  List<String> warnings();

  /**
   * Detects people.
   *
   * @return at most as many as the options allow, the largest first
   */
  List<Detected> detect(LazyImage photo);

  /** As {@link #detect}, to be looked at; one who fills the photo where nobody is found. */
  default List<PersonBox> people(LazyImage photo) {
    List<PersonBox> people = new ArrayList<>();
    for (Detected one : detect(photo)) {
      people.add(PersonBox.of(people.size(), one.box()));
    }
    return people.isEmpty() ? List.of(PersonBox.wholeImage(photo.width(), photo.height())) : people;
  }

  /** Waits for those who detect. */
  @Override
  void close();
}
