package io.sadi.model;

import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.FusedConvolution.Geometry;
import io.sadi.torch.Tensors;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * LibTorch's operations one by one, with the parameters as they are learned, so that gradients can
 * reach them; in bf16 where autocast says so.
 */
class EagerOperations implements Operations<Tensor> {
  private static final double MOMENTUM = 0.1;

  private final ComputeDevice device;
  private final boolean training;

  /**
   * @param training whether batch norms use the batch's own statistics, and update the running ones
   */
  EagerOperations(ComputeDevice device, boolean training) {
    this.device = device;
    this.training = training;
  }

  @Override
  public Tensor input(Tensor image) {
    return image.contiguous(MemoryFormat.ChannelsLast);
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    return convolve(x, layer, layer.weight().tensor(), tensor(layer.bias()));
  }

  /** A convolution with other weights than the layer's. */
  static Tensor convolve(Tensor x, Conv layer, Tensor weight, TensorOptional bias) {
    Geometry geometry = geometry(layer);
    return torch.conv2d(
        subsampled(x, layer),
        weight,
        bias,
        new long[] {geometry.stride(), geometry.stride()},
        new long[] {geometry.padding(), geometry.padding()},
        new long[] {geometry.dilation(), geometry.dilation()},
        1);
  }

  /**
   * Whether every tap of a strided kernel falls on a pixel that the stride keeps, as a 1x1 kernel's
   * does and those of a dilation that the stride divides: the others need not be there, and the
   * result is the same. oneDNN's own way overruns its workspace backwards for a strided 1x1 kernel
   * whose channels do not fill a vector (uxlfoundation/oneDNN#6035), and brings the process down;
   * for a strided dilated kernel it falls back to copying patches, which took a fifth of all
   * convolutions' time backwards.
   */
  private static boolean skipsPixels(Conv layer) {
    return layer.stride() > 1 && (layer.kernel() == 1 || layer.dilation() % layer.stride() == 0);
  }

  /** The pixels of x that a layer's kernel looks at, where the others can be left out; else x. */
  static Tensor subsampled(Tensor x, Conv layer) {
    return skipsPixels(layer) ? everyNth(everyNth(x, 2, layer.stride()), 3, layer.stride()) : x;
  }

  /** How to convolve what {@link #subsampled} returns. */
  static Geometry geometry(Conv layer) {
    if (!skipsPixels(layer)) {
      return new Geometry(layer.stride(), layer.padding(), layer.dilation());
    }
    return layer.kernel() == 1
        ? new Geometry(1, 0, 1)
        : new Geometry(1, layer.padding() / layer.stride(), layer.dilation() / layer.stride());
  }

  private static Tensor everyNth(Tensor x, long axis, long n) {
    return x.slice(axis, new LongOptional(), new LongOptional(), n);
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

  /** As a matrix product; convolutions have more to set up than there is to compute for a pixel. */
  @Override
  public Tensor linear(Tensor x, Conv layer) {
    return torch.linear(x, layer.weight().tensor().flatten(1, 3), tensor(layer.bias()));
  }

  @Override
  public Tensor linear(Tensor x, Parameter weight, Parameter bias) {
    return torch.linear(x, weight.tensor(), tensor(bias));
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

  private static TensorOptional tensor(@Nullable Parameter parameter) {
    return parameter == null ? new TensorOptional() : new TensorOptional(parameter.tensor());
  }
}
