package io.sadi.export;

import io.sadi.model.Conv;
import io.sadi.model.ConvBn;
import io.sadi.model.Parameter;
import io.sadi.model.Quantization;
import io.sadi.torch.QuantizedConvolution;
import io.sadi.torch.Tensors;
import io.sadi.torch.Uint8Range;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Writes down a quantised network: pairs of QuantizeLinear and DequantizeLinear where a map has
 * eight bits, weights as int8 with a scale an output channel, biases as int32. Other programs make
 * integer arithmetic of that.
 */
final class QuantizedOnnxOperations extends OnnxOperations {
  private final OnnxGraph graph;
  private final Quantization quantization;

  /** The ranges of the values that have eight bits, by name. */
  private final Map<String, Uint8Range> ranges = new HashMap<>();

  QuantizedOnnxOperations(OnnxGraph graph, Quantization quantization) {
    super(graph);
    this.graph = graph;
    this.quantization = quantization;
  }

  /** A layer's weights in float32. */
  private record Floats(Tensor weight, @Nullable Tensor bias) {}

  @Override
  public OnnxValue conv(OnnxValue x, Conv layer) {
    OnnxValue in = input(x, layer);
    Uint8Range range = range(in, layer);
    if (range == null) {
      return rounded(layer.path(), super.conv(x, layer));
    }
    try (PointerScope scope = new PointerScope()) {
      Parameter bias = layer.bias();
      Floats floats = new Floats(layer.weight().tensor(), bias == null ? null : bias.tensor());
      return rounded(layer.path(), conv(in, layer, constants(layer, floats, range)));
    }
  }

  @Override
  public OnnxValue conv(OnnxValue x, ConvBn layer) {
    return rounded(layer.conv().path(), unrounded(x, layer));
  }

  private OnnxValue unrounded(OnnxValue x, ConvBn layer) {
    Conv conv = layer.conv();
    OnnxValue in = input(x, conv);
    Uint8Range range = range(in, conv);
    if (range == null) {
      return super.conv(x, layer);
    }
    try (PointerScope scope = new PointerScope()) {
      ConvBn.Folded folded = layer.folded();
      Floats floats = new Floats(folded.weight(), folded.bias());
      OnnxValue y = conv(in, conv, constants(conv, floats, range));
      return layer.relu() ? relu(y) : y;
    }
  }

  @Override
  public OnnxValue addConv(OnnxValue sum, OnnxValue x, ConvBn layer) {
    return rounded(layer.conv().path(), added(sum, x, layer));
  }

  @Override
  public OnnxValue addConvRelu(OnnxValue sum, OnnxValue x, ConvBn layer) {
    return rounded(layer.conv().path(), relu(added(sum, x, layer)));
  }

  /** Both of them rounded: other programs have no convolution that adds. */
  private OnnxValue added(OnnxValue sum, OnnxValue x, ConvBn layer) {
    return add(sum, rounded(Quantization.added(layer.conv()), unrounded(x, layer)));
  }

  @Override
  public OnnxValue add(String name, OnnxValue a, OnnxValue b) {
    return rounded(name, add(a, b));
  }

  @Override
  public OnnxValue addRelu(String name, OnnxValue a, OnnxValue b) {
    return rounded(name, relu(add(a, b)));
  }

  @Override
  public OnnxValue multiplyAddRelu(String name, OnnxValue a, OnnxValue b, OnnxValue c) {
    Uint8Range scaled = quantization.map(Quantization.scaled(name));
    if (quantization.map(name) == null
        || scaled == null
        || !ranges.containsKey(a.name())
        || !ranges.containsKey(c.name())) {
      return rounded(name, relu(multiplyAdd(a, b, c)));
    }
    OnnxValue product = multiply(a, rounded(b, Uint8Range.UNIT));
    return rounded(name, relu(add(rounded(product, scaled), c)));
  }

  @Override
  public OnnxValue upsampleNearest(OnnxValue x) {
    OnnxValue larger = super.upsampleNearest(x);
    Uint8Range range = ranges.get(x.name());
    return range == null ? larger : rounded(larger, range);
  }

  /** A layer's input in eight bits; as it is where the layer is computed in float32. */
  private OnnxValue input(OnnxValue x, Conv layer) {
    Uint8Range range = quantization.map(Quantization.input(layer));
    return !quantization.computes(layer) || ranges.containsKey(x.name()) || range == null
        ? x
        : rounded(x, range);
  }

  /** The range of a layer's input, where the layer is computed in int8. */
  private @Nullable Uint8Range range(OnnxValue in, Conv layer) {
    Uint8Range range = ranges.get(in.name());
    return quantization.computes(layer) && range != null && range.zeroPoint() == 0 ? range : null;
  }

  private OnnxValue rounded(String name, OnnxValue y) {
    Uint8Range range = quantization.map(name);
    return range == null ? y : rounded(y, range);
  }

  /** The nearest code and back. */
  private OnnxValue rounded(OnnxValue y, Uint8Range range) {
    String scale = graph.number(range.scale());
    String zero = graph.code(range.zeroPoint());
    String codes = graph.node("QuantizeLinear", List.of(y.name(), scale, zero));
    String real = graph.node("DequantizeLinear", List.of(codes, scale, zero));
    ranges.put(real, range);
    return new OnnxValue(real, y.shape());
  }

  private List<String> constants(Conv layer, Floats floats, Uint8Range input) {
    String path = layer.path();
    Tensor scales = QuantizedConvolution.scales(floats.weight);
    float[] codes =
        Tensors.floats(QuantizedConvolution.codes(floats.weight, scales).to(ScalarType.Float));
    byte[] bytes = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      bytes[i] = (byte) codes[i];
    }
    float[] steps = Tensors.floats(scales);
    String weights =
        graph.node(
            "DequantizeLinear",
            List.of(
                graph.bytes(path + ".weight", bytes, layer.weight().shape()),
                graph.floats(path + ".weight.scale", steps, steps.length)),
            OnnxGraph.attribute("axis", 0));
    if (floats.bias == null) {
      return List.of(weights);
    }
    float[] bias = Tensors.floats(floats.bias);
    int[] whole = new int[bias.length];
    for (int i = 0; i < bias.length; i++) {
      steps[i] = (float) (steps[i] * input.scale());
      whole[i] = (int) Math.rint(bias[i] / (double) steps[i]);
    }
    return List.of(
        weights,
        graph.node(
            "DequantizeLinear",
            List.of(
                graph.integers(path + ".bias", whole, whole.length),
                graph.floats(path + ".bias.scale", steps, steps.length)),
            OnnxGraph.attribute("axis", 0)));
  }
}
