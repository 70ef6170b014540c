package io.sadi.model;

import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * LibTorch's operations one by one, with the parameters themselves, so that gradients reach them;
 * in bf16 under autocast.
 */
class EagerOperations implements Operations<Tensor> {
  private static final double MOMENTUM = 0.1;

  private final ComputeDevice device;
  private final Arithmetic arithmetic;
  private final boolean training;

  /**
   * @param arithmetic how each layer is computed
   * @param training whether batch norms use the batch's own statistics, and update the running ones
   */
  EagerOperations(ComputeDevice device, Arithmetic arithmetic, boolean training) {
    this.device = device;
    this.arithmetic = arithmetic;
    this.training = training;
  }

  @Override
  public Tensor input(Tensor image) {
    return image.contiguous(MemoryFormat.ChannelsLast);
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    Parameter bias = layer.bias();
    return Convolutions.convolve(
        arithmetic.way(layer),
        x,
        layer,
        layer.weight().tensor(),
        bias == null ? null : bias.tensor(),
        device);
  }

  @Override
  public Tensor conv(Tensor x, ConvBn layer) {
    Tensor y =
        torch.batch_norm(
            conv(x, layer.conv()),
            new TensorOptional(layer.scale().tensor()),
            new TensorOptional(layer.shift().tensor()),
            new TensorOptional(layer.mean().tensor()),
            new TensorOptional(layer.variance().tensor()),
            training && !layer.mean().frozen(),
            MOMENTUM,
            ConvBn.EPSILON,
            true);
    return layer.relu() ? torch.relu_(y) : y;
  }

  @Override
  public Tensor addConv(Tensor sum, Tensor x, ConvBn layer) {
    return sum.add_(conv(x, layer));
  }

  /**
   * As a matrix product: for a single pixel a convolution's setup takes longer than its arithmetic.
   */
  @Override
  public Tensor linear(Tensor x, Conv layer) {
    Parameter bias = layer.bias();
    return Convolutions.multiply(
        arithmetic.way(layer),
        x,
        layer.weight().tensor().flatten(1, 3),
        bias == null ? null : bias.tensor(),
        device);
  }

  @Override
  public Tensor linear(Tensor x, Parameter weight, Parameter bias) {
    return Convolutions.multiply(arithmetic.way(weight), x, weight.tensor(), bias.tensor(), device);
  }

  @Override
  public Tensor relu(Tensor x) {
    return torch.relu_(x);
  }

  @Override
  public Tensor sigmoid(Tensor x) {
    return x.sigmoid();
  }

  @Override
  public Tensor softmax(Tensor x, int axis) {
    return x.softmax(axis);
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    return a.add(b);
  }

  @Override
  public Tensor multiply(Tensor a, Tensor b) {
    return a.mul(b);
  }

  @Override
  public Tensor multiply(Tensor x, double factor) {
    return x.mul(Tensors.scalar(factor));
  }

  @Override
  public Tensor multiplyAdd(Tensor a, Tensor b, Tensor c) {
    return a.mul(b).add(c);
  }

  @Override
  public Tensor atLeast(Tensor x, double least) {
    return x.clamp_min(Tensors.scalar(least));
  }

  @Override
  public Tensor pool(Tensor x) {
    return torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, 3);
  }

  @Override
  public Tensor averagePool(Tensor x, int factor) {
    return torch.avg_pool2d(x, new long[] {factor, factor});
  }

  @Override
  public Tensor upsampleNearest(Tensor x) {
    return torch.upsample_nearest2d(x, 2 * x.size(2), 2 * x.size(3));
  }

  @Override
  public Tensor upsampleBilinear(Tensor x, int factor) {
    long[] size = {factor * x.size(2), factor * x.size(3)};
    return torch.upsample_bilinear2d(x, size, false);
  }

  @Override
  public Tensor concat(List<Tensor> parts) {
    TensorVector vector = new TensorVector();
    parts.forEach(vector::push_back);
    return torch.cat(vector, 1);
  }

  @Override
  public Tensor narrow(Tensor x, int axis, int start, int length) {
    return x.narrow(axis, start, length);
  }

  @Override
  public Tensor reshape(Tensor x, long... shape) {
    long[] whole = new long[shape.length + 1];
    whole[0] = x.size(0);
    System.arraycopy(shape, 0, whole, 1, shape.length);
    return x.reshape(whole);
  }

  @Override
  public long size(Tensor x, int axis) {
    return x.size(axis);
  }

  @Override
  public Tensor inFloat32(Tensor x, UnaryOperator<Tensor> f) {
    try (Autocast fp32 = Autocast.off(device)) {
      return f.apply(x.to(ScalarType.Float));
    }
  }

  @Override
  public Tensor like(Tensor x, Tensor other) {
    return x.to(other.scalar_type());
  }

  /** What gradients need of it LibTorch keeps by itself. */
  @Override
  public Tensor part(Supplier<Tensor> part) {
    return Tensors.result(part);
  }
}
