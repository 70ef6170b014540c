package io.sadi.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.io.Json;
import java.util.List;
import java.util.Locale;

/**
 * The parameters, computation and memory of a network, counted while one image passes through.
 *
 * @param input side of the network's input in pixels
 * @param maps side of its maps
 * @param joints K; 0 of a detector
 * @param parameters learned values, including the flow's
 * @param layers convolutions and linear layers, in the order they run
 */
public record NetworkCost(
    int input, int maps, int joints, long parameters, List<LayerCost> layers) {
  /** Weights, gradients, two moments and the average, in float32. */
  private static final int TRAINING_COPIES = 5;

  /** Measures a network; loads LibTorch. */
  public static NetworkCost of(ModelConfig model, int joints) {
    long parameters = SadiNet.describe(model, joints).parameters().count();
    return new NetworkCost(
        model.input(), model.heatmap(), joints, parameters, SadiNet.costs(model, joints));
  }

  /** Measures a detector; loads LibTorch. */
  public static NetworkCost of(DetectorConfig model) {
    long parameters = DetectorNet.describe(model).parameters().count();
    return new NetworkCost(model.input(), model.cells(), 0, parameters, DetectorNet.costs(model));
  }

  /** Multiply-accumulates of one image. */
  public long macs() {
    return layers.stream().mapToLong(LayerCost::macs).sum();
  }

  /** Bytes of all layers' float32 outputs for one image: about what a backward pass keeps. */
  long activationBytes() {
    return layers.stream().mapToLong(l -> l.channels() * l.height() * l.width() * 4).sum();
  }

  /** Bytes of the weights in float32. */
  long weightBytes() {
    return parameters * Float.BYTES;
  }

  /** Bytes that training holds beside the activations. */
  long trainingBytes() {
    return TRAINING_COPIES * weightBytes();
  }

  /** Layers, one a line, then the sums. */
  public String table() {
    StringBuilder text = new StringBuilder();
    String row = "%-44s %-14s %16s %12s %12s%n";
    text.append(String.format(Locale.ROOT, row, "layer", "kind", "output", "parameters", "MMAC"));
    for (LayerCost layer : layers) {
      text.append(
          String.format(
              Locale.ROOT,
              row,
              layer.name(),
              layer.kind(),
              layer.channels() + "x" + layer.height() + "x" + layer.width(),
              String.format(Locale.ROOT, "%,d", layer.parameters()),
              String.format(Locale.ROOT, "%,.2f", layer.macs() / 1e6)));
    }
    text.append(summary());
    return text.toString();
  }

  /** The sums alone. */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "input %d px, heatmaps %d px, %s, %d layers%n"
            + "parameters   %.2f M (%.1f MB in float32)%n"
            + "computation  %.2f GMAC an image%n"
            + "memory       training: %.0f MB + about %.0f MB an image of the batch%n",
        input,
        maps,
        joints == 0 ? "people's boxes" : joints + " joints",
        layers.size(),
        parameters / 1e6,
        weightBytes() / 1e6,
        macs() / 1e9,
        trainingBytes() / 1e6,
        activationBytes() / 1e6);
  }

  /** The same for programs. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("task", joints == 0 ? "detect" : "pose");
    json.addProperty("input", input);
    json.addProperty("heatmap", maps);
    if (joints > 0) {
      json.addProperty("joints", joints);
    }
    json.addProperty("parameters", parameters);
    json.addProperty("macs", macs());
    json.addProperty("weight_bytes", weightBytes());
    json.addProperty("training_bytes", trainingBytes());
    json.addProperty("activation_bytes_per_image", activationBytes());
    JsonArray array = new JsonArray();
    for (LayerCost layer : layers) {
      JsonObject object = new JsonObject();
      object.addProperty("name", layer.name());
      object.addProperty("kind", layer.kind());
      object.addProperty("channels", layer.channels());
      object.addProperty("height", layer.height());
      object.addProperty("width", layer.width());
      object.addProperty("parameters", layer.parameters());
      object.addProperty("macs", layer.macs());
      array.add(object);
    }
    json.add("layers", array);
    return json;
  }
}
