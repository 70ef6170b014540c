package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The network in float64 by LibTorch's plainest operators, which no faster library computes: what
 * every other form of it is compared with. Gradients reach the parameters.
 */
final class DoubleOperations extends EagerOperations {
  private final boolean training;

  DoubleOperations(boolean training) {
    super(ComputeDevice.CPU, Arithmetic.byRule(Way.DIRECT), training);
    this.training = training;
  }

  private static Tensor exact(Parameter parameter) {
    return parameter.tensor().to(ScalarType.Double);
  }

  private static TensorOptional optional(@Nullable Parameter parameter) {
    return parameter == null ? new TensorOptional() : new TensorOptional(exact(parameter));
  }

  @Override
  public Tensor input(Tensor image) {
    return image.to(ScalarType.Double);
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    return torch.conv2d(
        x,
        exact(layer.weight()),
        optional(layer.bias()),
        new long[] {layer.stride(), layer.stride()},
        new long[] {layer.padding(), layer.padding()},
        new long[] {layer.dilation(), layer.dilation()},
        1);
  }

  @Override
  public Tensor conv(Tensor x, ConvBn layer) {
    Tensor y =
        torch.batch_norm(
            conv(x, layer.conv()),
            optional(layer.scale()),
            optional(layer.shift()),
            optional(layer.mean()),
            optional(layer.variance()),
            training,
            0.1,
            ConvBn.EPSILON,
            false);
    return layer.relu() ? y.relu() : y;
  }

  @Override
  public Tensor addConv(Tensor sum, Tensor x, ConvBn layer) {
    return sum.add(conv(x, layer));
  }

  @Override
  public Tensor linear(Tensor x, Conv layer) {
    return torch.linear(x, exact(layer.weight()).flatten(1, 3), optional(layer.bias()));
  }

  @Override
  public Tensor linear(Tensor x, Parameter weight, Parameter bias) {
    return torch.linear(x, exact(weight), optional(bias));
  }

  @Override
  public Tensor inFloat32(Tensor x, UnaryOperator<Tensor> f) {
    return f.apply(x);
  }
}
