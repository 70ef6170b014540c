package io.sadi.model;

import io.sadi.model.ModelConfig.Rfm;
import org.jspecify.annotations.Nullable;

/**
 * The hourglass's unit: the basic block (Fig. 3b), or, with its three additions, the dilated
 * residual block of the Receptive Fortified Module (Fig. 3a).
 *
 * <p>Two 3x3 convolutions ({@code conv1} carries the stride); for the RFM a dilated 3x3 convolution
 * of the block's input in parallel ({@code dilated}, Eq. 1), summed with them, then
 * squeeze-and-excitation ({@code se}); then the shortcut, then ReLU.
 */
final class Block {
  private final String path;
  private final ConvBn conv1;
  private final ConvBn conv2;
  private final @Nullable ConvBn dilated;
  private final @Nullable SqueezeExcitation se;
  private final @Nullable ConvBn shortcut;

  Block(Parameters.Scope scope, int in, int out, int stride, Rfm rfm) {
    this.path = scope.path();
    this.conv1 = new ConvBn(scope.at("conv1"), in, out, 3, stride, 1, true);
    this.conv2 = new ConvBn(scope.at("conv2"), out, out, 3, 1, 1, false);
    this.dilated =
        rfm.enabled() && rfm.dilated()
            ? new ConvBn(scope.at("dilated"), in, out, 3, stride, rfm.dilation(), false)
            : null;
    this.se = rfm.enabled() && rfm.se() ? new SqueezeExcitation(scope.at("se"), out) : null;
    this.shortcut =
        stride != 1 || in != out
            ? new ConvBn(scope.at("shortcut"), in, out, 1, stride, 1, false)
            : null;
  }

  /** [B, in, H, W] to [B, out, H / stride, W / stride]. */
  <T> T forward(Operations<T> ops, T x) {
    return ops.part(() -> computed(ops, x));
  }

  private <T> T computed(Operations<T> ops, T x) {
    T y = conv2.forward(ops, conv1.forward(ops, x)); // [B, out, H / stride, W / stride]
    if (dilated != null) {
      y = dilated.addTo(ops, y, x);
    }
    T kept = shortcut == null ? x : shortcut.forward(ops, x); // [B, out, H / stride, W / stride]
    return se == null
        ? ops.addRelu(path, y, kept)
        : ops.multiplyAddRelu(path, y, se.forward(ops, y), kept);
  }
}
