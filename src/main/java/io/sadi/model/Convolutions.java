package io.sadi.model;

import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.FusedConvolution;
import io.sadi.torch.FusedConvolution.Geometry;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Computes convolutions and products in the way that is chosen for a layer.
 *
 * <p>The rule: maps are channels-last, and channels are filled up with zeros: to an even number,
 * and to a multiple of 16, a vector of oneDNN's, where layers are fused for inference. Otherwise
 * oneDNN rearranges tensors into blocks of channels, and on a processor that does not report its
 * caches (many virtual machines) the results are wrong, in float32 and in bf16, forward and
 * backward, without an error. The three channels of an image are not filled up: oneDNN has a
 * special kernel for them. For small maps the blocks have up to 64 channels, and some layers are
 * wrong on such a processor in spite of the rule. {@link Proof} finds these, and more channels of
 * zeros make them right.
 */
final class Convolutions {
  private Convolutions() {}

  // For training: gradients reach the parameters.

  /**
   * A convolution.
   *
   * @param x [B, in, H, W]
   * @param weight [out, in, kernel, kernel], of the layer's shape
   * @param bias [out] or null
   * @return [B, out, H / stride, W / stride], channels-last
   */
  static Tensor convolve(
      Way way, Tensor x, Conv layer, Tensor weight, @Nullable Tensor bias, ComputeDevice device) {
    if (!way.exact()) {
      return filled(way, x, layer, weight, bias);
    }
    try (Autocast fp32 = Autocast.off(device)) {
      Tensor exact = x.to(ScalarType.Float);
      Tensor y =
          way == Way.PLAIN
              ? byPatches(exact, layer, weight, bias)
              : filled(way, exact, layer, weight, bias);
      return y.to(fp32.precisionAround(x.scalar_type()));
    }
  }

  /**
   * A product.
   *
   * @param x [B, in]
   * @param weight [out, in]
   * @param bias [out] or null
   * @return [B, out]
   */
  static Tensor multiply(
      Way way, Tensor x, Tensor weight, @Nullable Tensor bias, ComputeDevice device) {
    if (!way.exact()) {
      return torch.linear(x, weight, optional(bias));
    }
    try (Autocast fp32 = Autocast.off(device)) {
      return multiply(way, x, weight, bias).to(fp32.precisionAround(x.scalar_type()));
    }
  }

  /** Computed in float32, by sums or as a product; the result has the precision of x. */
  private static Tensor multiply(Way way, Tensor x, Tensor weight, @Nullable Tensor bias) {
    Tensor exact = x.to(ScalarType.Float);
    Tensor matrix = weight.to(ScalarType.Float);
    Tensor shift = bias == null ? null : bias.to(ScalarType.Float);
    if (way == Way.FLOAT32) {
      return torch.linear(exact, matrix, optional(shift)).to(x.scalar_type());
    }
    Tensor y = exact.unsqueeze(1).mul(matrix).sum(2);
    return (shift == null ? y : y.add(shift)).to(x.scalar_type());
  }

  /** The rule: channels filled up, channels-last. */
  private static Tensor filled(
      Way way, Tensor x, Conv layer, Tensor weight, @Nullable Tensor bias) {
    Tensor source = filledIn(way, x, layer);
    Tensor y =
        convolve(
            source, layer, filledWeight(way, x, layer, weight), filledBias(way, x, layer, bias));
    return firstChannels(y, layer.out());
  }

  private static Tensor convolve(Tensor source, Conv layer, Tensor weight, @Nullable Tensor bias) {
    Geometry geometry = geometry(layer);
    return torch.conv2d(
        source,
        weight,
        optional(bias),
        new long[] {geometry.stride(), geometry.stride()},
        new long[] {geometry.padding(), geometry.padding()},
        new long[] {geometry.dilation(), geometry.dilation()},
        1);
  }

  /** Every pixel's patch times the weights, without oneDNN. */
  private static Tensor byPatches(Tensor x, Conv layer, Tensor weight, @Nullable Tensor bias) {
    long k = layer.kernel();
    Tensor source = subsampled(x, layer);
    Geometry geometry = geometry(layer);
    Tensor patches =
        torch.im2col(
            source.contiguous(),
            new long[] {k, k},
            new long[] {geometry.dilation(), geometry.dilation()},
            new long[] {geometry.padding(), geometry.padding()},
            new long[] {geometry.stride(), geometry.stride()});
    Tensor matrix = weight.to(ScalarType.Float).reshape(layer.out(), -1);
    Tensor y = matrix.matmul(patches);
    if (bias != null) {
      y = y.add(bias.to(ScalarType.Float).view(-1, 1));
    }
    return y.view(x.size(0), layer.out(), x.size(2) / layer.stride(), x.size(3) / layer.stride())
        .contiguous(MemoryFormat.ChannelsLast);
  }

  // For inference: weights laid out once.

  /**
   * A layer's weights, laid out for its way.
   *
   * @param way how the layer is computed
   * @param kernel filled up and laid out; for a product [out, in]
   * @param bias likewise, or null
   */
  record LaidOut(Way way, Tensor kernel, @Nullable Tensor bias) {}

  /**
   * Lays out the weights of a convolution.
   *
   * @param x a map like the later ones, [B, in, H, W]
   * @param weight [out, in, kernel, kernel]
   */
  static LaidOut layOut(Way way, Tensor x, Conv layer, Tensor weight, @Nullable Tensor bias) {
    ScalarType type = way.exact() ? ScalarType.Float : x.scalar_type();
    if (way == Way.PLAIN) {
      return new LaidOut(way, copy(weight, type), copyBias(bias, type));
    }
    Tensor kernel =
        copy(filledWeight(way, x, layer, weight), type).contiguous(MemoryFormat.ChannelsLast);
    Tensor shift = copyBias(filledBias(way, x, layer, bias), type);
    if (way.fused()) {
      kernel = FusedConvolution.layOut(kernel, filledIn(way, x, layer), geometry(layer));
    }
    return new LaidOut(way, kernel, shift);
  }

  /** Copies the weights of a product, [out, in]. */
  static LaidOut layOut(Way way, Tensor x, Tensor weight, @Nullable Tensor bias) {
    ScalarType type = way.exact() ? ScalarType.Float : x.scalar_type();
    return new LaidOut(way, copy(weight, type), copyBias(bias, type));
  }

  /** A convolution, with ReLU if asked for. */
  static Tensor convolve(Tensor x, Conv layer, LaidOut weights, boolean relu) {
    Tensor y;
    switch (weights.way) {
      case FUSED, FUSED_WIDE -> {
        Geometry geometry = geometry(layer);
        TensorOptional bias = optional(weights.bias);
        Tensor source = filledIn(weights.way, x, layer);
        return firstChannels(
            FusedConvolution.of(source, weights.kernel, bias, geometry, relu), layer.out());
      }
      case DIRECT, DIRECT_WIDE -> y = alreadyFilled(x, layer, weights);
      case FLOAT32 -> y = alreadyFilled(x.to(ScalarType.Float), layer, weights).to(x.scalar_type());
      case PLAIN ->
          y =
              byPatches(x.to(ScalarType.Float), layer, weights.kernel, weights.bias)
                  .to(x.scalar_type());
      default -> throw new IllegalStateException("no such way");
    }
    return relu ? torch.relu_(y) : y;
  }

  /** A product of [B, in] and laid out weights. */
  static Tensor multiply(Tensor x, LaidOut weights) {
    if (!weights.way.exact()) {
      return torch.linear(x, weights.kernel, optional(weights.bias));
    }
    return multiply(weights.way, x, weights.kernel, weights.bias);
  }

  /** sum + convolution, in place. */
  static Tensor addTo(Tensor sum, Tensor x, Conv layer, LaidOut weights) {
    if (!weights.way.fused() || missing(weights.way, x, layer.out()) > 0) {
      return sum.add_(convolve(x, layer, weights, false));
    }
    return FusedConvolution.addTo(
        sum,
        filledIn(weights.way, x, layer),
        weights.kernel,
        optional(weights.bias),
        geometry(layer));
  }

  private static Tensor alreadyFilled(Tensor x, Conv layer, LaidOut weights) {
    return firstChannels(
        convolve(filledIn(weights.way, x, layer), layer, weights.kernel, weights.bias),
        layer.out());
  }

  // Channels.

  /** Channels missing to a whole vector; 0 on a GPU. */
  private static int missing(Way way, Tensor x, int channels) {
    return x.is_cuda() ? 0 : (way.channels() - channels % way.channels()) % way.channels();
  }

  private static int missingIn(Way way, Tensor x, Conv layer) {
    return layer.first() ? 0 : missing(way, x, layer.in());
  }

  /** The pixels of x that the layer reads, channels-last, followed by channels of zeros. */
  private static Tensor filledIn(Way way, Tensor x, Conv layer) {
    Tensor source = subsampled(x, layer);
    int more = missingIn(way, x, layer);
    return more == 0
        ? source
        : torch.constant_pad_nd(source, 0, 0, 0, 0, 0, more).contiguous(MemoryFormat.ChannelsLast);
  }

  private static Tensor filledWeight(Way way, Tensor x, Conv layer, Tensor weight) {
    int in = missingIn(way, x, layer);
    int out = missing(way, x, layer.out());
    return in + out == 0
        ? weight
        : torch
            .constant_pad_nd(weight, 0, 0, 0, 0, 0, in, 0, out)
            .contiguous(MemoryFormat.ChannelsLast);
  }

  private static @Nullable Tensor filledBias(Way way, Tensor x, Conv layer, @Nullable Tensor bias) {
    int more = missing(way, x, layer.out());
    return bias == null || more == 0 ? bias : torch.constant_pad_nd(bias, 0, more);
  }

  private static Tensor firstChannels(Tensor y, int channels) {
    return y.size(1) == channels
        ? y
        : y.narrow(1, 0, channels).contiguous(MemoryFormat.ChannelsLast);
  }

  // Strides.

  /**
   * Whether every tap of a strided kernel falls on a pixel that the stride keeps, as a 1x1 kernel's
   * does and those of a dilation that the stride divides: the other pixels can be left out without
   * changing the result. oneDNN's own backward pass overruns its workspace for a strided 1x1 kernel
   * whose channels do not fill a vector (uxlfoundation/oneDNN#6035), and crashes the process; for a
   * strided dilated kernel it copies patches, which took a fifth of all convolutions' backward
   * time.
   */
  private static boolean skipsPixels(Conv layer) {
    return layer.stride() > 1 && (layer.kernel() == 1 || layer.dilation() % layer.stride() == 0);
  }

  /** The pixels of x that a layer's kernel reads, if the others can be left out; else x. */
  private static Tensor subsampled(Tensor x, Conv layer) {
    return skipsPixels(layer) ? everyNth(everyNth(x, 2, layer.stride()), 3, layer.stride()) : x;
  }

  /** The geometry of the convolution of {@link #subsampled}. */
  private static Geometry geometry(Conv layer) {
    if (!skipsPixels(layer)) {
      return new Geometry(layer.stride(), layer.padding(), layer.dilation());
    }
    return layer.kernel() == 1
        ? new Geometry(1, 0, 1)
        : new Geometry(1, layer.padding() / layer.stride(), layer.dilation() / layer.stride());
  }

  private static Tensor everyNth(Tensor x, long axis, long n) {
    return x.slice(axis, new LongOptional(), new LongOptional(), n);
  }

  private static Tensor copy(Tensor tensor, ScalarType type) {
    return tensor.detach().to(type).clone();
  }

  private static @Nullable Tensor copyBias(@Nullable Tensor bias, ScalarType type) {
    return bias == null ? null : copy(bias, type);
  }

  private static TensorOptional optional(@Nullable Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor);
  }
}
