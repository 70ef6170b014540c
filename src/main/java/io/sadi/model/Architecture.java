package io.sadi.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * The sizes of a network, as in a checkpoint's {@code architecture}, for other programs: JSON with
 * {@code joints, stem, channels, blocks, features, stacks, rfm, sfm, sfm_width}. The input's side
 * and the switches of ablations are in the checkpoint's config.
 */
public final class Architecture {
  private Architecture() {}

  public static String toJson(ModelConfig model, int joints) {
    JsonObject json = new JsonObject();
    json.addProperty("joints", joints);
    json.addProperty("stem", model.stem());
    json.add("channels", array(model.channels()));
    json.add("blocks", array(model.blocks()));
    json.addProperty("features", model.features());
    json.addProperty("stacks", model.stacks());
    json.addProperty("rfm", model.rfm().enabled());
    json.addProperty("sfm", model.sfm().enabled());
    JsonObject width = new JsonObject();
    width.add("width", array(model.sfm().width()));
    width.addProperty("attention", model.sfm().attention());
    width.add("planes", array(model.sfm().planes()));
    width.addProperty("final", model.sfm().last());
    json.add("sfm_width", width);
    return json.toString();
  }

  private static JsonArray array(List<Integer> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }
}
