package io.sadi.predict.output;

import io.sadi.config.Config;
import io.sadi.data.CocoId;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.input.MpiiTestImages;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How found people are written: sadi-formats(5), PREDICTIONS. */
public enum PredictionsFormat {
  /** One row a person. */
  CSV,
  /** One object with the model, the joints, every image and the errors. */
  JSON,
  /** An object of JSON's list of images a line. */
  JSONL,
  /** The list of results that pycocotools loads. */
  COCO,
  /** A whole COCO keypoints file, to be imported as labels. */
  COCO_DATASET,
  /** A folder of Ultralytics' labels. */
  YOLO,
  /** A submission to MPII. */
  MPII_MAT;

  /** As options are written: lower case. */
  @Override
  public String toString() {
    return Config.name(this);
  }

  /** What a file's name says: .coco.json, .json, .jsonl, .mat, and CSV under any other name. */
  public static PredictionsFormat of(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".coco.json")) {
      return COCO;
    }
    if (name.endsWith(".json")) {
      return JSON;
    }
    if (name.endsWith(".mat")) {
      return MPII_MAT;
    }
    return name.endsWith(".jsonl") ? JSONL : CSV;
  }

  /** What the names of its files end in, without the first dot: {@link #of} reads it. */
  public String extension() {
    return switch (this) {
      case CSV -> "csv";
      case JSON -> "json";
      case JSONL -> "jsonl";
      case COCO -> "coco.json";
      case COCO_DATASET -> "json";
      case YOLO -> "txt";
      case MPII_MAT -> "mat";
    };
  }

  /**
   * A writer onto a stream that the caller closes.
   *
   * @param about for JSON's head, and the joints for all
   * @param ids of images by name, for COCO and COCO_DATASET
   * @param test for MPII_MAT, which cannot be without
   * @param extra for CSV, whose header comes before the rows
   */
  public PredictionsWriter writer(
      OutputStream out,
      ModelInfo about,
      Map<String, CocoId> ids,
      @Nullable MpiiTestImages test,
      ExtraColumns extra) {
    return switch (this) {
      case CSV -> new CsvPredictionsWriter(out, about.joints(), extra);
      case JSON -> new JsonPredictionsWriter(out, about);
      case JSONL -> new JsonLinesPredictionsWriter(out, about.joints());
      case COCO -> new CocoPredictionsWriter(out, ids);
      case COCO_DATASET -> new CocoDatasetWriter(out, about.skeleton(), ids);
      case YOLO -> new YoloWriter(out);
      case MPII_MAT -> new MpiiMatWriter(out, Objects.requireNonNull(test), about.joints());
    };
  }
}
