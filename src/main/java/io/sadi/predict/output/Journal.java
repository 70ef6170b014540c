package io.sadi.predict.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.output.JsonLines.Line;
import io.sadi.torch.Numerics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run has found so far: a line that says how it finds people, then one an image, in the
 * order they were done, and before the first image of each process one that says what it computes
 * with. It is never behind what the run has done, so that a run that was killed at any moment goes
 * on from it. Not for use by several threads at once.
 */
public final class Journal implements Closeable {
  /** The setting that says which part of a job it is. */
  public static final String SHARD = "shard";

  private static final int SCHEMA = 3;
  private static final String COMPUTED = "computed";
  private static final String PLACE = "place";
  private static final String PART_OF = "part_of";

  private final Path file;
  private final FileChannel channel;
  private final JsonLines lines;
  private final Map<String, Line> images = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();
  private final Set<Numerics> computed = new LinkedHashSet<>();

  /** Files as they were when an earlier run did them; without those of older versions. */
  private final Map<String, FileState> files = new HashMap<>();

  private final List<Place> places = new ArrayList<>();
  private int version = SCHEMA;
  private JsonObject settings = new JsonObject();
  private @Nullable Numerics current;
  private @Nullable WholeJob whole;

  private Journal(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
    this.lines = new JsonLines(file, channel);
  }

  /**
   * Begins a journal, or goes on with one.
   *
   * @param settings that what is found depends on
   * @param resume whether what the file holds counts; a last line that is not whole never does
   * @throws BadInputException if it was begun with other settings, or another process writes it
   */
  public static Journal open(Path file, JsonObject settings, boolean resume) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    Journal journal = new Journal(file, channel);
    try {
      journal.lock();
      if (!resume || !journal.resume(settings)) {
        journal.begin(settings);
      }
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Where a part's finished journal lies: beside its predictions. */
  public static Path shard(Path predictions) {
    return predictions.resolveSibling(predictions.getFileName() + ".shard");
  }

  /**
   * Opens a finished journal.
   *
   * @throws BadInputException if it is not whole, damaged anywhere, or of another version
   */
  static Journal finished(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    Journal journal = new Journal(file, channel);
    try {
      journal.loadAll();
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Writes the first line. Where there is no room for it nothing stays, not even an empty file. */
  private void begin(JsonObject settings) throws IOException {
    lines.truncate(0);
    this.settings = settings;
    JsonObject head = new JsonObject();
    head.addProperty(Json.SCHEMA_VERSION, SCHEMA);
    head.add("settings", settings);
    try {
      lines.append(head);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private void lock() throws IOException {
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // this very process: the same to whoever asks
    }
    throw new BadInputException(file + ": another process is writing it; wait for it, or end it");
  }

  /** Whether there was at least the first line. */
  private boolean resume(JsonObject expected) throws IOException {
    Line head = lines.line(0);
    if (head == null) {
      return false;
    }
    if (!loadHead(head)) {
      throw BadInputException.at(
          file,
          "something else",
          "an unfinished run of this version of SADI",
          "--overwrite begins a new one");
    }
    check(file, expected, settings);
    long end = head.end();
    for (Line line = lines.line(end); line != null; line = lines.line(end)) {
      if (!load(line)) {
        break; // a crash of the machine may leave such lines; their images are done again
      }
      end = line.end();
    }
    lines.truncate(end);
    return true;
  }

  /** Reads a finished journal, all of whose lines count. */
  private void loadAll() throws IOException {
    Line head = lines.line(0);
    if (head == null) {
      throw BadInputException.at(file, "an empty or cut file", "a part's .shard file", "");
    }
    if (!loadHead(head)) {
      throw version == SCHEMA
          ? damaged()
          : BadInputException.at(
              file,
              Json.SCHEMA_VERSION + " " + version + " of another version of SADI",
              String.valueOf(SCHEMA),
              "make the part again, or merge with the version that made it");
    }
    long end = head.end();
    for (Line line = lines.line(end); line != null; line = lines.line(end)) {
      if (whole != null || !(load(line) || loadEnd(line))) {
        throw damaged();
      }
      end = line.end();
    }
    if (end != lines.size()) {
      throw BadInputException.at(
          file, (lines.size() - end) + " bytes after the last line", "none", "copy it again");
    }
    if (whole == null) {
      throw BadInputException.at(file, "no last line", "what it is a part of", "copy it again");
    }
    boolean complete =
        places.size() == whole.entries()
            && places.stream().allMatch(place -> images.containsKey(place.image()));
    if (!complete) {
      throw damaged();
    }
  }

  private BadInputException damaged() {
    return new BadInputException(
        file
            + ": damaged, or not what this version's 'sadi predict --shard' writes beside its"
            + " predictions; copy it again, or make the part again");
  }

  /** Whether the first line is that of a journal of this version. */
  private boolean loadHead(Line head) throws IOException {
    try {
      JsonObject object = lines.read(head);
      version = object.get(Json.SCHEMA_VERSION).getAsInt();
      settings = object.getAsJsonObject("settings").deepCopy();
      return version == SCHEMA;
    } catch (RuntimeException e) { // anything but the object that was written
      return false;
    }
  }

  /**
   * Refuses settings that differ.
   *
   * @param file that has those found
   */
  static void check(Path file, JsonObject expected, JsonObject found) {
    Set<String> names = new LinkedHashSet<>(expected.keySet());
    names.addAll(found.keySet());
    for (String name : names) {
      JsonElement there = found.get(name);
      JsonElement here = expected.get(name);
      if (here == null || !here.equals(there)) {
        throw BadInputException.at(
            file + ": " + name,
            there == null ? "nothing" : Json.compact(there),
            here == null ? "nothing" : Json.compact(here),
            "resume with the options it was begun with, or begin anew with --overwrite");
      }
    }
  }

  /** Whether the line is one that is written while images are done. */
  private boolean load(Line line) throws IOException {
    try {
      JsonObject object = lines.read(line);
      if (object.has(COMPUTED)) {
        current = Numerics.of(object.getAsJsonObject(COMPUTED));
      } else {
        ImageOutcome outcome = OutcomeJson.of(object);
        FileState state = FileState.of(object);
        note(outcome, line);
        if (state != null) {
          files.put(outcome.name(), state);
        } else {
          files.remove(outcome.name());
        }
      }
      return true;
    } catch (RuntimeException e) { // anything but the object that was written
      return false;
    }
  }

  /** Whether the line is one of those that make a finished journal. */
  private boolean loadEnd(Line line) throws IOException {
    try {
      JsonObject object = lines.read(line);
      if (object.has(PLACE)) {
        places.add(Place.of(object.getAsJsonObject(PLACE)));
      } else {
        whole = WholeJob.of(object.getAsJsonObject(PART_OF));
      }
      return true;
    } catch (RuntimeException e) { // anything but the object that was written
      return false;
    }
  }

  private void note(ImageOutcome outcome, Line line) {
    images.put(outcome.name(), line);
    failures.remove(outcome.name()); // it may have been tried again
    if (outcome instanceof InputFailure failure) {
      failures.put(failure.image(), failure.error());
    } else if (current != null) {
      computed.add(current);
    }
  }

  /** What the images so far, but for those that failed, were computed with; one unless mixed. */
  Set<Numerics> computed() {
    return computed;
  }

  /**
   * Says what the images that are added from now on are computed with.
   *
   * @param allowMixed whether that may differ from what it was so far
   * @throws BadInputException if it differs and may not
   */
  void computing(Numerics now, boolean allowMixed) throws IOException {
    for (Numerics before : allowMixed ? Set.<Numerics>of() : computed) {
      checkComputed(file, before, now);
    }
    if (!now.equals(current)) {
      lines.append(object(COMPUTED, now.json()));
      current = now;
    }
  }

  /**
   * Refuses to compute otherwise than before.
   *
   * @param file that says how it was before
   */
  static void checkComputed(Path file, Numerics before, Numerics now) {
    String differing = before.where(now);
    if (!differing.isEmpty()) {
      throw BadInputException.at(
          file,
          "images computed with " + differing,
          now.where(before) + " as now",
          "resume where and as it was begun, or mix the two with --allow-mixed");
    }
  }

  /** Forgets all images but the first ones. */
  void keepFirst(int count) throws IOException {
    List<String> names = names();
    if (count >= names.size()) {
      return;
    }
    Line first = images.get(names.get(count));
    if (first != null) {
      lines.truncate(first.at());
    }
    for (String name : names.subList(count, names.size())) {
      images.remove(name);
      failures.remove(name);
    }
    current = null; // what was said of it may be gone
  }

  /** Whether an image could not be used. */
  boolean failed(String image) {
    return failures.containsKey(image);
  }

  /** Adds what became of an image: it is in the file when this returns. */
  void add(ImageOutcome outcome) throws IOException {
    add(outcome, null);
  }

  /**
   * The same.
   *
   * @param state of the image's file; null where it is none
   */
  void add(ImageOutcome outcome, @Nullable FileState state) throws IOException {
    JsonObject object = OutcomeJson.json(outcome);
    if (state != null) {
      state.addTo(object);
    }
    note(outcome, lines.append(object));
  }

  /** An image's file as it was when an earlier run did it; null where nothing says. */
  @Nullable FileState state(String image) {
    return files.get(image);
  }

  /** Whether an image has been done, be it that it could not be used. */
  boolean has(String image) {
    return images.containsKey(image);
  }

  /** The images that have been done, in the order in which they were. */
  List<String> names() {
    return List.copyOf(images.keySet());
  }

  /** What became of an image that has been done. */
  ImageOutcome get(String image) throws IOException {
    Line line = images.get(image);
    if (line == null) {
      throw new IllegalArgumentException(image + " has not been done");
    }
    return OutcomeJson.of(lines.read(line));
  }

  /**
   * Writes a finished journal to another file, whole or not at all. This one stays as it is.
   *
   * @param unusable inputs of the part that are no images
   * @param inputs of the part, each done or among those, in order
   */
  void finish(Path shard, WholeJob job, List<InputFailure> unusable, List<Place> inputs)
      throws IOException {
    AtomicFile.write(
        shard,
        out -> {
          lines.copyTo(out);
          for (InputFailure failure : unusable) {
            out.write(JsonLines.line(OutcomeJson.json(failure)));
          }
          for (Place place : inputs) {
            out.write(JsonLines.line(object(PLACE, place.json())));
          }
          out.write(JsonLines.line(object(PART_OF, job.json())));
        });
  }

  private static JsonObject object(String name, JsonObject value) {
    JsonObject object = new JsonObject();
    object.add(name, value);
    return object;
  }

  /** What a finished journal is a part of. */
  WholeJob whole() {
    if (whole == null) {
      throw new IllegalStateException(file + " is not finished");
    }
    return whole;
  }

  /** The inputs of a finished journal, in order. */
  List<Place> places() {
    return places;
  }

  /** That what is found depends on; the shard among them where it is one. */
  JsonObject settings() {
    return settings;
  }

  /** How many images have been done, failures among them. */
  int size() {
    return images.size();
  }

  /** Why images could not be used, by their names. */
  Map<String, String> failures() {
    return failures;
  }

  Path file() {
    return file;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Closes the journal and removes the file. */
  public void delete() throws IOException {
    close();
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
