package io.sadi.train;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Ranks;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Losses of a step's batches, each times the number of joints that it is the mean over, so that
 * they add up to the means of one large batch.
 *
 * @param count joints that count
 * @param totalTimesCount the total loss, also of bad batches
 * @param h1TimesCount L_H1
 * @param h2TimesCount L_H2; NaN without it
 * @param bad batches whose loss is no number, or has exploded, or whose gradients are no numbers
 * @param badGradients those of them whose loss is a number as usual
 * @param interruptions processes that were told to end
 * @param saves whether it is time to save the state: the first process says so for all
 */
public record Sums(
    double count,
    double totalTimesCount,
    double h1TimesCount,
    double h2TimesCount,
    double bad,
    double badGradients,
    double interruptions,
    double saves) {
  static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * Of one batch.
   *
   * @param limit the largest total loss that is no fault
   */
  static Sums of(double count, double total, double h1, double h2, double limit) {
    double weight = Math.max(1, count);
    return Double.isFinite(total) && total <= limit
        ? new Sums(weight, total * weight, h1 * weight, h2 * weight, 0, 0, 0, 0)
        : new Sums(weight, total * weight, 0, 0, 1, 0, 0, 0);
  }

  /** The same for a batch whose gradients are no numbers. */
  Sums withBadGradients() {
    return new Sums(count, totalTimesCount, 0, 0, 1, 1, interruptions, saves);
  }

  Sums plus(Sums other) {
    return new Sums(
        count + other.count,
        totalTimesCount + other.totalTimesCount,
        h1TimesCount + other.h1TimesCount,
        h2TimesCount + other.h2TimesCount,
        bad + other.bad,
        badGradients + other.badGradients,
        interruptions + other.interruptions,
        saves + other.saves);
  }

  /**
   * The same with what this process wants.
   *
   * @param interrupted whether it was told to end
   * @param save whether it is time to save
   */
  Sums asking(boolean interrupted, boolean save) {
    return new Sums(
        count,
        totalTimesCount,
        h1TimesCount,
        h2TimesCount,
        bad,
        badGradients,
        interrupted ? 1 : 0,
        save ? 1 : 0);
  }

  /** Summed over the processes of a job. */
  Sums overAll(Ranks ranks, ComputeDevice device) {
    float[] own = {
      (float) count,
      (float) totalTimesCount,
      (float) h1TimesCount,
      (float) h2TimesCount,
      (float) bad,
      (float) badGradients,
      (float) interruptions,
      (float) saves
    };
    Tensor tensor = Tensors.of(own, device, own.length);
    ranks.sum(tensor);
    float[] all = Tensors.floats(tensor);
    return new Sums(all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]);
  }

  boolean good() {
    return bad == 0;
  }

  boolean interrupted() {
    return interruptions > 0;
  }

  boolean timeToSave() {
    return saves > 0;
  }

  double loss() {
    return totalTimesCount / count;
  }

  double lossH1() {
    return h1TimesCount / count;
  }

  double lossH2() {
    return h2TimesCount / count;
  }
}
