package io.sadi.demo;

import io.sadi.io.AtomicFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a demo. */
public record DemoFolder(Path path) {
  private static final String DATASET = "data/dataset.yaml";

  Path data() {
    return path.resolve("data");
  }

  Path run() {
    return path.resolve("run");
  }

  public Path report() {
    return path.resolve("report.html");
  }

  /** The evaluation of the trained network on the held-out people. */
  Path summary() {
    return path.resolve("summary.json");
  }

  Path predictionsCsv() {
    return path.resolve("predictions.csv");
  }

  Path predictionsJson() {
    return path.resolve("predictions.json");
  }

  /** Checks early that the folder may be written. */
  void check(boolean overwrite) throws IOException {
    AtomicFolder.check(path, overwrite, DATASET);
  }

  /** Removes the results of an earlier demo, so that they do not mix with new data. */
  void clear() throws IOException {
    for (Path file : List.of(report(), summary(), predictionsCsv(), predictionsJson())) {
      Files.deleteIfExists(file);
    }
  }
}
