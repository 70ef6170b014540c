package io.sadi.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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
  Tensor forward(Tensor x, boolean training) {
    Tensor y = conv2.forward(conv1.forward(x, training), training);
    y = conv3.forward(y, training);
    return torch.relu_(y.add(shortcut.forward(x, training)));
  }
}
