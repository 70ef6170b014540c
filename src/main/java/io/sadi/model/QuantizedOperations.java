package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.FusedConvolution.Geometry;
import io.sadi.torch.QuantizedConvolution;
import io.sadi.torch.QuantizedConvolution.QuantizedKernel;
import io.sadi.torch.QuantizedMaps;
import io.sadi.torch.Uint8Range;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Operations for a network some of whose convolutions are computed in int8. A map that has a {@link
 * Uint8Range} is a quantised tensor from where it arises to where it is used: convolutions, sums
 * and the products with squeeze-and-excitation take such maps and give them. All else is computed
 * in floating point, as {@link InferenceOperations} does.
 */
final class QuantizedOperations extends InferenceOperations {
  private final Arithmetic arithmetic;
  private final ScalarType type;
  private final Quantization quantization;
  private final IdentityHashMap<Conv, QuantizedKernel> kept = new IdentityHashMap<>();

  /**
   * @param arithmetic how each layer is computed: in int8 where its way is {@link Way#INT8}
   * @param type of the maps that are not quantised
   */
  QuantizedOperations(
      ComputeDevice device, Arithmetic arithmetic, ScalarType type, Quantization quantization) {
    super(device, arithmetic, type);
    this.arithmetic = arithmetic;
    this.type = type;
    this.quantization = quantization;
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    Tensor q = input(x, layer);
    if (q == null) {
      return quantized(layer.path(), super.conv(real(x), layer));
    }
    Parameter bias = layer.bias();
    QuantizedKernel weights =
        weights(
            q,
            layer,
            () ->
                new WeightAndBias(
                    layer.weight().tensor(), bias == null ? null : bias.tensor().clone()));
    return convolved(q, weights, layer, false);
  }

  @Override
  public Tensor conv(Tensor x, ConvBn layer) {
    Tensor q = input(x, layer.conv());
    if (q == null) {
      return quantized(layer.conv().path(), super.conv(real(x), layer));
    }
    return convolved(q, weights(q, layer), layer.conv(), layer.relu());
  }

  private Tensor convolved(Tensor q, QuantizedKernel weights, Conv layer, boolean relu) {
    Uint8Range range = quantization.map(layer.path());
    Geometry geometry = geometry(layer);
    return range == null
        ? QuantizedConvolution.of(q, weights, geometry, relu, type)
        : QuantizedConvolution.of(q, weights, geometry, relu, range);
  }

  @Override
  public Tensor addConv(Tensor sum, Tensor x, ConvBn layer) {
    return addConv(sum, x, layer, false);
  }

  @Override
  public Tensor addConvRelu(Tensor sum, Tensor x, ConvBn layer) {
    return addConv(sum, x, layer, true);
  }

  private Tensor addConv(Tensor sum, Tensor x, ConvBn layer, boolean relu) {
    Conv conv = layer.conv();
    Uint8Range range = quantization.map(conv.path());
    Tensor q = input(x, conv);
    if (q != null && range != null && QuantizedMaps.isOne(sum)) {
      QuantizedKernel weights = weights(q, layer);
      return QuantizedConvolution.addTo(sum, q, weights, geometry(conv), relu, range);
    }
    Tensor y =
        q == null
            ? super.addConv(real(sum), real(x), layer)
            : real(sum)
                .add_(QuantizedConvolution.of(q, weights(q, layer), geometry(conv), false, type));
    return quantized(conv.path(), relu ? super.relu(y) : y);
  }

  /** A layer's input in eight bits; null if it is computed in floating point. */
  private @Nullable Tensor input(Tensor x, Conv layer) {
    if (arithmetic.way(layer) != Way.INT8) {
      return null;
    }
    Uint8Range range = quantization.map(Quantization.input(layer));
    Tensor q = x;
    if (!QuantizedMaps.isOne(x)) {
      if (range == null) {
        return null;
      }
      q = QuantizedMaps.quantize(x, range);
    }
    return q.q_zero_point() == 0 ? q : null;
  }

  private QuantizedKernel weights(Tensor q, ConvBn layer) {
    return weights(
        q,
        layer.conv(),
        () -> {
          ConvBn.Folded folded = layer.folded();
          return new WeightAndBias(folded.weight(), folded.bias());
        });
  }

  private QuantizedKernel weights(Tensor q, Conv layer, Supplier<WeightAndBias> floats) {
    QuantizedKernel weights = kept.get(layer);
    if (weights == null) {
      try (PointerScope scope = new PointerScope()) {
        WeightAndBias folded = floats.get();
        weights = QuantizedConvolution.layOut(folded.weight, folded.bias, q, geometry(layer));
        weights.retain();
      }
      kept.put(layer, weights);
    }
    return weights;
  }

  /** In float32. */
  private record WeightAndBias(Tensor weight, @Nullable Tensor bias) {}

  static Geometry geometry(Conv layer) {
    return new Geometry(layer.stride(), layer.padding(), layer.dilation());
  }

  /** A map as it is kept: in eight bits if it has a range. */
  private Tensor quantized(String name, Tensor y) {
    Uint8Range range = quantization.map(name);
    return range == null ? y : QuantizedMaps.quantize(y, range);
  }

  /** In floating point. */
  private Tensor real(Tensor x) {
    return QuantizedMaps.isOne(x) ? QuantizedMaps.real(x, type) : x;
  }

  private static boolean bothQuantized(@Nullable Uint8Range range, Tensor a, Tensor b) {
    return range != null && QuantizedMaps.isOne(a) && QuantizedMaps.isOne(b);
  }

  @Override
  public Tensor add(String name, Tensor a, Tensor b) {
    Uint8Range range = quantization.map(name);
    return range != null && bothQuantized(range, a, b)
        ? QuantizedMaps.add(a, b, range)
        : quantized(name, add(a, b));
  }

  @Override
  public Tensor addRelu(String name, Tensor a, Tensor b) {
    Uint8Range range = quantization.map(name);
    return range != null && bothQuantized(range, a, b)
        ? QuantizedMaps.addRelu(a, b, range)
        : quantized(name, relu(add(a, b)));
  }

  @Override
  public Tensor multiplyAddRelu(String name, Tensor a, Tensor b, Tensor c) {
    Uint8Range range = quantization.map(name);
    Uint8Range scaled = quantization.map(Quantization.scaled(name));
    if (range != null && scaled != null && bothQuantized(range, a, c)) {
      Tensor factors = QuantizedMaps.quantize(b, Uint8Range.UNIT);
      return QuantizedMaps.addRelu(QuantizedMaps.multiply(a, factors, scaled), c, range);
    }
    return quantized(name, super.relu(multiplyAdd(a, b, c)));
  }

  @Override
  public Tensor pool(Tensor x) {
    return QuantizedMaps.isOne(x) ? QuantizedMaps.pool(x).to(type).flatten(1, 3) : super.pool(x);
  }

  /** Of quantised maps too, as no value changes. */
  @Override
  public Tensor upsampleNearest(Tensor x) {
    return super.upsampleNearest(x);
  }

  @Override
  public Tensor relu(Tensor x) {
    return super.relu(real(x));
  }

  @Override
  public Tensor sigmoid(Tensor x) {
    return super.sigmoid(real(x));
  }

  @Override
  public Tensor softmax(Tensor x, int axis) {
    return super.softmax(real(x), axis);
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    return super.add(real(a), real(b));
  }

  @Override
  public Tensor multiply(Tensor a, Tensor b) {
    return super.multiply(real(a), real(b));
  }

  @Override
  public Tensor multiply(Tensor x, double factor) {
    return super.multiply(real(x), factor);
  }

  @Override
  public Tensor multiplyAdd(Tensor a, Tensor b, Tensor c) {
    return super.multiplyAdd(real(a), b, real(c));
  }

  @Override
  public Tensor averagePool(Tensor x, int factor) {
    return super.averagePool(real(x), factor);
  }

  @Override
  public Tensor upsampleBilinear(Tensor x, int factor) {
    return super.upsampleBilinear(real(x), factor);
  }

  @Override
  public Tensor concat(List<Tensor> parts) {
    return super.concat(parts.stream().map(this::real).toList());
  }

  @Override
  public Tensor narrow(Tensor x, int axis, int start, int length) {
    return super.narrow(real(x), axis, start, length);
  }

  @Override
  public Tensor inFloat32(Tensor x, UnaryOperator<Tensor> f) {
    Tensor exact = QuantizedMaps.isOne(x) ? QuantizedMaps.real(x, ScalarType.Float) : x;
    return super.inFloat32(exact, f);
  }

  @Override
  public Tensor like(Tensor x, Tensor other) {
    return QuantizedMaps.isOne(other) ? x.to(type) : super.like(x, other);
  }

  @Override
  public void close() {
    kept.values().forEach(QuantizedKernel::release);
    kept.clear();
    super.close();
  }
}
