package io.sadi.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.data.Skeleton;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Version;
import io.sadi.model.HeatmapRenderer;
import io.sadi.model.ModelConfig;
import io.sadi.model.Quantization;
import io.sadi.model.SadiNet;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A trained network as an ONNX model for other programs: {@code image} in, {@code h1} out, and with
 * an SFM also {@code mu}, {@code sigma} and {@code h2}; any number of images at a time. What
 * reading joints from these takes is in the model's metadata.
 *
 * @param checkpoint the network
 * @param file that it was read from, for messages
 * @param quantization what of it is in eight bits
 */
public record Onnx(Checkpoint checkpoint, Path file, Quantization quantization) {
  /** In float32. */
  public Onnx(Checkpoint checkpoint, Path file) {
    this(checkpoint, file, Quantization.NONE);
  }

  /** Of ONNX's operators: old enough for the runtimes in use, new enough to sample a lattice. */
  static final int OPSET = 17;

  /** Of the file format: the one that came with the opset. */
  private static final int IR_VERSION = 8;

  /** A protobuf message ends below 2 GiB; all but the weights is small. */
  private static final long MOST_BYTES = Integer.MAX_VALUE - (16L << 20);

  /** The model's inputs and outputs by name, each with its shape but for the batch. */
  private record Ends(Map<String, List<Long>> inputs, Map<String, List<Long>> outputs) {}

  /**
   * Checks that the network can be exported.
   *
   * @throws BadInputException if it is too large for the format
   */
  public void check() {
    long bytes =
        Float.BYTES
            * SadiNet.describe(checkpoint.model(), checkpoint.skeleton().size())
                .parameters()
                .count();
    if (bytes > MOST_BYTES) {
      throw BadInputException.at(
          file,
          (bytes >> 20) + " MiB of weights",
          "at most 2 GiB, which is all that ONNX holds",
          "");
    }
  }

  /** What would be written, for {@code --dry-run}. */
  public String describe(Path out) {
    return String.format(
        Locale.ROOT,
        "would write %s: opset %d, image [batch, 3, %d, %d] to %s",
        out,
        OPSET,
        checkpoint.model().input(),
        checkpoint.model().input(),
        String.join(", ", ends().outputs().keySet()));
  }

  /**
   * Writes the model, whole or not at all.
   *
   * @throws BadInputException if the tensors are not those of the checkpoint's config
   */
  public void write(Path out) throws IOException {
    ModelProto model = model();
    AtomicFile.write(out, model::writeTo);
  }

  /** What was written, for programs. */
  public JsonObject json(Path out) throws IOException {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("file", out.toString());
    json.addProperty("bytes", Files.size(out));
    json.addProperty("opset", OPSET);
    json.add("inputs", json(ends().inputs()));
    json.add("outputs", json(ends().outputs()));
    return json;
  }

  private static JsonArray json(Map<String, List<Long>> ends) {
    JsonArray array = new JsonArray();
    ends.forEach(
        (name, lengths) -> {
          JsonObject end = new JsonObject();
          end.addProperty("name", name);
          JsonArray shape = new JsonArray();
          shape.add("batch");
          lengths.forEach(shape::add);
          end.add("shape", shape);
          array.add(end);
        });
    return array;
  }

  private Ends ends() {
    long input = checkpoint.model().input();
    long map = checkpoint.model().heatmap();
    long joints = checkpoint.skeleton().size();
    Map<String, List<Long>> outputs = new LinkedHashMap<>();
    outputs.put("h1", List.of(joints, map, map));
    if (checkpoint.model().sfm().enabled()) {
      outputs.put("h2", List.of(joints, map, map));
      outputs.put("mu", List.of(joints, 2L));
      outputs.put("sigma", List.of(joints, 2L));
    }
    return new Ends(Map.of("image", List.of(3L, input, input)), outputs);
  }

  private ModelProto model() {
    try (SadiNet net = checkpoint.network(ComputeDevice.CPU, file)) {
      OnnxGraph graph = new OnnxGraph("sadi");
      int input = checkpoint.model().input();
      OnnxValue image =
          graph.input(
              "image",
              "crops: red, green, blue of 0 to 255, less metadata 'mean', divided by metadata"
                  + " 'deviation'",
              3,
              input,
              input);
      OnnxOperations operations =
          quantization.layers().isEmpty()
              ? new OnnxOperations(graph)
              : new QuantizedOnnxOperations(graph, quantization);
      Output<OnnxValue> output = net.readable(operations, net.forward(operations, image));
      graph.output("h1", "the first heatmap of every joint: peaks about 1", output.h1());
      Map<String, String> metadata = metadata();
      OnnxValue mu = output.mu();
      OnnxValue sigma = output.sigma();
      if (mu != null && sigma != null) {
        HeatmapRenderer renderer = net.renderer();
        graph.output(
            "h2",
            "the second heatmap of every joint, drawn from mu and sigma: its peak is 1",
            rendered(graph, mu, sigma, renderer));
        String unit = " (x, y), 1 is the side of the crop";
        graph.output("mu", "where each joint is," + unit + ", 0 its centre", mu);
        graph.output("sigma", "the deviation of that," + unit + ", at least 0.001", sigma);
        metadata.put("h2_mode", renderer.mode()[0] + "," + renderer.mode()[1]);
      }
      ModelProto.Builder model =
          ModelProto.newBuilder()
              .setIrVersion(IR_VERSION)
              .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
              .setProducerName("sadi")
              .setProducerVersion(Version.sadi())
              .setDocString("SADI-Net: joints of the person in a crop; see sadi-formats(5)")
              .setGraph(graph.build());
      metadata.forEach(
          (key, value) ->
              model.addMetadataProps(
                  StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
      return model.build();
    }
  }

  /** As {@link HeatmapRenderer#render} draws it: P on its lattice, sampled bilinearly. */
  private OnnxValue rendered(
      OnnxGraph graph, OnnxValue mu, OnnxValue sigma, HeatmapRenderer renderer) {
    int size = checkpoint.model().heatmap();
    long joints = checkpoint.skeleton().size();
    String floor = graph.number(0.5 / size);
    String[] spread = new String[2];
    List<String> ends = List.of(mu.name(), graph.node("Clip", List.of(sigma.name(), floor)));
    for (int i = 0; i < 2; i++) {
      List<String> inputs = List.of(ends.get(i), graph.list(0, joints, 1, 1, 2));
      spread[i] = graph.node("Reshape", inputs);
    }
    float[] places = HeatmapRenderer.pixels(size);
    for (int i = 0; i < places.length; i++) {
      places[i] -= (float) (checkpoint.model().pixels().offset() / size);
    }
    String pixels = graph.floats("pixels", places, 1, 1, size, size, 2);
    String u = graph.node("Sub", List.of(pixels, spread[0]));
    u = graph.node("Div", List.of(u, spread[1]));
    u = graph.node("Div", List.of(u, graph.number(HeatmapRenderer.EXTENT)));
    String grid = graph.node("Reshape", List.of(u, graph.list(1, -1, size, 2)));
    long nodes = renderer.nodes();
    String lattice = graph.floats("lattice", renderer.lattice(), 1, 1, nodes, nodes);
    String maps =
        graph.node("GridSample", List.of(lattice, grid), OnnxGraph.attribute("align_corners", 1));
    List<String> inputs = List.of(maps, graph.list(-1, joints, size, size));
    return OnnxValue.of(graph.node("Reshape", inputs), joints, size, size);
  }

  private Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("sadi", Version.sadi());
    metadata.put("mean", text(SadiNet.mean()));
    metadata.put("deviation", text(SadiNet.deviation()));
    metadata.put("stride", String.valueOf(ModelConfig.STRIDE));
    metadata.put(Checkpoint.PIXELS, Config.name(checkpoint.model().pixels()));
    JsonArray joints = new JsonArray();
    checkpoint.skeleton().joints().forEach(joints::add);
    metadata.put("joints", Json.compact(joints));
    metadata.put("flip_pairs", Json.compact(Skeleton.json(checkpoint.skeleton().flipPairs())));
    metadata.put("skeleton", Json.compact(Skeleton.json(checkpoint.skeleton().edges())));
    metadata.put("metric", checkpoint.metric().label());
    metadata.put("epoch", String.valueOf(checkpoint.epoch()));
    if (checkpoint.model().sfm().enabled()) {
      metadata.put("fusion_weight", String.valueOf(checkpoint.fusionWeight()));
      List<Double> temperatures = checkpoint.temperatures().get(Decode.FUSED);
      if (temperatures != null) {
        JsonArray factors = new JsonArray();
        temperatures.forEach(factors::add);
        metadata.put("sigma_temperatures", Json.compact(factors));
      }
    }
    metadata.put("config", checkpoint.config());
    if (!checkpoint.card().isEmpty()) {
      metadata.put("card", checkpoint.card());
    }
    return metadata;
  }

  private static String text(float[] values) {
    List<String> texts = new ArrayList<>();
    for (float value : values) {
      texts.add(String.valueOf(value));
    }
    return String.join(",", texts);
  }
}
