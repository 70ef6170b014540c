package io.sadi.train;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.config.Field;
import io.sadi.data.TrainedOn;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.FileTree;
import io.sadi.io.Json;
import io.sadi.io.ProcessLock;
import io.sadi.io.Safetensors;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * The files of a training run: {@code config.yaml}, {@code augmented.jpg}, {@code metrics.csv},
 * {@code curves.html}, {@code events.*}, {@code samples/}, {@code checkpoints/}, {@code state/},
 * {@code summary.json}, {@code train.log}.
 */
final class RunFolder {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private static final String DAMAGED = "damaged-";

  /**
   * What else a run's folder holds beside its states. The config is the last: without it the folder
   * is no run, and what a process that was killed left in it would be in a new one's way.
   */
  private static final List<String> CONTENT =
      List.of(
          "checkpoints",
          "metrics.csv",
          "curves.html",
          "augmented.jpg",
          "summary.json",
          "train.log",
          "samples",
          "nan",
          "config.yaml");

  private final Path folder;
  private final StateReader reader;

  private RunFolder(Path folder, StateReader reader) {
    this.folder = folder;
    this.reader = reader;
  }

  private RunFolder(Path folder) {
    this(folder, Safetensors::read);
  }

  /** Opens a file of a state. */
  @FunctionalInterface
  interface StateReader {
    Safetensors read(Path file) throws IOException;
  }

  /**
   * A folder for a new run, which {@link #begin} makes room for once it is {@link #lock}ed.
   *
   * @param overwrite whether a run that is there may be replaced
   */
  static RunFolder create(Path folder, boolean overwrite) throws IOException {
    RunFolder run = new RunFolder(folder);
    run.check(overwrite);
    Files.createDirectories(folder);
    return run;
  }

  private void check(boolean overwrite) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw BadInputException.at(folder, "a file", "a folder for the run", "");
    }
    if (isRun(folder) && !overwrite) {
      throw new BadInputException(
          folder + ": holds a run already; --resume continues it, --overwrite replaces it");
    }
    if (!isRun(folder) && Files.isDirectory(folder) && !isUnstarted(folder)) {
      throw new BadInputException(
          folder + ": holds other files and no run; name an empty or new folder");
    }
  }

  /**
   * Removes the old run's files, if there are any. The folder must be locked: another process may
   * be training that run, or may have finished since the folder was checked.
   */
  void begin(boolean overwrite) throws IOException {
    check(overwrite);
    if (isRun(folder)) {
      try (Stream<Path> state = Files.list(folder.resolve("state"))) {
        for (Path path : state.filter(path -> !path.equals(lockFile())).toList()) {
          FileTree.delete(path);
        }
      }
      Optional<Path> events = TensorBoardEvents.find(folder);
      if (events.isPresent()) {
        FileTree.delete(events.get());
      }
    }
    for (String name : CONTENT) {
      FileTree.delete(AtomicFile.part(folder.resolve(name)));
      FileTree.delete(folder.resolve(name));
    }
    Files.createDirectories(folder.resolve("checkpoints"));
  }

  private Path lockFile() {
    return folder.resolve("state/lock");
  }

  /** The folder of a run that is there. */
  static RunFolder open(Path folder) {
    if (!isRun(folder)) {
      throw new BadInputException(
          folder + ": no run to resume, config.yaml is missing; start it without --resume");
    }
    return new RunFolder(folder);
  }

  /** A folder that another process of the job creates and checks. */
  static RunFolder at(Path folder) {
    return new RunFolder(folder);
  }

  /** The same on another disk. */
  static RunFolder at(Path folder, StateReader reader) {
    return new RunFolder(folder, reader);
  }

  Path path() {
    return folder;
  }

  Path config() {
    return folder.resolve("config.yaml");
  }

  /** A picture of the first batch. */
  Path augmented() {
    return folder.resolve("augmented.jpg");
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

  /** An earlier {@link #last}, of so many steps. */
  private Path earlier(long steps) {
    return folder.resolve(String.format(Locale.ROOT, "state/last-%09d.safetensors", steps));
  }

  /** The checkpoints to resume from, the latest first. */
  List<Path> states() throws IOException {
    List<Path> states = new ArrayList<>();
    if (Files.exists(last())) {
      states.add(last());
    }
    List<Path> kept = new ArrayList<>(inState("last-"));
    Collections.reverse(kept);
    states.addAll(kept);
    return states;
  }

  /** What the run was trained on; null where it has no state, or that of an older version. */
  @Nullable TrainedOn trainedOn() throws IOException {
    for (Path state : states()) {
      try {
        Safetensors content = read(state);
        content.checkMetadataSum(state);
        return Checkpoint.trainedOn(content, state);
      } catch (BadInputException | UncheckedIOException e) {
        // Damaged: restoring reports it.
      }
    }
    return null;
  }

  /** Opens a file of a state. */
  Safetensors read(Path file) throws IOException {
    return reader.read(file);
  }

  /** Keeps {@link #last}, of so many steps, under another name, before a newer one replaces it. */
  void keepLast(long steps) throws IOException {
    if (!Files.exists(last())) {
      return;
    }
    name(last(), earlier(steps));
  }

  /** Where {@link #goBack} puts a damaged state. */
  Path damaged(Path state) {
    return folder.resolve("state/" + DAMAGED + state.getFileName());
  }

  /**
   * Makes an earlier state the last one, because the later ones are damaged. Those are renamed, so
   * that they no longer count as states.
   *
   * @param state one of {@link #states}
   * @param rejected those before it
   */
  void goBack(Path state, List<Path> rejected) throws IOException {
    for (Path other : rejected) {
      Files.move(
          other,
          damaged(other),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
    if (!state.equals(last())) {
      name(state, last());
    }
  }

  /** Gives a file a second name, atomically. */
  private void name(Path file, Path other) throws IOException {
    // Not NAME.part: the next write of NAME would open it and overwrite the file itself.
    Path link = folder.resolve("state/link");
    Files.deleteIfExists(link);
    try {
      Files.createLink(link, file);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(file, link); // a file system without links
    }
    // By POSIX, a rename between two names of the same file does nothing.
    if (Files.exists(other) && Files.isSameFile(link, other)) {
      Files.delete(link);
    } else {
      Files.move(link, other, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Removes older states.
   *
   * @param keep how many stay, {@link #last} included
   * @param steps of {@link #last}
   */
  void forgetStatesBut(int keep, long steps) throws IOException {
    List<Path> kept = new ArrayList<>(inState("last-"));
    kept.remove(earlier(steps)); // saved twice at the same step
    List<Path> stay = kept.subList(Math.max(0, kept.size() - (keep - 1)), kept.size());
    List<String> names = new ArrayList<>();
    names.add(optimizer(steps).getFileName().toString());
    for (Path state : stay) {
      names.add(state.getFileName().toString());
      names.add(state.getFileName().toString().replace("last-", "optimizer-"));
    }
    for (String prefix : List.of("last-", "optimizer-")) {
      for (Path file : inState(prefix)) {
        if (!names.contains(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
  }

  private List<Path> inState(String prefix) throws IOException {
    Path state = folder.resolve("state");
    if (!Files.isDirectory(state)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(state)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> file.getFileName().toString().endsWith(".safetensors"))
          .sorted()
          .toList();
    }
  }

  /**
   * Keeps other processes out of the run until the lock is closed.
   *
   * @throws BadInputException if another process, or another run of this one, is at it
   */
  ProcessLock lock() throws IOException {
    ProcessLock lock = ProcessLock.tryTake(lockFile());
    if (lock == null) {
      throw new BadInputException(
          folder + ": another process is training this run; wait for it, or name another folder");
    }
    return lock;
  }

  /** The picture of some validation people after an epoch. */
  Path sample(int epoch) {
    return folder.resolve(String.format(Locale.ROOT, "samples/epoch-%03d.jpg", epoch));
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

  /**
   * Writes all rows anew, so that the file is always complete and a resumed run repeats no row.
   * Then the file for TensorBoard.
   *
   * @param columns the first one is {@code epoch}
   */
  void metrics(List<String> columns, List<List<String>> rows) throws IOException {
    StringWriter text = new StringWriter();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord(columns);
      csv.printRecords(rows);
    }
    AtomicFile.writeString(folder.resolve("metrics.csv"), text.toString());
    TensorBoardEvents.write(folder, columns, rows);
  }

  /** Writes the curves of {@link #metrics} as a web page. */
  void curves(String metric) throws IOException {
    Path file = folder.resolve("metrics.csv");
    AtomicFile.writeString(
        folder.resolve("curves.html"),
        TrainingCurves.read(file).page(folder.toAbsolutePath(), metric));
  }

  /** The rows of the first epochs. */
  List<List<String>> metrics(List<String> columns, int epochs) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    Path file = folder.resolve("metrics.csv");
    if (epochs == 0 || !Files.exists(file)) {
      return rows;
    }
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
      for (CSVRecord record : parser) {
        List<String> row = new ArrayList<>();
        for (String column : columns) {
          row.add(record.isSet(column) ? record.get(column) : ""); // of an older version
        }
        if (EpochResult.epoch(row) <= epochs) {
          rows.add(row);
        }
      }
    } catch (NumberFormatException | UncheckedIOException | MalformedInputException e) {
      throw new BadInputException(
          file + ": damaged; remove it and resume: the run goes on, the rows so far are lost", e);
    }
    return rows;
  }

  void summary(JsonObject summary) throws IOException {
    Json.write(folder.resolve("summary.json"), summary);
  }

  /** Whether the summary says that the run is done, after so many epochs. */
  boolean isDone(int epochs) throws IOException {
    Path file = folder.resolve("summary.json");
    if (!Files.exists(file)) {
      return false;
    }
    try {
      Field summary = Field.root(Json.readObject(file), file);
      return summary.get("state").text().equals(Config.name(RunState.DONE))
          && summary.get("epochs").integer(0, Integer.MAX_VALUE) == epochs;
    } catch (BadInputException e) {
      return false; // damaged: it is written anew
    }
  }

  private static boolean isRun(Path folder) {
    return Files.exists(folder.resolve("config.yaml"));
  }

  /** Whether it is missing or empty, or holds a run that was killed before it saved anything. */
  static boolean isUnstarted(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    if (!Files.isDirectory(folder) || isRun(folder)) {
      return false;
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.allMatch(
          path ->
              path.equals(folder)
                  || List.of("checkpoints", "state", "state/lock")
                      .contains(folder.relativize(path).toString())
                  || isPart(folder, path));
    }
  }

  /** Whether a file is what a process was writing when it was killed. */
  private static boolean isPart(Path folder, Path path) {
    return CONTENT.stream().anyMatch(name -> path.equals(AtomicFile.part(folder.resolve(name))));
  }
}
