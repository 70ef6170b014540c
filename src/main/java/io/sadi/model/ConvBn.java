package io.sadi.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Convolution without bias ({@code conv}), batch norm ({@code bn}), and a ReLU where asked for. */
final class ConvBn {
  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;

  private final Conv conv;
  private final Parameter scale;
  private final Parameter shift;
  private final Parameter mean;
  private final Parameter variance;
  private final boolean relu;

  ConvBn(
      Parameters.Scope scope, int in, int out, int kernel, int stride, int dilation, boolean relu) {
    this.conv =
        new Conv(scope.at("conv"), in, out, kernel, stride, dilation, false, Initializer.KAIMING);
    Parameters.Scope bn = scope.at("bn");
    this.scale = bn.weight("weight", Initializer.ONE, out);
    this.shift = bn.weight("bias", Initializer.ZERO, out);
    this.mean = bn.statistic("running_mean", Initializer.ZERO, out);
    this.variance = bn.statistic("running_var", Initializer.ONE, out);
    this.relu = relu;
  }

  /** Stride 1, no dilation, with ReLU. */
  static ConvBn relu(Parameters.Scope scope, int in, int out, int kernel) {
    return new ConvBn(scope, in, out, kernel, 1, 1, true);
  }

  /**
   * [B, in, H, W] to [B, out, H / stride, W / stride].
   *
   * @param training whether the batch's own statistics normalise it, and update the running ones
   */
  Tensor forward(Tensor x, boolean training) {
    Tensor y =
        torch.batch_norm(
            conv.forward(x),
            new TensorOptional(scale.tensor()),
            new TensorOptional(shift.tensor()),
            new TensorOptional(mean.tensor()),
            new TensorOptional(variance.tensor()),
            training && !mean.frozen(),
            MOMENTUM,
            EPSILON,
            true);
    return relu ? torch.relu_(y) : y;
  }
}
