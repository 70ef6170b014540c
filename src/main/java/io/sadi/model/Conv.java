package io.sadi.model;

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
    long padding = (long) dilation * (kernel - 1) / 2;
    Tensor y =
        torch.conv2d(
            x,
            weight.tensor(),
            bias == null ? new TensorOptional() : new TensorOptional(bias.tensor()),
            new long[] {stride, stride},
            new long[] {padding, padding},
            new long[] {dilation, dilation},
            1);
    if (meter.running()) {
      long pixels = y.size(2) * y.size(3);
      long parameters = weight.count() + (bias == null ? 0 : bias.count());
      meter.record(
          new LayerCost(
              path, kind(), y.size(1), y.size(2), y.size(3), parameters, weight.count() * pixels));
    }
    return y;
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
