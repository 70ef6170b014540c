package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.io.Json;
import io.sadi.io.Shard;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.JsonLines.Line;
import io.sadi.predict.output.RunOutput.Part;
import io.sadi.predict.output.RunOutput.Writing;
import io.sadi.torch.Numerics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a part of a job has found, beside its predictions in {@code NAME.shard}: exact, with the
 * place of every image in the whole job, the images in which nobody was found, and what could not
 * be used; none of which CSV or COCO has a place for. {@link Merge} reads it.
 *
 * <p>A line that says what it is a part of and what its images were computed with, then one for
 * every image.
 */
public final class ShardFile implements Closeable {

  /**
   * What a part belongs to.
   *
   * @param shard which part
   * @param inputs how many there are in the whole job
   * @param order a checksum of their names in order
   * @param names a checksum of their names, whatever their order
   * @param entries lines that follow
   * @param numbered whether the images' ids are their places
   * @param settings that what is found depends on, apart from the shard
   * @param computed what its images were computed with; empty where none was, several if mixed
   * @param about the model
   */
  record Head(
      Shard shard,
      int inputs,
      String order,
      String names,
      int entries,
      boolean numbered,
      JsonObject settings,
      List<Numerics> computed,
      ModelInfo about) {}

  /**
   * One image.
   *
   * @param index place in the whole job, from 0
   * @param id of the image, for COCO; null where it has none
   */
  record Entry(int index, @Nullable CocoId id, ImageOutcome outcome) {}

  /** Gives what became of an image. */
  @FunctionalInterface
  interface Outcomes {
    public ImageOutcome of(String image) throws IOException;
  }

  private static final int SCHEMA = 2;

  private final Path file;
  private final JsonLines lines;
  private final Head head;
  private final List<Line> entries = new ArrayList<>();

  private ShardFile(Path file, JsonLines lines) throws IOException {
    this.file = file;
    this.lines = lines;
    Line line = lines.line(0);
    if (line == null) {
      throw BadInputException.at(file, "an empty or cut file", "a part's .shard file", "");
    }
    this.head = head(line);
    long end = line.end();
    for (Line next = lines.line(end); next != null; next = lines.line(end)) {
      entries.add(next);
      end = next.end();
    }
    if (end != lines.size()) {
      throw BadInputException.at(
          file, (lines.size() - end) + " bytes after the last line", "none", "copy it again");
    }
    if (entries.size() != head.entries) {
      throw BadInputException.at(
          file,
          entries.size() + " images",
          head.entries + " as its first line says",
          "copy it again");
    }
  }

  /** Where a part's file lies: beside its predictions. */
  public static Path of(Path predictions) {
    return predictions.resolveSibling(predictions.getFileName() + ".shard");
  }

  /** Opens a part's file and checks that it is whole. */
  static ShardFile open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new ShardFile(file, new JsonLines(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  Path file() {
    return file;
  }

  /** Whether a path is this file or the predictions beside it. */
  boolean belongsTo(Path path) {
    Path place = path.toAbsolutePath().normalize();
    Path here = file.toAbsolutePath().normalize();
    return here.equals(place) || here.equals(of(place));
  }

  Head head() {
    return head;
  }

  int size() {
    return entries.size();
  }

  /** The i-th image of this part. */
  Entry entry(int i) throws IOException {
    try {
      JsonObject object = lines.read(entries.get(i));
      JsonElement id = object.get("id");
      return new Entry(
          object.get("index").getAsInt(),
          id == null ? null : Objects.requireNonNull(CocoId.of(id)),
          ImageOutcome.of(object));
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  /**
   * Writes a part, whole or not at all.
   *
   * @param part which, of what
   * @param writing the model, and the ids of images
   * @param computed what the images were computed with
   * @param outcomes of those that belong to the shard
   */
  static void write(
      Path file, Part part, Writing writing, Set<Numerics> computed, Outcomes outcomes)
      throws IOException {
    AtomicFile.write(
        file,
        out -> {
          List<String> names = part.names();
          out.write(JsonLines.line(head(part, writing.about(), computed)));
          for (int i = 0; i < names.size(); i++) {
            if (part.shard().holds(names.get(i))) {
              JsonObject entry = outcomes.of(names.get(i)).json();
              entry.addProperty("index", i);
              CocoId id = writing.ids().get(names.get(i));
              if (id != null) {
                entry.add("id", id.toJson());
              }
              out.write(JsonLines.line(entry));
            }
          }
        });
  }

  private static JsonObject head(Part part, ModelInfo about, Set<Numerics> computed) {
    List<String> names = part.names();
    JsonObject head = new JsonObject();
    head.addProperty(Json.SCHEMA_VERSION, SCHEMA);
    head.addProperty("shard", part.shard().toString());
    head.addProperty("inputs", names.size());
    head.addProperty("order", Checksum.sha256(names));
    head.addProperty("names", Checksum.sha256(names.stream().sorted(Inputs.CODE_POINTS).toList()));
    head.addProperty("entries", names.stream().filter(part.shard()::holds).count());
    head.addProperty("numbered", part.numbered());
    head.add("settings", part.settings());
    JsonArray numerics = new JsonArray();
    computed.forEach(of -> numerics.add(of.json()));
    head.add("computed", numerics);
    head.add("model", about.model());
    JsonArray joints = new JsonArray();
    about.joints().forEach(joints::add);
    head.add("joints", joints);
    head.add("flip_pairs", array(about.skeleton().flipPairs()));
    head.add("skeleton", array(about.skeleton().edges()));
    return head;
  }

  private Head head(Line line) throws IOException {
    try {
      JsonObject object = lines.read(line);
      if (object.get(Json.SCHEMA_VERSION).getAsInt() != SCHEMA) {
        throw new IllegalArgumentException("another version");
      }
      List<Numerics> computed = new ArrayList<>();
      for (JsonElement numerics : object.getAsJsonArray("computed")) {
        computed.add(Numerics.of(numerics.getAsJsonObject()));
      }
      List<String> joints = new ArrayList<>();
      object.getAsJsonArray("joints").forEach(joint -> joints.add(joint.getAsString()));
      Skeleton skeleton =
          new Skeleton(
              joints,
              pairs(object.getAsJsonArray("flip_pairs")),
              pairs(object.getAsJsonArray("skeleton")));
      return new Head(
          Shard.parse(object.get("shard").getAsString()),
          object.get("inputs").getAsInt(),
          object.get("order").getAsString(),
          object.get("names").getAsString(),
          object.get("entries").getAsInt(),
          object.get("numbered").getAsBoolean(),
          object.getAsJsonObject("settings"),
          computed,
          new ModelInfo(object.getAsJsonObject("model"), skeleton));
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  private static JsonArray array(List<Pair> pairs) {
    JsonArray array = new JsonArray();
    for (Pair pair : pairs) {
      JsonArray two = new JsonArray();
      two.add(pair.a());
      two.add(pair.b());
      array.add(two);
    }
    return array;
  }

  private static List<Pair> pairs(JsonArray array) {
    List<Pair> pairs = new ArrayList<>();
    for (JsonElement pair : array) {
      JsonArray two = pair.getAsJsonArray();
      pairs.add(new Pair(two.get(0).getAsInt(), two.get(1).getAsInt()));
    }
    return pairs;
  }

  private BadInputException damaged(RuntimeException why) {
    return new BadInputException(
        file
            + ": damaged, or not what this version's 'sadi predict --shard' writes beside its"
            + " predictions; copy it again, or make the part again",
        why);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
