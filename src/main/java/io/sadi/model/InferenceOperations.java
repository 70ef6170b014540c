package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.FusedConvolution;
import java.util.IdentityHashMap;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Operations for a network that no longer changes: batch norms are folded into their convolutions,
 * ReLUs and sums are computed along with them, and each layer's weights are kept in the precision
 * and the memory layout that its convolution wants, which shows when the layer first runs. From
 * then on the network's own parameters are not looked at.
 */
final class InferenceOperations extends EagerOperations implements AutoCloseable {
  private final ScalarType type;
  private final boolean fused;
  private final IdentityHashMap<Object, Weights> kept = new IdentityHashMap<>();

  /** A layer's weights: memory of their own, until released. */
  private record Weights(Tensor kernel, @Nullable Tensor bias) {
    Weights {
      // Out of the PointerScope of the batch that they were made in.
      kernel.retainReference();
      if (bias != null) {
        bias.retainReference();
      }
    }

    TensorOptional shift() {
      return bias == null ? new TensorOptional() : new TensorOptional(bias);
    }

    void release() {
      kernel.releaseReference();
      if (bias != null) {
        bias.releaseReference();
      }
    }
  }

  /**
   * @param type of everything outside of {@link #inFloat32}
   */
  InferenceOperations(ComputeDevice device, ScalarType type) {
    super(device, false);
    this.type = type;
    this.fused = FusedConvolution.available(device, type);
  }

  @Override
  public Tensor input(Tensor image) {
    return image.to(type).contiguous(MemoryFormat.ChannelsLast);
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    Parameter bias = layer.bias();
    Weights weights =
        weights(
            layer,
            () -> laidOut(x, layer, layer.weight().tensor(), bias == null ? null : bias.tensor()));
    return convolve(x, layer, weights, false);
  }

  @Override
  public Tensor conv(Tensor x, ConvBn layer) {
    return convolve(x, layer.conv(), weights(x, layer), layer.relu());
  }

  @Override
  public Tensor addConv(Tensor sum, Tensor x, ConvBn layer) {
    if (!fused || layer.relu()) {
      return super.addConv(sum, x, layer);
    }
    Weights weights = weights(x, layer);
    Tensor source = subsampled(x, layer.conv());
    return FusedConvolution.addTo(
        sum, source, weights.kernel, weights.shift(), geometry(layer.conv()));
  }

  private Tensor convolve(Tensor x, Conv layer, Weights weights, boolean relu) {
    if (fused) {
      Tensor source = subsampled(x, layer);
      return FusedConvolution.of(source, weights.kernel, weights.shift(), geometry(layer), relu);
    }
    Tensor y = convolve(x, layer, weights.kernel, weights.shift());
    return relu ? torch.relu_(y) : y;
  }

  private Weights weights(Tensor x, ConvBn layer) {
    return weights(
        layer,
        () -> {
          ConvBn.Folded folded = layer.folded();
          return laidOut(x, layer.conv(), folded.weight(), folded.bias());
        });
  }

  /**
   * What is kept of a layer; made in a scope of its own, or all layers' copies are there at once.
   */
  private Weights weights(Object layer, Supplier<Weights> making) {
    Weights weights = kept.get(layer);
    if (weights == null) {
      try (PointerScope scope = new PointerScope()) {
        weights = making.get();
      }
      kept.put(layer, weights);
    }
    return weights;
  }

  private Weights laidOut(Tensor x, Conv layer, Tensor weight, @Nullable Tensor bias) {
    Tensor kernel = copy(weight, x.scalar_type()).contiguous(MemoryFormat.ChannelsLast);
    return new Weights(
        fused ? FusedConvolution.layOut(kernel, subsampled(x, layer), geometry(layer)) : kernel,
        bias == null ? null : copy(bias, x.scalar_type()));
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
    Weights weights =
        weights(
            layer,
            () ->
                new Weights(
                    copy(weight.tensor().reshape(weight.shape()[0], -1), x.scalar_type()),
                    bias == null ? null : copy(bias.tensor(), x.scalar_type())));
    return torch.linear(x, weights.kernel, weights.shift());
  }

  /** In one pass over the pixels. */
  @Override
  public Tensor multiplyAdd(Tensor a, Tensor b, Tensor c) {
    return torch.addcmul(c, a, b);
  }

  private static Tensor copy(Tensor tensor, ScalarType type) {
    return tensor.detach().to(type).clone();
  }

  @Override
  public void close() {
    kept.values().forEach(Weights::release);
    kept.clear();
  }
}
