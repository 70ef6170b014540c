package io.sadi.model;

/** ResNet's bottleneck: 1x1 to the planes, 3x3, 1x1 to four times the planes, plus a shortcut. */
final class Bottleneck {
  static final int EXPANSION = 4;

  private final ConvBn conv1;
  private final ConvBn conv2;
  private final ConvBn conv3;
  private final ConvBn shortcut;

  Bottleneck(Parameters.Scope scope, int in, int planes) {
    int out = EXPANSION * planes;
    this.conv1 = ConvBn.relu(scope.at("conv1"), in, planes, 1);
    this.conv2 = ConvBn.relu(scope.at("conv2"), planes, planes, 3);
    this.conv3 = new ConvBn(scope.at("conv3"), planes, out, 1, 1, 1, false);
    this.shortcut = new ConvBn(scope.at("shortcut"), in, out, 1, 1, 1, false);
  }

  /** [B, in, H, W] to [B, 4 planes, H, W]. */
  <T> T forward(Operations<T> ops, T x) {
    return ops.part(() -> computed(ops, x));
  }

  private <T> T computed(Operations<T> ops, T x) {
    T y = conv1.forward(ops, x); // [B, planes, H, W]
    y = conv2.forward(ops, y); // [B, planes, H, W]
    y = conv3.forward(ops, y); // [B, 4 planes, H, W]
    return shortcut.addToRelu(ops, y, x);
  }
}
