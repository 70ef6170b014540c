package io.sadi.model;

/**
 * Squeeze-and-excitation (Hu et al.): each channel is scaled by a factor in (0, 1) computed from
 * the means of all channels. {@code reduce} and {@code expand} are 1x1 convolutions with bias; the
 * hidden width is c / 16, at least 1.
 */
final class SqueezeExcitation {
  private static final int RATIO = 16;

  private final Conv reduce;
  private final Conv expand;

  SqueezeExcitation(Parameters.Scope scope, int channels) {
    int hidden = Math.max(channels / RATIO, 1);
    this.reduce = Conv.pointwise(scope.at("reduce"), channels, hidden, Initializer.KAIMING);
    this.expand = Conv.pointwise(scope.at("expand"), hidden, channels, Initializer.KAIMING);
  }

  /** The factors: [B, c, H, W] to [B, c, 1, 1]. */
  <T> T forward(Operations<T> ops, T x) {
    T hidden = ops.relu(reduce.forwardPooled(ops, ops.pool(x))); // [B, c / 16]
    T factors = ops.sigmoid(expand.forwardPooled(ops, hidden)); // [B, c]
    return ops.reshape(factors, ops.size(x, 1), 1, 1);
  }
}
