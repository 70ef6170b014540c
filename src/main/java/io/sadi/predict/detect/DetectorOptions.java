package io.sadi.predict.detect;

import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.io.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How people are detected.
 *
 * @param model an ONNX file, a checkpoint or {@link DetectorCheckpoint#BUILTIN}
 * @param score boxes below it are left out, 0 to 1
 * @param overlap of two boxes with more in common (intersection over union) the surer one stays, 0
 *     to 1
 * @param most people a photo, the largest first
 * @param category name or number of the class; null for people
 * @param layout of the outputs; null for what names and shapes say
 * @param input words about the input; null for what the model says, and its layout's convention
 */
public record DetectorOptions(
    Path model,
    double score,
    double overlap,
    int most,
    @Nullable String category,
    @Nullable DetectorLayout layout,
    @Nullable String input) {
  public static final double SCORE = 0.3;

  /** The program's own is modest: at this score it finds most, and few who are nobody. */
  public static final double BUILTIN_SCORE = 0.2;

  public static final double OVERLAP = 0.5;
  public static final int MOST = 50;

  public DetectorOptions {
    check("--detector-score", score);
    check("--detector-overlap", overlap);
    if (most < 1) {
      throw BadInputException.at("--max-people", "" + most, "1 or more", "");
    }
  }

  /** The same for the largest person of each photo. */
  public DetectorOptions largestAlone() {
    return new DetectorOptions(model, score, overlap, 1, category, layout, input);
  }

  /** Refuses a file that is not there or cannot be read. */
  public void require() {
    if (!model.equals(DetectorCheckpoint.BUILTIN)) {
      InputFile.require(model);
    }
  }

  /** What the model's weights are, as a checksum. */
  public String fingerprint() throws IOException {
    return model.equals(DetectorCheckpoint.BUILTIN)
        ? DetectorCheckpoint.read(model).fingerprint()
        : Checksum.sha256(model);
  }

  /** All that boxes depend on beside the model, in a line. */
  public String settings() {
    return String.format(
        Locale.ROOT,
        "score %s, overlap %s, most %d, class %s, layout %s, input %s",
        score,
        overlap,
        most,
        category == null ? "person" : category,
        layout == null ? "as found" : layout,
        input == null ? "as found" : input);
  }

  private static void check(String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw BadInputException.at(option, "" + value, "0 to 1", "");
    }
  }
}
