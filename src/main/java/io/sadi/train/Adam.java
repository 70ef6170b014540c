package io.sadi.train;

import io.sadi.model.Parameters;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Adam (Kingma and Ba), with AdamW's decoupled weight decay. All weights lie in one buffer, so a
 * step takes a few operations however many layers there are. The state is two buffers of moments
 * and the number of steps.
 */
final class Adam implements AutoCloseable {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final Parameters parameters;
  private final double weightDecay;
  private final PointerScope memory;
  private final Tensor mean;
  private final Tensor square;
  private final @Nullable Tensor learning;
  private long steps;

  Adam(Parameters parameters, ComputeDevice device, double weightDecay) {
    this.parameters = parameters;
    this.weightDecay = weightDecay;
    try (PointerScope scope = new PointerScope()) {
      this.memory = scope.extend();
      long n = parameters.weights().numel();
      this.mean = torch.zeros(new long[] {n}, device.floats());
      this.square = torch.zeros(new long[] {n}, device.floats());
      this.learning = parameters.learning();
    }
  }

  /** Updates the weights, and sets the gradients to 0. */
  void step(double rate) {
    steps++;
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor weights = parameters.weights();
      Tensor gradients = parameters.gradients();
      mean.lerp_(gradients, Tensors.scalar(1 - BETA1));
      square.mul_(Tensors.scalar(BETA2)).addcmul_(gradients, gradients, Tensors.scalar(1 - BETA2));
      if (weightDecay > 0) {
        if (learning == null) {
          weights.mul_(Tensors.scalar(1 - rate * weightDecay));
        } else {
          weights.addcmul_(weights, learning, Tensors.scalar(-rate * weightDecay));
        }
      }
      double correction1 = 1 - Math.pow(BETA1, (double) steps);
      double correction2 = 1 - Math.pow(BETA2, (double) steps);
      Tensor denominator =
          square
              .sqrt()
              .mul_(Tensors.scalar(1 / Math.sqrt(correction2)))
              .add_(Tensors.scalar(EPSILON));
      weights.addcdiv_(mean, denominator, Tensors.scalar(-rate / correction1));
      gradients.zero_();
    }
  }

  /** First moments, [n], in the order of {@link Parameters#weights}. */
  Tensor mean() {
    return mean;
  }

  /** Second moments, [n]. */
  Tensor square() {
    return square;
  }

  long steps() {
    return steps;
  }

  /** Continues after so many steps, with moments that have just been read. */
  void goOn(long done) {
    steps = done;
    if (learning != null) {
      // A weight that is frozen now may have been trained before: its moments would still move it.
      try (NoGradGuard noGrad = new NoGradGuard()) {
        mean.mul_(learning);
        square.mul_(learning);
      }
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
