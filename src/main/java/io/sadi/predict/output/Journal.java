package io.sadi.predict.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
  private static final int SCHEMA = 2;
  private static final String COMPUTED = "computed";

  private final Path file;
  private final FileChannel channel;
  private final JsonLines lines;
  private final Map<String, Line> images = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();
  private final Set<Numerics> computed = new LinkedHashSet<>();
  private @Nullable Numerics current;

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
      if (!resume || !journal.load(settings)) {
        journal.begin(settings);
      }
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Writes the first line. Where there is no room for it nothing stays, not even an empty file. */
  private void begin(JsonObject settings) throws IOException {
    lines.truncate(0);
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
  private boolean load(JsonObject settings) throws IOException {
    Line head = lines.line(0);
    if (head == null) {
      return false;
    }
    check(settings, settings(head));
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

  private JsonObject settings(Line head) throws IOException {
    try {
      JsonObject object = lines.read(head);
      JsonObject settings = object.getAsJsonObject("settings");
      if (settings != null && object.get(Json.SCHEMA_VERSION).getAsInt() == SCHEMA) {
        return settings;
      }
    } catch (RuntimeException e) { // anything but the object that was written
      // said below
    }
    throw BadInputException.at(
        file,
        "something else",
        "an unfinished run of this version of SADI",
        "--overwrite begins a new one");
  }

  private void check(JsonObject expected, JsonObject found) {
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

  /** Whether the line is one that was written. */
  private boolean load(Line line) throws IOException {
    try {
      JsonObject object = lines.read(line);
      JsonObject numerics = object.getAsJsonObject(COMPUTED);
      if (numerics != null) {
        current = Numerics.of(numerics);
      } else {
        note(ImageOutcome.of(object), line);
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
    for (Numerics before : computed) {
      String differing = before.where(now);
      if (!differing.isEmpty() && !allowMixed) {
        throw BadInputException.at(
            file,
            "images computed with " + differing,
            now.where(before) + " as now",
            "resume where and as it was begun, or mix the two with --allow-mixed");
      }
    }
    if (!now.equals(current)) {
      JsonObject line = new JsonObject();
      line.add(COMPUTED, now.json());
      lines.append(line);
      current = now;
    }
  }

  /** Adds what became of an image: it is in the file when this returns. */
  void add(ImageOutcome outcome) throws IOException {
    note(outcome, lines.append(outcome.json()));
  }

  /** Whether an image has been done, be it that it could not be used. */
  boolean has(String image) {
    return images.containsKey(image);
  }

  /** What became of an image that has been done. */
  ImageOutcome get(String image) throws IOException {
    Line line = images.get(image);
    if (line == null) {
      throw new IllegalArgumentException(image + " has not been done");
    }
    return ImageOutcome.of(lines.read(line));
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
