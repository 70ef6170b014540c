package io.sadi.train;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Ranks;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of a step, which may have several batches. A batch's loss is a mean over its joints,
 * each as much as it counts, so it is weighted by the sum of these: the weighted mean over the
 * batches is then the loss of one large batch.
 *
 * @param joints that count, at least 1 a batch
 * @param weighted sum over the batches of loss times joints; of bad batches the total alone
 * @param bad batches with a bad loss or bad gradients
 * @param badGradients those of them whose loss is good
 */
record StepLoss(double joints, LossValues weighted, double bad, double badGradients) {
  static final StepLoss NONE = new StepLoss(0, LossValues.ZERO, 0, 0);

  /**
   * The loss of one batch. It is bad if its total is not a number or above the limit.
   *
   * @param joints that count
   * @param limit the largest total that is good
   */
  static StepLoss of(LossValues loss, double joints, double limit) {
    double weight = Math.max(1, joints);
    return Double.isFinite(loss.total()) && loss.total() <= limit
        ? new StepLoss(weight, loss.times(weight), 0, 0)
        : new StepLoss(weight, new LossValues(loss.total() * weight, 0, 0), 1, 0);
  }

  /** The same batch, with gradients that are not numbers. */
  StepLoss withBadGradients() {
    return new StepLoss(joints, new LossValues(weighted.total(), 0, 0), 1, 1);
  }

  StepLoss plus(StepLoss other) {
    return new StepLoss(
        joints + other.joints,
        weighted.plus(other.weighted),
        bad + other.bad,
        badGradients + other.badGradients);
  }

  /** The sum over the processes of a job. */
  StepLoss sum(Ranks ranks, ComputeDevice device) {
    if (ranks.size() == 1) {
      return this; // in double precision, where the exchange is in float32
    }
    float[] own = {
      (float) joints,
      (float) weighted.total(),
      (float) weighted.h1(),
      (float) weighted.h2(),
      (float) bad,
      (float) badGradients
    };
    Tensor tensor = Tensors.of(own, device, own.length);
    ranks.sum(tensor);
    float[] all = Tensors.floats(tensor);
    return new StepLoss(all[0], new LossValues(all[1], all[2], all[3]), all[4], all[5]);
  }

  /** Whether the weights may follow the gradients of this step. */
  boolean isGood() {
    return bad == 0;
  }

  /** The mean over the joints. */
  LossValues mean() {
    return weighted.dividedBy(joints);
  }
}
