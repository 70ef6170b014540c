package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * bf16 emulated: operands and results are rounded to it, gradients alike, and what lies between is
 * float32. It says how far from float32 a network is by rounding alone, which is a lot: bf16 itself
 * may be as far, and not much further.
 */
final class RoundedOperations extends EagerOperations {
  private final boolean training;
  private boolean exact;

  RoundedOperations(boolean training) {
    super(ComputeDevice.CPU, Arithmetic.byRule(Way.DIRECT), training);
    this.training = training;
  }

  /** Rounds x, and its gradient on the way back. */
  private Tensor r(Tensor x) {
    return exact ? x : x.to(ScalarType.BFloat16).to(ScalarType.Float);
  }

  /** As large as another: what comes back to each repetition is rounded before it is added up. */
  private Tensor repeated(Tensor x, Tensor like) {
    return r(x.expand_as(like));
  }

  private @Nullable Tensor r(@Nullable Parameter parameter) {
    return parameter == null ? null : r(parameter.tensor());
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    return r(
        Convolutions.convolve(
            Way.DIRECT,
            r(x),
            layer,
            r(layer.weight().tensor()),
            r(layer.bias()),
            ComputeDevice.CPU));
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
            training,
            0,
            ConvBn.EPSILON,
            false);
    return layer.relu() ? r(y).relu() : r(y);
  }

  @Override
  public Tensor addConv(Tensor sum, Tensor x, ConvBn layer) {
    return r(sum.add(conv(x, layer)));
  }

  @Override
  public Tensor linear(Tensor x, Conv layer) {
    Tensor bias = r(layer.bias());
    return r(
        torch.linear(
            r(x),
            r(layer.weight().tensor()).flatten(1, 3),
            bias == null ? new TensorOptional() : new TensorOptional(bias)));
  }

  @Override
  public Tensor relu(Tensor x) {
    return x.relu();
  }

  @Override
  public Tensor sigmoid(Tensor x) {
    return r(super.sigmoid(x));
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    return r(super.add(a, b));
  }

  @Override
  public Tensor multiply(Tensor a, Tensor b) {
    return r(a.mul(repeated(b, a)));
  }

  @Override
  public Tensor multiply(Tensor x, double factor) {
    return r(super.multiply(x, factor));
  }

  @Override
  public Tensor multiplyAdd(Tensor a, Tensor b, Tensor c) {
    return r(r(a.mul(repeated(b, a))).add(c));
  }

  @Override
  public Tensor pool(Tensor x) {
    return r(super.pool(x));
  }

  @Override
  public Tensor averagePool(Tensor x, int factor) {
    return r(super.averagePool(x, factor));
  }

  @Override
  public Tensor upsampleBilinear(Tensor x, int factor) {
    return r(super.upsampleBilinear(x, factor));
  }

  @Override
  public Tensor concat(List<Tensor> parts) {
    return r(super.concat(parts));
  }

  @Override
  public Tensor inFloat32(Tensor x, UnaryOperator<Tensor> f) {
    boolean before = exact;
    exact = true;
    Tensor y = f.apply(x);
    exact = before;
    return y;
  }

  @Override
  public Tensor like(Tensor x, Tensor other) {
    return r(x);
  }
}
