package io.sadi.predict;

import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.data.CocoFile;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.LabelledPhoto;
import io.sadi.eval.BoxPrecision;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.DatasetDetector;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.PersonDetector;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How well a detector finds the people of a split. {@code prepare} reads and checks; {@code run}
 * detects and measures.
 *
 * @param checkpoint of the detector
 * @param file it is from
 * @param dataset whose people are to be found
 * @param split of it
 * @param photos of the split that are searched
 */
public record DetectorEvaluation(
    DetectorCheckpoint checkpoint,
    Path file,
    Dataset dataset,
    String split,
    List<LabelledPhoto> photos) {

  /**
   * Reads a detector and a split.
   *
   * @param data a dataset folder, or a COCO file
   * @param asked for; null for val, or test where there is no val
   * @param limit only so many photos
   */
  public static DetectorEvaluation prepare(Path file, Path data, @Nullable String asked, int limit)
      throws IOException {
    DetectorCheckpoint checkpoint = DetectorCheckpoint.read(file);
    Dataset dataset = DatasetReader.readFolderOrFile(data);
    String split = asked == null ? split(dataset) : asked;
    if (!DatasetReader.hasSplit(dataset, split)) {
      DatasetReader.people(dataset, split); // says which there are
    }
    CocoFile content = DatasetReader.file(dataset, split);
    List<LabelledPhoto> photos = LabelledPhoto.of(content, dataset.imageRoot());
    if (photos.stream().allMatch(photo -> photo.people().isEmpty())) {
      throw BadInputException.at(
          data, "nobody with a box in split '" + split + "'", "people to be found", "");
    }
    return new DetectorEvaluation(
        checkpoint, file, dataset, split, photos.subList(0, Math.min(limit, photos.size())));
  }

  private static String split(Dataset dataset) {
    for (String name : List.of("val", "test", DatasetReader.WHOLE_FILE)) {
      if (DatasetReader.hasSplit(dataset, name)) {
        return name;
      }
    }
    return "val";
  }

  /** What will be done, in a line. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "would look for %d people in %d photos of %s, split %s, with %s",
        photos.stream().mapToInt(photo -> photo.people().size()).sum(),
        photos.size(),
        dataset.name(),
        split,
        file);
  }

  /**
   * Detects and measures.
   *
   * @param withIntervals whether to add bootstrap intervals
   */
  public BoxPrecision run(InferenceConfig inference, boolean withIntervals, Progress progress)
      throws IOException {
    Precision precision = Precision.of(inference.precision(), ComputeDevice.CPU);
    try (PersonDetector detector =
        PersonDetector.open(
            checkpoint, file, precision, DatasetDetector.MIN_SCORE, DatasetDetector.OVERLAP)) {
      detector.prove().warnings().forEach(progress::warn);
      BoxPrecision result =
          DatasetDetector.measure(
              detector, dataset.imageRoot(), photos, inference.workers(), withIntervals, progress);
      if (result == null) {
        throw new FailedException("interrupted before the end; nothing was measured");
      }
      return result;
    }
  }
}
