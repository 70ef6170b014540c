package io.sadi.cli.options;

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
      paramLabel = "FILE",
      description =
          "A network that finds people: a checkpoint of 'sadi train --task detect', or as ONNX YOLOv5, YOLOv8 to YOLO26, YOLOX, RT-DETR, D-FINE, DETR,"
              + " RTMDet, torchvision's and TensorFlow's, as their exporters write ONNX. What its"
              + " input and outputs mean is read from the file; -v says what was made of it.")
  private @Nullable Path detector;

  @Option(
      names = "--detector-score",
      order = 11,
      paramLabel = "S",
      defaultValue = "" + DetectorOptions.SCORE,
      description = "Leave out boxes of a lower score. Default: ${DEFAULT-VALUE}.")
  private double score;

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

  /** Whether there is a detector. */
  public boolean given() {
    return detector != null;
  }

  /** Whether one of the others was given without it. */
  public boolean isIncomplete() {
    return detector == null && (category != null || layout != null || input != null);
  }

  /** As given, checked; null without a detector. */
  public @Nullable DetectorOptions options() {
    return detector == null
        ? null
        : new DetectorOptions(detector, score, overlap, most, category, layout, input);
  }
}
