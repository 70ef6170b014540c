package io.sadi.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Predictions in a file: {@code NAME.json}, {@code NAME.jsonl}, or CSV under any other name. */
public final class PredictionsFile {
  private PredictionsFile() {}

  /**
   * Reads a whole file.
   *
   * @param joints the dataset's; every person must have all of them, others do not matter
   * @throws io.sadi.io.BadInputException naming the line and column, or the field
   */
  public static Predictions read(Path file, List<String> joints) throws IOException {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".json")) {
      return PredictionsJson.read(file, joints);
    }
    if (name.endsWith(".jsonl")) {
      return PredictionsJson.readLines(file, joints);
    }
    return PredictionsCsv.read(file, joints);
  }
}
