package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.torch.Numerics;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What made the files of an output folder, in a hidden file there: how people were found and what
 * that was computed with, one entry for all runs that were alike. Several processes may write one
 * folder.
 */
final class FolderRecord {
  /** The file's name. Its ending is none of predictions, so that nobody takes it for an image's. */
  static final String NAME = ".sadi-predict";

  private static final int SCHEMA = 1;
  private static final String RUNS = "runs";
  private static final String SETTINGS = "settings";
  private static final String COMPUTED = "computed";

  /** How files were made: once for all runs that made them alike. */
  private record FolderRun(JsonObject settings, Numerics computed) {}

  private final Path file;
  private final JsonObject settings;
  private final Existing existing;
  private final boolean allowMixed;
  private final Set<FolderRun> before;

  private FolderRecord(Path file, JsonObject settings, PredictionOutput output) throws IOException {
    this.file = file;
    this.settings = settings;
    this.existing = output.existing();
    this.allowMixed = output.resuming().allowMixed();
    this.before = existing == Existing.OVERWRITE ? Set.of() : read(file);
  }

  /**
   * Reads what the folder says, if there is anything.
   *
   * @param settings that what is found depends on; which part of a job it is does not count
   * @throws BadInputException if a run that goes on would mix what it may not
   */
  static FolderRecord open(Path folder, JsonObject settings, PredictionOutput output)
      throws IOException {
    // Numbers as they are read again: one that is parsed has another hash.
    JsonObject common = parsed(Json.compact(settings), folder);
    common.remove(Journal.SHARD);
    FolderRecord record = new FolderRecord(folder.resolve(NAME), common, output);
    if (record.isStrict()) {
      for (FolderRun run : record.before) {
        Journal.check(record.file, common, run.settings());
      }
    }
    return record;
  }

  private static JsonObject parsed(String text, Path origin) {
    return Json.object(Json.parse(text, origin), origin);
  }

  private boolean isStrict() {
    return existing == Existing.RESUME && !allowMixed;
  }

  private static Set<FolderRun> read(Path file) throws IOException {
    Set<FolderRun> runs = new LinkedHashSet<>();
    if (!Files.exists(file)) {
      return runs;
    }
    try {
      JsonObject object = parsed(Files.readString(file), file);
      for (JsonElement element : object.getAsJsonArray(RUNS)) {
        JsonObject run = element.getAsJsonObject();
        runs.add(
            new FolderRun(
                run.getAsJsonObject(SETTINGS), Numerics.of(run.getAsJsonObject(COMPUTED))));
      }
      return runs;
    } catch (CharacterCodingException
        | RuntimeException e) { // anything but the object that was written
      throw BadInputException.at(
          file,
          "something else",
          "what 'sadi predict --out-dir' keeps of its runs",
          "delete it, or name another folder");
    }
  }

  Path file() {
    return file;
  }

  /** Whether nothing says how the files that are there were made. */
  boolean isUnknown() {
    return before.isEmpty();
  }

  /** Crops in a batch of the first run of which files are kept; 0 where there is none. */
  int batch() {
    return existing == Existing.RESUME
        ? before.stream().mapToInt(run -> run.computed().batch()).findFirst().orElse(0)
        : 0;
  }

  /**
   * Keeps what the files that come are computed with, before the first of them is there.
   *
   * @throws BadInputException if that would make a mixture that may not be
   */
  void computing(Numerics now) throws IOException {
    Set<FolderRun> runs = new LinkedHashSet<>(before);
    if (existing != Existing.OVERWRITE) {
      runs.addAll(read(file)); // another process may have come first
    }
    if (isStrict()) {
      for (FolderRun run : runs) {
        Journal.check(file, settings, run.settings());
        Journal.checkComputed(file, run.computed(), now);
      }
    }
    if (!runs.add(new FolderRun(settings, now)) && existing != Existing.OVERWRITE) {
      return;
    }
    JsonArray list = new JsonArray();
    for (FolderRun run : runs) {
      JsonObject element = new JsonObject();
      element.add(SETTINGS, run.settings());
      element.add(COMPUTED, run.computed().json());
      list.add(element);
    }
    JsonObject object = new JsonObject();
    object.addProperty(Json.SCHEMA_VERSION, SCHEMA);
    object.add(RUNS, list);
    // A part of this process's own: several may begin at once, and write the same.
    Path part = file.resolveSibling(NAME + "." + ProcessHandle.current().pid() + ".part");
    AtomicFile.write(
        file,
        part,
        out -> out.write((Json.compact(object) + "\n").getBytes(StandardCharsets.UTF_8)));
  }
}
