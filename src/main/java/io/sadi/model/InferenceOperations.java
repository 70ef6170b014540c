package io.sadi.model;

import io.sadi.model.Convolutions.LaidOut;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.util.IdentityHashMap;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Operations for a trained network: batch norms are folded into their convolutions, ReLUs and sums
 * are fused with them, and each layer's weights are kept in the precision and the memory layout of
 * its convolution. These are known when the layer first runs; from then on the network's own
 * parameters are not read.
 */
class InferenceOperations extends EagerOperations implements AutoCloseable {
  private final ScalarType type;
  private final Arithmetic arithmetic;
  private final IdentityHashMap<Object, LaidOut> kept = new IdentityHashMap<>();

  /**
   * @param arithmetic how each layer is computed
   * @param type of everything outside of {@link #inFloat32}
   */
  InferenceOperations(ComputeDevice device, Arithmetic arithmetic, ScalarType type) {
    super(device, arithmetic, false);
    this.type = type;
    this.arithmetic = arithmetic;
  }

  @Override
  public Tensor input(Tensor image) {
    return image.to(type).contiguous(MemoryFormat.ChannelsLast);
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    Parameter bias = layer.bias();
    LaidOut weights =
        kept(
            layer,
            () ->
                Convolutions.layOut(
                    arithmetic.way(layer),
                    x,
                    layer,
                    layer.weight().tensor(),
                    bias == null ? null : bias.tensor()));
    return Convolutions.convolve(x, layer, weights, false);
  }

  @Override
  public Tensor conv(Tensor x, ConvBn layer) {
    return Convolutions.convolve(x, layer.conv(), weights(x, layer), layer.relu());
  }

  @Override
  public Tensor addConv(Tensor sum, Tensor x, ConvBn layer) {
    return layer.relu()
        ? sum.add_(conv(x, layer))
        : Convolutions.addTo(sum, x, layer.conv(), weights(x, layer));
  }

  private LaidOut weights(Tensor x, ConvBn layer) {
    return kept(
        layer,
        () -> {
          ConvBn.Folded folded = layer.folded();
          Conv conv = layer.conv();
          return Convolutions.layOut(arithmetic.way(conv), x, conv, folded.weight(), folded.bias());
        });
  }

  /**
   * A layer's weights. They outlive the batch's PointerScope, and are made in a scope of their own:
   * otherwise the temporary copies of all layers would exist at once.
   */
  private LaidOut kept(Object layer, Supplier<LaidOut> making) {
    LaidOut weights = kept.get(layer);
    if (weights == null) {
      try (PointerScope scope = new PointerScope()) {
        weights = making.get();
        weights.kernel().retainReference();
        if (weights.bias() != null) {
          weights.bias().retainReference();
        }
      }
      kept.put(layer, weights);
    }
    return weights;
  }

  @Override
  public Tensor linear(Tensor x, Conv layer) {
    return linear(x, layer, layer.weight(), layer.bias());
  }

  @Override
  public Tensor linear(Tensor x, Parameter weight, Parameter bias) {
    return linear(x, weight, weight, bias);
  }

  private Tensor linear(Tensor x, Object layer, Parameter weight, @Nullable Parameter bias) {
    LaidOut weights =
        kept(
            layer,
            () ->
                Convolutions.layOut(
                    arithmetic.way(layer),
                    x,
                    weight.tensor().reshape(weight.shape()[0], -1),
                    bias == null ? null : bias.tensor()));
    return Convolutions.multiply(x, weights);
  }

  /** In one pass over the pixels. */
  @Override
  public Tensor multiplyAdd(Tensor a, Tensor b, Tensor c) {
    boolean factors = !a.is_cuda() && b.dim() == 4 && b.size(2) == 1 && b.size(3) == 1;
    return torch.addcmul(c, a, factors ? Tensors.alongRows(b, a.size(3)) : b);
  }

  @Override
  public void close() {
    for (LaidOut weights : kept.values()) {
      weights.kernel().releaseReference();
      if (weights.bias() != null) {
        weights.bias().releaseReference();
      }
    }
    kept.clear();
  }
}
