package io.sadi.model;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A 2-D convolution with "same" padding: {@code weight}, and {@code bias} where asked for. */
final class Conv {
  private final String path;
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final int kernel;
  private final int stride;
  private final int dilation;
  private final CostMeter meter;

  Conv(
      Parameters.Scope scope,
      int in,
      int out,
      int kernel,
      int stride,
      int dilation,
      boolean withBias,
      Initializer initializer) {
    this.path = scope.path();
    this.weight = scope.weight("weight", initializer, out, in, kernel, kernel);
    this.bias = withBias ? scope.weight("bias", Initializer.ZERO, out) : null;
    this.kernel = kernel;
    this.stride = stride;
    this.dilation = dilation;
    this.meter = scope.meter();
  }

  /** A 1x1 convolution with bias, the network's per-pixel linear map. */
  static Conv pointwise(Parameters.Scope scope, int in, int out, Initializer initializer) {
    return new Conv(scope, in, out, 1, 1, 1, true, initializer);
  }

  /** [B, in, H, W] to [B, out, H / stride, W / stride]. */
  Tensor forward(Tensor x) {
    // Where every tap falls on a pixel that the stride keeps, as a 1x1 kernel's and those of a
    // dilation that the stride divides do, take these pixels first: the result is the same.
    // oneDNN's
    // own way overruns its workspace backwards for a strided 1x1 kernel whose channels do not fill
    // a
    // vector (uxlfoundation/oneDNN#6035), and brings the process down; for a strided dilated kernel
    // it falls back to copying patches, which took a fifth of all convolutions' time backwards.
    boolean subsampled = stride > 1 && (kernel == 1 || dilation % stride == 0);
    Tensor source = subsampled ? everyNth(everyNth(x, 2), 3) : x;
    long step = subsampled ? 1 : stride;
    long spread = subsampled && kernel > 1 ? dilation / stride : dilation;
    long padding = spread * (kernel - 1) / 2;
    Tensor y =
        torch.conv2d(
            source,
            weight.tensor(),
            bias == null ? new TensorOptional() : new TensorOptional(bias.tensor()),
            new long[] {step, step},
            new long[] {padding, padding},
            new long[] {spread, spread},
            1);
    record(y.size(1), y.size(2), y.size(3));
    return y;
  }

  private Tensor everyNth(Tensor x, long axis) {
    return x.slice(axis, new LongOptional(), new LongOptional(), stride);
  }

  /**
   * The same map on pooled features, for a 1x1 kernel: [B, in, 1, 1] to [B, out, 1, 1]. As a matrix
   * product; convolution kernels have more to set up than there is to compute for a single pixel.
   */
  Tensor forwardPooled(Tensor x) {
    Tensor matrix = weight.tensor().flatten(1, 3);
    TensorOptional shift = bias == null ? new TensorOptional() : new TensorOptional(bias.tensor());
    Tensor y = torch.linear(x.flatten(1, 3), matrix, shift);
    record(y.size(1), 1, 1);
    return y.unsqueeze(2).unsqueeze(3);
  }

  private void record(long channels, long height, long width) {
    if (meter.running()) {
      long parameters = weight.count() + (bias == null ? 0 : bias.count());
      long macs = weight.count() * height * width;
      meter.record(new LayerCost(path, kind(), channels, height, width, parameters, macs));
    }
  }

  private String kind() {
    return "conv "
        + kernel
        + "x"
        + kernel
        + (stride > 1 ? " /" + stride : "")
        + (dilation > 1 ? " d" + dilation : "");
  }
}
