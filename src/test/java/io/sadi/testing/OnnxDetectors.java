package io.sadi.testing;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Detectors as small as they go, as ONNX files: outputs that are always the same, or spots. */
public final class OnnxDetectors {
  private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  private OnnxDetectors() {}

  /**
   * A tensor.
   *
   * @param type of {@link TensorProto.DataType}
   * @param shape -1 for what is open
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Tensor(String name, int type, long[] shape, float[] values) {
    /** An input. */
    public static Tensor of(String name, int type, long... shape) {
      return new Tensor(name, type, shape, new float[0]);
    }

    /** An output, float32. */
    public static Tensor of(String name, float[] values, long... shape) {
      return new Tensor(name, FLOAT, shape, values);
    }

    /** The same of whole numbers. */
    public Tensor whole() {
      return new Tensor(name, TensorProto.DataType.INT64_VALUE, shape, values);
    }

    private ValueInfoProto info() {
      TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
      for (long size : shape) {
        TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
        dimensions.addDim(size < 0 ? one.setDimParam("n" + name) : one.setDimValue(size));
      }
      return ValueInfoProto.newBuilder()
          .setName(name)
          .setType(
              TypeProto.newBuilder()
                  .setTensorType(
                      TypeProto.Tensor.newBuilder().setElemType(type).setShape(dimensions)))
          .build();
    }

    private TensorProto constant(String constant) {
      TensorProto.Builder tensor = TensorProto.newBuilder().setName(constant).setDataType(type);
      for (long size : shape) {
        tensor.addDims(size);
      }
      for (float value : values) {
        if (type == FLOAT) {
          tensor.addFloatData(value);
        } else {
          tensor.addInt64Data((long) value);
        }
      }
      return tensor.build();
    }
  }

  /** One that says the same of every photo. */
  public static Path write(
      Path file, List<Tensor> inputs, List<Tensor> outputs, Map<String, String> metadata)
      throws IOException {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("constant");
    inputs.forEach(input -> graph.addInput(input.info()));
    for (Tensor output : outputs) {
      graph.addInitializer(output.constant(output.name() + "_constant"));
      graph.addNode(node("Identity", output.name(), output.name() + "_constant"));
      graph.addOutput(output.info());
    }
    return save(file, graph, metadata);
  }

  /**
   * One that finds bright spots, in the layout of YOLOv8: cells of 8 pixels, whose score is the
   * largest value of any colour, a box of 16 pixels around each.
   *
   * @param side of the input
   */
  public static Path spots(Path file, int side) throws IOException {
    int cells = side / 8;
    int n = cells * cells;
    float[] boxes = new float[4 * n];
    for (int i = 0; i < n; i++) {
      boxes[i] = i % cells * 8 + 4;
      boxes[n + i] = i / cells * 8 + 4;
      boxes[2 * n + i] = 16;
      boxes[3 * n + i] = 16;
    }
    GraphProto.Builder graph = GraphProto.newBuilder().setName("spots");
    graph.addInput(Tensor.of("images", FLOAT, 1, 3, side, side).info());
    graph.addInitializer(Tensor.of("boxes", boxes, 1, 4, n).constant("boxes"));
    graph.addInitializer(
        new Tensor("shape", TensorProto.DataType.INT64_VALUE, new long[] {3}, new float[] {1, 1, n})
            .constant("shape"));
    graph.addNode(
        node("ReduceMax", "brightest", "images").toBuilder()
            .addAttribute(numbers("axes", 1))
            .addAttribute(number("keepdims", 1)));
    graph.addNode(
        node("MaxPool", "pooled", "brightest").toBuilder()
            .addAttribute(numbers("kernel_shape", 8, 8))
            .addAttribute(numbers("strides", 8, 8)));
    graph.addNode(node("Reshape", "scores", "pooled", "shape"));
    graph.addNode(
        node("Concat", "output0", "boxes", "scores").toBuilder().addAttribute(number("axis", 1)));
    graph.addOutput(Tensor.of("output0", FLOAT, 1, 5, n).info());
    return save(file, graph, Map.of("names", "{0: 'person'}", "task", "detect"));
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto numbers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static Path save(Path file, GraphProto.Builder graph, Map<String, String> metadata)
      throws IOException {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(graph);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return Files.write(file, model.build().toByteArray());
  }
}
