package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.Checksum;
import io.sadi.io.Shard;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.input.Inputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a shard is a part of: the last line of its file.
 *
 * @param shard which part
 * @param inputs how many there are in the whole job
 * @param order a checksum of their names in order
 * @param names a checksum of their names, whatever their order
 * @param entries how many of them are this part's
 * @param numbered whether the images' ids are their places
 * @param extra columns of CSV
 * @param otherIds of images that are none of the inputs, by name: ids that a file has given and
 *     nobody else may get
 * @param about the model
 */
record WholeJob(
    Shard shard,
    int inputs,
    String order,
    String names,
    int entries,
    boolean numbered,
    ExtraColumns extra,
    Map<String, CocoId> otherIds,
    ModelInfo about) {
  private static final String BOX_SCORE = "box_score";
  private static final String OTHER_IDS = "other_ids";

  /**
   * Of a part.
   *
   * @param names of all inputs of the whole job, in order
   * @param ids of all images that have one, by name
   */
  static WholeJob of(
      Shard shard,
      List<String> names,
      boolean numbered,
      ExtraColumns extra,
      Map<String, CocoId> ids,
      ModelInfo about) {
    Map<String, CocoId> others = new TreeMap<>(ids);
    names.forEach(others::remove);
    return new WholeJob(
        shard,
        names.size(),
        Checksum.sha256(names),
        Checksum.sha256(names.stream().sorted(Inputs.CODE_POINTS).toList()),
        (int) names.stream().filter(shard::holds).count(),
        numbered,
        extra,
        others,
        about);
  }

  JsonObject json() {
    JsonObject object = new JsonObject();
    object.addProperty("shard", shard.toString());
    object.addProperty("inputs", inputs);
    object.addProperty("order", order);
    object.addProperty("names", names);
    object.addProperty("entries", entries);
    object.addProperty("numbered", numbered);
    if (extra.boxScore()) {
      object.addProperty(BOX_SCORE, true);
    }
    if (!otherIds.isEmpty()) {
      JsonObject ids = new JsonObject();
      otherIds.forEach((name, id) -> ids.add(name, id.toJson()));
      object.add(OTHER_IDS, ids);
    }
    object.add("model", about.model());
    JsonArray joints = new JsonArray();
    about.joints().forEach(joints::add);
    object.add("joints", joints);
    object.add("flip_pairs", array(about.skeleton().flipPairs()));
    object.add("skeleton", array(about.skeleton().edges()));
    return object;
  }

  /**
   * Reads what {@link #json} gives.
   *
   * @throws RuntimeException where the object is none
   */
  static WholeJob of(JsonObject object) {
    List<String> joints = new ArrayList<>();
    object.getAsJsonArray("joints").forEach(joint -> joints.add(joint.getAsString()));
    Skeleton skeleton =
        new Skeleton(
            joints,
            pairs(object.getAsJsonArray("flip_pairs")),
            pairs(object.getAsJsonArray("skeleton")));
    return new WholeJob(
        Shard.parse(object.get("shard").getAsString()),
        object.get("inputs").getAsInt(),
        object.get("order").getAsString(),
        object.get("names").getAsString(),
        object.get("entries").getAsInt(),
        object.get("numbered").getAsBoolean(),
        new ExtraColumns(object.has(BOX_SCORE), false),
        ids(object.getAsJsonObject(OTHER_IDS)),
        new ModelInfo(object.getAsJsonObject("model"), skeleton));
  }

  private static Map<String, CocoId> ids(@Nullable JsonObject object) {
    Map<String, CocoId> ids = new TreeMap<>();
    if (object != null) {
      for (String name : object.keySet()) {
        ids.put(name, Objects.requireNonNull(CocoId.of(object.get(name))));
      }
    }
    return ids;
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
}
