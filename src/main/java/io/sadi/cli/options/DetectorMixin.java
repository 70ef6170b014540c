package io.sadi.cli.options;

import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.predict.detect.DetectorLayout;
import io.sadi.predict.detect.DetectorOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For commands that look for people in photos. */
public final class DetectorMixin {
  @Option(
      names = "--detector",
      order = 10,
      paramLabel = "FILE|builtin|none",
      description =
          "A network that finds people: builtin, the one that comes with the program ('sadi info"
              + " --model builtin-detector' says how good it is); a checkpoint of 'sadi train --set"
              + " train.task=detect'; or as ONNX YOLOv5, YOLOv8 to YOLO26, YOLOX, RT-DETR, D-FINE,"
              + " DETR, RTMDet, torchvision's and TensorFlow's, as their exporters write ONNX. What"
              + " its input and outputs mean is read from the file; -v says what was made of it."
              + " Default: builtin; where 'predict' has a --model of yours, none.")
  private @Nullable Path detector;

  @Option(
      names = "--detector-score",
      order = 11,
      paramLabel = "S",
      description =
          "Leave out boxes of a lower score. Default: "
              + DetectorOptions.SCORE
              + ", with builtin "
              + DetectorOptions.BUILTIN_SCORE
              + ".")
  private @Nullable Double score;

  @Option(
      names = "--detector-overlap",
      order = 11,
      paramLabel = "O",
      defaultValue = "" + DetectorOptions.OVERLAP,
      description =
          "Of two boxes that have more in common, intersection over union, keep the surer one."
              + " Default: ${DEFAULT-VALUE}.")
  private double overlap;

  @Option(
      names = "--max-people",
      order = 11,
      paramLabel = "N",
      defaultValue = "" + DetectorOptions.MOST,
      description = "At most so many a photo, the largest first. Default: ${DEFAULT-VALUE}.")
  private int most;

  @Option(
      names = "--detector-class",
      order = 12,
      paramLabel = "NAME|N",
      description =
          "The class to look for. Default: person by the file's names, else the number that people"
              + " have in such files.")
  private @Nullable String category;

  @Option(
      names = "--detector-layout",
      order = 12,
      paramLabel = "LAYOUT",
      description =
          "What the outputs are: ${COMPLETION-CANDIDATES}. Default: what names and shapes say.")
  private @Nullable DetectorLayout layout;

  @Option(
      names = "--detector-input",
      order = 12,
      paramLabel = "WORDS",
      description =
          "What the input is, where the file and its layout's convention do not say it, separated"
              + " by commas: 640 or 640x480; rgb or bgr; unit (0 to 1), bytes or imagenet;"
              + " letterbox, corner or stretch.")
  private @Nullable String input;

  private static final Path NAME = Path.of("builtin");
  private static final Path NONE = Path.of("none");

  /** Whether a detector is named. */
  public boolean given() {
    return detector != null && !detector.equals(NONE);
  }

  /** Whether nobody is to be looked for. */
  private boolean none() {
    return NONE.equals(detector);
  }

  /** Whether what is for ONNX files was given without one. */
  public boolean isIncomplete() {
    return !given() && (category != null || layout != null || input != null);
  }

  /**
   * As given, checked; without a detector null.
   *
   * @param usual whether the program's own is used where nothing is said
   */
  public @Nullable DetectorOptions options(boolean usual) {
    if (none() || (detector == null && !usual)) {
      return null;
    }
    Path file = detector == null || detector.equals(NAME) ? DetectorCheckpoint.BUILTIN : detector;
    double usually =
        file.equals(DetectorCheckpoint.BUILTIN)
            ? DetectorOptions.BUILTIN_SCORE
            : DetectorOptions.SCORE;
    return new DetectorOptions(
        file, score == null ? usually : score, overlap, most, category, layout, input);
  }
}
