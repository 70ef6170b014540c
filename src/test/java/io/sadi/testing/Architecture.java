package io.sadi.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.geom.PixelConvention;
import io.sadi.model.ModelConfig;
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
 * The network that a file's {@code architecture} describes, as other programs write it.
 *
 * @param joints K
 * @param model with the default switches, and the input size given
 */
public record Architecture(int joints, ModelConfig model) {
  /**
   * Reads one.
   *
   * @param input side of the input, which is not a part of the architecture
   */
  public static Architecture fromJson(String text, int input) {
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
  }

  private static List<Integer> integers(JsonElement element) {
    List<Integer> values = new ArrayList<>();
    for (JsonElement value : element.getAsJsonArray()) {
      values.add(value.getAsInt());
    }
    return values;
  }
}
