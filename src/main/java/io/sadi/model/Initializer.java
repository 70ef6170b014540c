package io.sadi.model;

import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;

/** How a parameter starts. {@code fanIn} and {@code fanOut} count connections of one unit. */
@FunctionalInterface
interface Initializer {
  void fill(Tensor tensor, long fanIn, long fanOut);

  /** Normal with the variance that keeps a signal's size through ReLUs (He et al., fan out). */
  Initializer KAIMING =
      (tensor, fanIn, fanOut) ->
          tensor.normal_(0, Math.sqrt(2.0 / fanOut), new GeneratorOptional());

  Initializer ZERO = constant(0);
  Initializer ONE = constant(1);

  static Initializer constant(double value) {
    return (tensor, fanIn, fanOut) -> tensor.fill_(Tensors.scalar(value));
  }

  static Initializer normal(double standardDeviation) {
    return (tensor, fanIn, fanOut) -> tensor.normal_(0, standardDeviation, new GeneratorOptional());
  }

  /** Uniform with Glorot's variance times gain squared. */
  static Initializer xavier(double gain) {
    return (tensor, fanIn, fanOut) -> {
      double bound = gain * Math.sqrt(6.0 / (fanIn + fanOut));
      tensor.uniform_(-bound, bound, new GeneratorOptional());
    };
  }
}
