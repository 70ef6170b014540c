package io.sadi.predict;

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
import io.sadi.predict.JsonLines.Line;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a part of a job has found, beside its predictions in {@code NAME.shard}: exact, with the
 * place of every image in the whole job, the images in which nobody was found, and what could not
 * be used; none of which CSV or COCO has a place for. {@link Merge} reads it.
 *
 * <p>A line that says what it is a part of, then one for every image.
 */
final class ShardFile implements Closeable {

  /**
   * What a part belongs to.
   *
   * @param shard which part
   * @param inputs how many there are in the whole job
   * @param order a checksum of their names in order
   * @param names a checksum of their names, whatever their order
   * @param entries lines that follow
   * @param settings that what is found depends on, apart from the shard
   * @param about the model
   */
  record Head(
      Shard shard,
      int inputs,
      String order,
      String names,
      int entries,
      JsonObject settings,
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
    ImageOutcome of(String image) throws IOException;
  }

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
    this.head = head(lines.read(line));
    for (Line next = lines.line(line.end()); next != null; next = lines.line(next.end())) {
      entries.add(next);
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
  static Path of(Path predictions) {
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
    JsonObject object = lines.read(entries.get(i));
    try {
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
   * @param names of all inputs of the job, in order
   * @param ids of images, for COCO
   * @param settings that what is found depends on
   * @param outcomes of those that belong to the shard
   */
  static void write(
      Path file,
      Shard shard,
      List<String> names,
      Map<String, CocoId> ids,
      JsonObject settings,
      ModelInfo about,
      Outcomes outcomes)
      throws IOException {
    AtomicFile.write(
        file,
        out -> {
          List<String> ours = names.stream().filter(shard::holds).toList();
          out.write(line(head(shard, names, ours.size(), settings, about)));
          for (int i = 0; i < names.size(); i++) {
            if (shard.holds(names.get(i))) {
              JsonObject entry = outcomes.of(names.get(i)).json();
              entry.addProperty("index", i);
              CocoId id = ids.get(names.get(i));
              if (id != null) {
                entry.add("id", id.toJson());
              }
              out.write(line(entry));
            }
          }
        });
  }

  private static byte[] line(JsonObject object) {
    return (Json.compact(object) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject head(
      Shard shard, List<String> names, int entries, JsonObject settings, ModelInfo about) {
    JsonObject head = new JsonObject();
    head.addProperty(Json.SCHEMA_VERSION, 1);
    head.addProperty("shard", shard.toString());
    head.addProperty("inputs", names.size());
    head.addProperty("order", Checksum.sha256(names));
    head.addProperty("names", Checksum.sha256(names.stream().sorted(Inputs.CODE_POINTS).toList()));
    head.addProperty("entries", entries);
    head.add("settings", settings);
    head.add("model", about.model());
    JsonArray joints = new JsonArray();
    about.joints().forEach(joints::add);
    head.add("joints", joints);
    head.add("flip_pairs", array(about.skeleton().flipPairs()));
    head.add("skeleton", array(about.skeleton().edges()));
    return head;
  }

  private Head head(JsonObject object) {
    try {
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
          object.getAsJsonObject("settings"),
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
        file + ": damaged, or not what 'sadi predict --shard' writes beside its predictions", why);
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
