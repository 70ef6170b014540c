package io.sadi.model;

import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A parameter's initial values. {@code fanIn} and {@code fanOut} are the connections of one unit.
 */
@FunctionalInterface
interface Initializer {
  /**
   * Fills a tensor.
   *
   * @param generator of random numbers
   */
  void fill(Tensor tensor, GeneratorOptional generator, long fanIn, long fanOut);

  /** Normal with He et al.'s variance for ReLUs, fan out. */
  Initializer KAIMING =
      (tensor, generator, fanIn, fanOut) -> tensor.normal_(0, Math.sqrt(2.0 / fanOut), generator);

  Initializer ZERO = constant(0);
  Initializer ONE = constant(1);

  static Initializer constant(double value) {
    return (tensor, generator, fanIn, fanOut) -> tensor.fill_(Tensors.scalar(value));
  }

  static Initializer normal(double standardDeviation) {
    return (tensor, generator, fanIn, fanOut) -> tensor.normal_(0, standardDeviation, generator);
  }

  /** Uniform with Glorot's variance times gain squared. */
  static Initializer xavier(double gain) {
    return (tensor, generator, fanIn, fanOut) -> {
      double bound = gain * Math.sqrt(6.0 / (fanIn + fanOut));
      tensor.uniform_(-bound, bound, generator);
    };
  }
}
