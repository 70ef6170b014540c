package io.sadi.model;

import org.jspecify.annotations.Nullable;

/** A 2-D convolution with "same" padding: {@code weight}, and optionally {@code bias}. */
public final class Conv {
  private final String path;
  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final int in;
  private final int out;
  private final int kernel;
  private final int stride;
  private final int dilation;
  private final boolean first;
  private final CostMeter meter;

  /**
   * Without bias.
   *
   * @param first whether it reads the network's input
   */
  Conv(
      Parameters.Scope scope,
      int in,
      int out,
      int kernel,
      int stride,
      int dilation,
      boolean first,
      Initializer initializer) {
    this(scope, in, out, kernel, stride, dilation, first, initializer, null);
  }

  private Conv(
      Parameters.Scope scope,
      int in,
      int out,
      int kernel,
      int stride,
      int dilation,
      boolean first,
      Initializer initializer,
      @Nullable Initializer biasInitializer) {
    this.path = scope.path();
    this.weight = scope.weight("weight", initializer, out, in, kernel, kernel);
    this.bias = biasInitializer == null ? null : scope.weight("bias", biasInitializer, out);
    this.in = in;
    this.out = out;
    this.kernel = kernel;
    this.stride = stride;
    this.dilation = dilation;
    this.first = first;
    this.meter = scope.meter();
  }

  /** A 1x1 convolution with bias. */
  static Conv pointwise(Parameters.Scope scope, int in, int out, Initializer initializer) {
    return pointwise(scope, in, out, initializer, Initializer.ZERO);
  }

  /** The same with another bias to begin with. */
  static Conv pointwise(
      Parameters.Scope scope, int in, int out, Initializer initializer, Initializer bias) {
    return new Conv(scope, in, out, 1, 1, 1, false, initializer, bias);
  }

  /** [B, in, H, W] to [B, out, H / stride, W / stride]. */
  <T> T forward(Operations<T> ops, T x) {
    return recorded(ops, ops.conv(x, this));
  }

  /** The same map on pooled features, for a 1x1 kernel: [B, in] to [B, out]. */
  <T> T forwardPooled(Operations<T> ops, T x) {
    T y = ops.linear(x, this);
    record(ops.size(y, 1), 1, 1);
    return y;
  }

  /** The layer's path in checkpoints. */
  public String path() {
    return path;
  }

  /** [out, in, kernel, kernel]. */
  public Parameter weight() {
    return weight;
  }

  /** [out]; null where batch norm follows. */
  public @Nullable Parameter bias() {
    return bias;
  }

  /** Channels of the input. */
  int in() {
    return in;
  }

  /** Channels of the output. */
  int out() {
    return out;
  }

  /** Side of the kernel. */
  public int kernel() {
    return kernel;
  }

  public int stride() {
    return stride;
  }

  public int dilation() {
    return dilation;
  }

  /** Whether it reads the network's input, whose gradient nobody needs. */
  boolean first() {
    return first;
  }

  /** Zeros around the input, on every side. */
  public long padding() {
    return (long) dilation * (kernel - 1) / 2;
  }

  /** Reports an output of this layer to the meter. */
  <T> T recorded(Operations<T> ops, T y) {
    record(ops.size(y, 1), ops.size(y, 2), ops.size(y, 3));
    return y;
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
