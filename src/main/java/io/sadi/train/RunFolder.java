package io.sadi.train;

import com.google.gson.JsonObject;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;

/**
 * The files of a training run: {@code config.yaml}, {@code metrics.csv}, {@code checkpoints/},
 * {@code state/}, {@code summary.json}, {@code train.log}.
 */
final class RunFolder {
  private static final CSVFormat CSV = CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final Path folder;

  private RunFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * A folder for a new run.
   *
   * @param overwrite whether a run that is there may be replaced
   */
  static RunFolder create(Path folder, boolean overwrite) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw BadInputException.at(folder, "a file", "a folder for the run", "");
    }
    boolean isRun = Files.exists(folder.resolve("config.yaml"));
    if (isRun && !overwrite) {
      throw new BadInputException(
          folder + ": holds a run already; --resume continues it, --overwrite replaces it");
    }
    if (!isRun && Files.isDirectory(folder) && !isEmpty(folder)) {
      throw new BadInputException(
          folder + ": holds other files and no run; name an empty or new folder");
    }
    if (isRun) {
      for (String name :
          List.of(
              "config.yaml", "metrics.csv", "summary.json", "train.log", "checkpoints", "state")) {
        delete(folder.resolve(name));
      }
    }
    Files.createDirectories(folder.resolve("checkpoints"));
    Files.createDirectories(folder.resolve("state"));
    return new RunFolder(folder);
  }

  /** The folder of a run that is there. */
  static RunFolder open(Path folder) {
    if (!Files.exists(folder.resolve("config.yaml"))) {
      throw new BadInputException(
          folder + ": no run to resume, config.yaml is missing; start it without --resume");
    }
    return new RunFolder(folder);
  }

  Path path() {
    return folder;
  }

  Path config() {
    return folder.resolve("config.yaml");
  }

  Path last() {
    return folder.resolve("checkpoints/last.safetensors");
  }

  Path best() {
    return folder.resolve("checkpoints/best.safetensors");
  }

  /** The optimizer's state after so many steps; {@link #last} says which one belongs to it. */
  Path optimizer(long steps) {
    return folder.resolve(String.format(Locale.ROOT, "state/optimizer-%09d.safetensors", steps));
  }

  /** Removes the optimizer states that {@link #last} no longer belongs to. */
  void forgetOptimizersBut(long steps) throws IOException {
    Path keep = optimizer(steps);
    try (Stream<Path> files = Files.list(folder.resolve("state"))) {
      for (Path file : files.sorted().toList()) {
        if (!file.equals(keep) && file.getFileName().toString().startsWith("optimizer-")) {
          Files.delete(file);
        }
      }
    }
  }

  void log(String line) throws IOException {
    String stamped = ZonedDateTime.now(ZoneId.systemDefault()).format(TIME) + " " + line + "\n";
    Files.writeString(
        folder.resolve("train.log"),
        stamped,
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Writes all rows anew: the file is complete at any moment, and a resumed run repeats none. */
  void metrics(List<List<String>> rows) throws IOException {
    StringWriter text = new StringWriter();
    try (CSVPrinter csv = new CSVPrinter(text, CSV)) {
      csv.printRecord(MetricsCsv.header());
      csv.printRecords(rows);
    }
    AtomicFile.writeString(folder.resolve("metrics.csv"), text.toString());
  }

  /** The rows of the first epochs. */
  List<List<String>> metrics(int epochs) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    Path file = folder.resolve("metrics.csv");
    if (epochs == 0 || !Files.exists(file)) {
      return rows;
    }
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, CSV)) {
      for (CSVRecord record : parser) {
        if (record.getRecordNumber() > 1 && rows.size() < epochs) {
          rows.add(record.toList());
        }
      }
    }
    return rows;
  }

  void summary(JsonObject summary) throws IOException {
    Json.write(folder.resolve("summary.json"), summary);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
