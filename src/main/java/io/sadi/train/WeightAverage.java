package io.sadi.train;

import io.sadi.model.Parameters;
import io.sadi.model.SadiNet;
import io.sadi.torch.Ranks;
import io.sadi.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * The exponential moving average of a network's weights and statistics, as a network of its own,
 * which is validated and kept. The decay at step n is min(d, (1 + n) / (10 + n)), so that the
 * random initial weights soon have no effect.
 */
final class WeightAverage implements AutoCloseable {
  private final SadiNet source;
  private final SadiNet average;
  private final double decay;

  /**
   * @param decay 0: no averaging
   */
  WeightAverage(SadiNet source, double decay) {
    this.source = source;
    this.decay = decay;
    this.average = SadiNet.create(source.config(), source.joints(), source.device(), false, 0);
    pull(1);
  }

  /**
   * After an optimizer step.
   *
   * @param steps done so far
   */
  void update(long steps) {
    pull(share(decay, steps));
  }

  /** What the average takes over of the weights after so many steps. */
  static double share(double decay, long steps) {
    return 1 - Math.min(decay, (1.0 + steps) / (10.0 + steps));
  }

  /**
   * Averages the running statistics over the processes of a job: each has seen its own share of the
   * people. Weights need no averaging, they are the same everywhere.
   */
  void averageStatistics(Ranks ranks) {
    if (ranks.size() == 1) {
      return;
    }
    for (SadiNet net : new SadiNet[] {source, average}) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        ranks.sum(net.parameters().statistics());
        net.parameters().statistics().div_(Tensors.scalar(ranks.size()));
      }
    }
  }

  SadiNet network() {
    return average;
  }

  private void pull(double share) {
    pull(source.parameters(), average.parameters(), share);
  }

  /** Moves weights and statistics a share of the way. */
  static void pull(Parameters from, Parameters to, double share) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      to.weights().lerp_(from.weights(), Tensors.scalar(share));
      to.statistics().lerp_(from.statistics(), Tensors.scalar(share));
    }
  }

  @Override
  public void close() {
    average.close();
  }
}
