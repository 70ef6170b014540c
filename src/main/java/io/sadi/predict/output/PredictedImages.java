package io.sadi.predict.output;

import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import io.sadi.config.Field;
import io.sadi.data.ImageColumn;
import io.sadi.io.Csv;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The names of the images that are in a finished file of predictions. */
public final class PredictedImages {
  private PredictedImages() {}

  /** Whether a format names its images. */
  public static boolean areNamedIn(PredictionsFormat format) {
    return switch (format) {
      case CSV, JSON, JSONL -> true;
      case COCO, COCO_DATASET, MPII_MAT, YOLO -> false;
    };
  }

  /**
   * Reads the names: of CSV those of images with people, else of all but those that could not be
   * used.
   *
   * @param format one that {@link #areNamedIn names} them
   * @throws io.sadi.io.BadInputException naming the place of what is wrong
   */
  public static Set<String> read(Path file, PredictionsFormat format) throws IOException {
    Set<String> names = new HashSet<>();
    switch (format) {
      case CSV -> readCsv(file, names);
      case JSON -> Json.streamPython(file, json -> readJson(json, file, names));
      case JSONL -> readLines(file, names);
      case COCO, COCO_DATASET, MPII_MAT, YOLO ->
          throw new IllegalArgumentException(format + " does not name images");
    }
    return names;
  }

  private static void readCsv(Path file, Set<String> names) throws IOException {
    try (Csv csv = Csv.open(file)) {
      Csv.Column image = ImageColumn.of(csv);
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        names.add(row.text(image));
      }
    }
  }

  private static Set<String> readJson(JsonReader json, Path file, Set<String> names)
      throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      if (!json.nextName().equals("images")) {
        json.skipValue();
        continue;
      }
      json.beginArray();
      while (json.hasNext()) {
        names.add(Field.at(JsonParser.parseReader(json), file, "images").get("image").text());
      }
      json.endArray();
    }
    json.endObject();
    return names;
  }

  private static void readLines(Path file, Set<String> names) throws IOException {
    try (BufferedReader lines = InputFile.text(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          names.add(Field.root(Json.parse(line, file), file.toString()).get("image").text());
        }
      }
    }
  }
}
