package io.sadi.model;

import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Convolution without bias ({@code conv}), batch norm ({@code bn}), and optionally ReLU. */
public final class ConvBn {
  static final double EPSILON = 1e-5;

  private final Conv conv;
  private final Parameter scale;
  private final Parameter shift;
  private final Parameter mean;
  private final Parameter variance;
  private final boolean relu;

  /**
   * Convolution and batch norm of a trained network as one convolution with a bias. In the caller's
   * PointerScope.
   *
   * @param weight [out, in, kernel, kernel]
   * @param bias [out]
   */
  public record Folded(Tensor weight, Tensor bias) {}

  ConvBn(
      Parameters.Scope scope, int in, int out, int kernel, int stride, int dilation, boolean relu) {
    this(scope, in, out, kernel, stride, dilation, relu, false);
  }

  private ConvBn(
      Parameters.Scope scope,
      int in,
      int out,
      int kernel,
      int stride,
      int dilation,
      boolean relu,
      boolean first) {
    this.conv =
        new Conv(scope.at("conv"), in, out, kernel, stride, dilation, first, Initializer.KAIMING);
    Parameters.Scope bn = scope.at("bn");
    this.scale = bn.weight("weight", Initializer.ONE, out);
    this.shift = bn.weight("bias", Initializer.ZERO, out);
    this.mean = bn.statistic("running_mean", Initializer.ZERO, out);
    this.variance = bn.statistic("running_var", Initializer.ONE, out);
    this.relu = relu;
  }

  /** A network's first layer, 7x7 with stride 2 and ReLU, for the 3 channels of an image. */
  static ConvBn ofImage(Parameters.Scope scope, int out) {
    return new ConvBn(scope, 3, out, 7, 2, 1, true, true);
  }

  /** Stride 1, no dilation, with ReLU. */
  static ConvBn relu(Parameters.Scope scope, int in, int out, int kernel) {
    return new ConvBn(scope, in, out, kernel, 1, 1, true);
  }

  /** [B, in, H, W] to [B, out, H / stride, W / stride]. */
  <T> T forward(Operations<T> ops, T x) {
    return conv.recorded(ops, ops.conv(x, this));
  }

  /** sum + forward(x), computed in place in {@code sum}. */
  <T> T addTo(Operations<T> ops, T sum, T x) {
    return conv.recorded(ops, ops.addConv(sum, x, this));
  }

  /** max(sum + forward(x), 0), computed in place in {@code sum}. */
  <T> T addToRelu(Operations<T> ops, T sum, T x) {
    return conv.recorded(ops, ops.addConvRelu(sum, x, this));
  }

  public Conv conv() {
    return conv;
  }

  /** Whether a ReLU follows. */
  public boolean relu() {
    return relu;
  }

  Parameter scale() {
    return scale;
  }

  Parameter shift() {
    return shift;
  }

  Parameter mean() {
    return mean;
  }

  Parameter variance() {
    return variance;
  }

  /**
   * With g = scale / sqrt(variance + epsilon): weight g, and shift - mean g. In float64, as
   * channels of small variance have a large g.
   */
  public Folded folded() {
    Tensor g = scale.float64().div(variance.float64().add(Tensors.scalar(EPSILON)).sqrt());
    Tensor weight = conv.weight().float64().mul_(g.view(-1, 1, 1, 1));
    Tensor bias = shift.float64().sub(mean.float64().mul(g));
    return new Folded(Tensors.float32(weight), Tensors.float32(bias));
  }
}
