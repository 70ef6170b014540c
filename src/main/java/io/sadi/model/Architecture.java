package io.sadi.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sadi.geom.PixelConvention;
import io.sadi.io.BadInputException;
import io.sadi.model.ModelConfig.Combine;
import io.sadi.model.ModelConfig.Dlm;
import io.sadi.model.ModelConfig.GlobalAttention;
import io.sadi.model.ModelConfig.LocalAttention;
import io.sadi.model.ModelConfig.Rfm;
import io.sadi.model.ModelConfig.Sfm;
import io.sadi.model.ModelConfig.Standardize;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes of a network, as in a checkpoint's {@code architecture}, for other programs: JSON with
 * {@code joints, stem, channels, blocks, features, stacks, rfm, sfm, sfm_width}. The switches of
 * ablations are in the checkpoint's config.
 *
 * @param joints K
 * @param model with the default switches, and the input size given
 */
public record Architecture(int joints, ModelConfig model) {

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

  /**
   * Reads an architecture written by any program.
   *
   * @param input side of the input, which is not a part of the architecture
   * @param origin the file, for messages
   */
  public static Architecture fromJson(String text, int input, Object origin) {
    try {
      JsonObject json = JsonParser.parseString(text).getAsJsonObject();
      boolean sfm = json.get("sfm").getAsBoolean();
      // A network without SFM may leave its sizes out.
      JsonObject width = json.has("sfm_width") ? json.getAsJsonObject("sfm_width") : null;
      ModelConfig model =
          new ModelConfig(
              input,
              PixelConvention.CENTER,
              json.get("stacks").getAsInt(),
              json.get("stem").getAsInt(),
              integers(json.get("channels")),
              integers(json.get("blocks")),
              json.get("features").getAsInt(),
              0,
              new Rfm(json.get("rfm").getAsBoolean(), true, 2, true),
              new Sfm(
                  sfm,
                  width == null ? List.of(64, 128, 256, 512) : integers(width.get("width")),
                  width == null ? 256 : width.get("attention").getAsInt(),
                  width == null ? List.of(32, 64, 128, 256) : integers(width.get("planes")),
                  width == null ? 2048 : width.get("final").getAsInt(),
                  GlobalAttention.SOFTMAX,
                  LocalAttention.COLUMN,
                  true),
              new Dlm(true, Standardize.MOMENTS, Combine.MIXTURE, 257, 97));
      return new Architecture(json.get("joints").getAsInt(), model);
    } catch (JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | ClassCastException
        | NullPointerException
        | NumberFormatException e) {
      throw new BadInputException(
          origin
              + ": metadata 'architecture': found '"
              + text
              + "', expected JSON with joints, stem, channels, blocks, features, stacks, rfm, sfm",
          e);
    }
  }

  private static JsonArray array(List<Integer> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  private static List<Integer> integers(JsonElement element) {
    List<Integer> values = new ArrayList<>();
    for (JsonElement value : element.getAsJsonArray()) {
      values.add(value.getAsInt());
    }
    return values;
  }
}
