package io.sadi.export;

import static io.sadi.export.OnnxGraph.attribute;
import static io.sadi.export.OnnxGraph.integers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.sadi.model.Conv;
import io.sadi.model.ConvBn;
import io.sadi.model.Operations;
import io.sadi.model.Parameter;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a network computes instead of computing it: each operation becomes one or a few
 * nodes of a graph (opset {@value Onnx#OPSET}), all in float32, with batch norms folded into their
 * convolutions.
 */
class OnnxOperations implements Operations<OnnxValue> {
  private final OnnxGraph graph;

  OnnxOperations(OnnxGraph graph) {
    this.graph = graph;
  }

  @Override
  public OnnxValue input(OnnxValue image) {
    return image;
  }

  @Override
  public OnnxValue conv(OnnxValue x, Conv layer) {
    Parameter bias = layer.bias();
    return conv(x, layer, floats(layer.weight()), bias == null ? new float[0] : floats(bias));
  }

  @Override
  public OnnxValue conv(OnnxValue x, ConvBn layer) {
    try (PointerScope scope = new PointerScope()) {
      ConvBn.Folded folded = layer.folded();
      float[] weight = Tensors.floats(folded.weight());
      OnnxValue y = conv(x, layer.conv(), weight, Tensors.floats(folded.bias()));
      return layer.relu() ? relu(y) : y;
    }
  }

  private OnnxValue conv(OnnxValue x, Conv layer, float[] weight, float[] bias) {
    String weights = graph.floats(layer.path() + ".weight", weight, layer.weight().shape());
    return conv(
        x,
        layer,
        bias.length == 0
            ? List.of(weights)
            : List.of(weights, graph.floats(layer.path() + ".bias", bias, bias.length)));
  }

  /**
   * A convolution.
   *
   * @param constants the names of its weights, and of its bias if it has one
   */
  final OnnxValue conv(OnnxValue x, Conv layer, List<String> constants) {
    List<String> inputs = new ArrayList<>();
    inputs.add(x.name());
    inputs.addAll(constants);
    long padding = layer.padding();
    String y =
        graph.node(
            "Conv",
            inputs,
            square("kernel_shape", layer.kernel()),
            square("strides", layer.stride()),
            square("dilations", layer.dilation()),
            integers("pads", padding, padding, padding, padding));
    long[] size = {layer.weight().shape()[0], x.size(2), x.size(3)};
    return OnnxValue.of(y, size[0], shrunk(size[1], layer), shrunk(size[2], layer));
  }

  private static long shrunk(long length, Conv layer) {
    return (length - 1) / layer.stride() + 1;
  }

  @Override
  public OnnxValue addConv(OnnxValue sum, OnnxValue x, ConvBn layer) {
    return add(sum, conv(x, layer));
  }

  @Override
  public OnnxValue linear(OnnxValue x, Conv layer) {
    return product(x, layer.weight(), layer.bias());
  }

  @Override
  public OnnxValue linear(OnnxValue x, Parameter weight, Parameter bias) {
    return product(x, weight, bias);
  }

  private OnnxValue product(OnnxValue x, Parameter weight, @Nullable Parameter bias) {
    long out = weight.shape()[0];
    List<String> inputs = new ArrayList<>();
    inputs.add(x.name());
    inputs.add(graph.floats(weight.name(), floats(weight), out, weight.count() / out));
    if (bias != null) {
      inputs.add(graph.floats(bias.name(), floats(bias), out));
    }
    return OnnxValue.of(graph.node("Gemm", inputs, attribute("transB", 1)), out);
  }

  @Override
  public OnnxValue relu(OnnxValue x) {
    return same("Relu", x);
  }

  @Override
  public OnnxValue sigmoid(OnnxValue x) {
    return same("Sigmoid", x);
  }

  @Override
  public OnnxValue softmax(OnnxValue x, int axis) {
    return same("Softmax", x, attribute("axis", axis));
  }

  @Override
  public OnnxValue add(OnnxValue a, OnnxValue b) {
    return new OnnxValue(graph.node("Add", List.of(a.name(), b.name())), a.shape());
  }

  @Override
  public OnnxValue multiply(OnnxValue a, OnnxValue b) {
    return new OnnxValue(graph.node("Mul", List.of(a.name(), b.name())), a.shape());
  }

  @Override
  public OnnxValue multiply(OnnxValue x, double factor) {
    return new OnnxValue(graph.node("Mul", List.of(x.name(), graph.number(factor))), x.shape());
  }

  @Override
  public OnnxValue multiplyAdd(OnnxValue a, OnnxValue b, OnnxValue c) {
    return add(multiply(a, b), c);
  }

  @Override
  public OnnxValue atLeast(OnnxValue x, double least) {
    return new OnnxValue(graph.node("Clip", List.of(x.name(), graph.number(least))), x.shape());
  }

  @Override
  public OnnxValue pool(OnnxValue x) {
    String mean = graph.node("GlobalAveragePool", List.of(x.name()));
    return OnnxValue.of(graph.node("Flatten", List.of(mean), attribute("axis", 1)), x.size(1));
  }

  @Override
  public OnnxValue averagePool(OnnxValue x, int factor) {
    String y =
        graph.node(
            "AveragePool",
            List.of(x.name()),
            square("kernel_shape", factor),
            square("strides", factor));
    return OnnxValue.of(y, x.size(1), x.size(2) / factor, x.size(3) / factor);
  }

  @Override
  public OnnxValue upsampleNearest(OnnxValue x) {
    return resize(
        x,
        2,
        attribute("mode", "nearest"),
        attribute("coordinate_transformation_mode", "asymmetric"),
        attribute("nearest_mode", "floor"));
  }

  @Override
  public OnnxValue upsampleBilinear(OnnxValue x, int factor) {
    return resize(
        x,
        factor,
        attribute("mode", "linear"),
        attribute("coordinate_transformation_mode", "half_pixel"));
  }

  private OnnxValue resize(OnnxValue x, int factor, AttributeProto... attributes) {
    String scales = graph.scales(1, 1, factor, factor);
    String y = graph.node("Resize", List.of(x.name(), "", scales), attributes);
    return OnnxValue.of(y, x.size(1), factor * x.size(2), factor * x.size(3));
  }

  @Override
  public OnnxValue concat(List<OnnxValue> parts) {
    List<String> names = parts.stream().map(OnnxValue::name).toList();
    long channels = parts.stream().mapToLong(part -> part.size(1)).sum();
    String y = graph.node("Concat", names, attribute("axis", 1));
    return new OnnxValue(y, parts.get(0).with(1, channels).shape());
  }

  @Override
  public OnnxValue narrow(OnnxValue x, int axis, int start, int length) {
    List<String> inputs =
        List.of(x.name(), graph.list(start), graph.list((long) start + length), graph.list(axis));
    return new OnnxValue(graph.node("Slice", inputs), x.with(axis, length).shape());
  }

  @Override
  public OnnxValue reshape(OnnxValue x, long... shape) {
    long[] whole = new long[shape.length + 1]; // 0: as it is
    System.arraycopy(shape, 0, whole, 1, shape.length);
    List<String> inputs = List.of(x.name(), graph.list(whole));
    return OnnxValue.of(graph.node("Reshape", inputs), shape);
  }

  @Override
  public long size(OnnxValue x, int axis) {
    return x.size(axis);
  }

  /** All of it is float32. */
  @Override
  public OnnxValue inFloat32(OnnxValue x, UnaryOperator<OnnxValue> f) {
    return f.apply(x);
  }

  @Override
  public OnnxValue like(OnnxValue x, OnnxValue other) {
    return x;
  }

  /** The same for both directions. */
  private static AttributeProto square(String name, long value) {
    return integers(name, value, value);
  }

  private OnnxValue same(String operator, OnnxValue x, AttributeProto... attributes) {
    return new OnnxValue(graph.node(operator, List.of(x.name()), attributes), x.shape());
  }

  private static float[] floats(Parameter parameter) {
    return Tensors.floats(parameter.tensor());
  }
}
