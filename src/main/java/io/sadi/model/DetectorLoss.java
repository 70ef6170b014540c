package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The loss of a detector: that of the centres plus that of the boxes.
 *
 * @param form of the centres' loss
 * @param boxWeight factor of the boxes' loss
 */
public record DetectorLoss(CentreLoss form, double boxWeight) {
  /** How a map of centres is compared with its target Y, of bells with peaks of 1. */
  public enum CentreLoss {
    /**
     * The penalty-reduced focal loss of Objects as Points, with p the likelihood: where Y = 1, -(1
     * - p)^2 log p; elsewhere -(1 - Y)^4 p^2 log(1 - p).
     */
    FOCAL,
    /** (p - Y)^2, ten times as much where Y = 1. */
    MSE
  }

  /** Weight of a centre among thousands of other cells, for {@link CentreLoss#MSE}. */
  private static final double MSE_CENTRE = 10;

  /**
   * What a batch is to give.
   *
   * @param centre Y, [B, 1, H, H]: 1 in the cell with a person's middle, falling off around it
   * @param weight how much a cell counts in the centres' loss, [B, 1, H, H]: 0 where nobody knows
   *     whether somebody is there
   * @param box [B, 4, H, H], see {@link DetectorNet.CellMaps#box}
   * @param boxWeight how much a cell counts in the boxes' loss, [B, 1, H, H]: 0 away from centres
   * @param people how many there are, over the batch
   */
  public record CellTargets(
      Tensor centre, Tensor weight, Tensor box, Tensor boxWeight, int people) {}

  /**
   * The loss of a batch.
   *
   * @param total centre + boxWeight x box, []
   * @param centre a sum over cells, for each person, []
   * @param box the mean error of a box's four numbers, []
   */
  public record BatchLoss(Tensor total, Tensor centre, Tensor box) {}

  /** Reads the section {@code loss}. */
  public static DetectorLoss from(Config config) {
    return new DetectorLoss(
        config.choice(
            "loss.centre",
            CentreLoss.class,
            CentreLoss.FOCAL,
            "the loss of the map of centres: focal, or squared errors"),
        config.number("loss.box", 1, 0, 1e6, "weight of the boxes' errors beside it"));
  }

  /** The loss of a batch. */
  public BatchLoss of(DetectorNet.CellMaps<Tensor> output, CellTargets targets) {
    Tensor perCell =
        switch (form) {
          case FOCAL -> focal(output.centre(), targets.centre);
          case MSE -> squared(output.centre(), targets.centre);
        };
    Tensor centre =
        perCell.mul(targets.weight).sum().div(Tensors.scalar(Math.max(1, targets.people)));
    Tensor error = output.box().sub(targets.box).abs().mul(targets.boxWeight);
    Tensor all = targets.boxWeight.sum().mul(Tensors.scalar(DetectorNet.BOX));
    Tensor box = error.sum().div(all.clamp_min(Tensors.scalar(1)));
    return new BatchLoss(centre.add(box.mul(Tensors.scalar(boxWeight))), centre, box);
  }

  /** [B, 1, H, H]; by logits, so that no logarithm of 0 is taken. */
  static Tensor focal(Tensor logit, Tensor target) {
    Tensor p = logit.sigmoid();
    Tensor q = logit.neg().sigmoid(); // 1 - p, exact where p is nearly 1
    Tensor logP = torch.log_sigmoid(logit);
    Tensor logQ = torch.log_sigmoid(logit.neg());
    Tensor isCentre = target.ge(Tensors.scalar(1)).to(logit.scalar_type());
    Tensor rest = target.neg().add(Tensors.scalar(1));
    Tensor found = q.square().mul(logP).mul(isCentre);
    Tensor other = rest.square().square().mul(p.square()).mul(logQ); // 0 where Y = 1
    return found.add(other).neg();
  }

  private static Tensor squared(Tensor logit, Tensor target) {
    Tensor isCentre = target.ge(Tensors.scalar(1)).to(logit.scalar_type());
    Tensor weight = isCentre.mul(Tensors.scalar(MSE_CENTRE - 1)).add(Tensors.scalar(1));
    return logit.sigmoid().sub(target).square().mul(weight);
  }
}
