package io.sadi.predict.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.data.Skeleton;
import io.sadi.io.Version;
import java.nio.file.Path;
import java.util.List;

/**
 * What a file of predictions says of their origin.
 *
 * @param model file, architecture in a word, and how its answers were read
 * @param skeleton the joints and what connects them
 */
public record ModelInfo(JsonObject model, Skeleton skeleton) {

  public static ModelInfo of(
      Checkpoint checkpoint, Path file, Decode decode, InferenceConfig config) {
    JsonObject model = new JsonObject();
    model.addProperty("file", String.valueOf(file.getFileName()));
    model.addProperty("epoch", checkpoint.epoch());
    if (checkpoint.trainedOn() != null) {
      model.add("trained_on", checkpoint.trainedOn().json());
    }
    model.addProperty("input", checkpoint.model().input());
    model.addProperty("decode", decode.toString());
    if (decode == Decode.FUSED) {
      model.addProperty("fusion_weight", checkpoint.fusionWeight());
    }
    model.addProperty("flip", config.flip());
    if (!config.pyramid().equals(ImagePyramid.ONE)) {
      JsonArray scales = new JsonArray();
      config.scales().forEach(scales::add);
      model.add("scales", scales);
    }
    model.addProperty("refine", config.refine().toString());
    model.addProperty("sadi", Version.sadi());
    return new ModelInfo(model, checkpoint.skeleton());
  }

  public List<String> joints() {
    return skeleton.joints();
  }
}
