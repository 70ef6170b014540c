package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The loss of a detector: that of the centres plus that of the boxes.
 *
 * @param form of the centres' loss
 * @param boxes form of the boxes' loss
 * @param boxWeight factor of the boxes' loss
 */
public record DetectorLoss(CentreLoss form, BoxLoss boxes, double boxWeight) {
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

  /** How a box is compared with its target. */
  public enum BoxLoss {
    /**
     * 1 - GIoU, 0 to 2: what two boxes have in common, and how far apart they are where that is
     * nothing (Rezatofighi et al., Generalized Intersection over Union, 2019). A pixel counts as
     * much as it is of the box.
     */
    GIOU,
    /**
     * The mean distance of the four numbers: cells of the middle and logarithms of the sides are
     * added up, so that of a large box the middle counts, and hardly its sides.
     */
    L1
  }

  /** The logarithm of a side in quarters of the input is taken for no more than this. */
  private static final double LARGEST = 4;

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
   * @param box the boxes' loss, a mean over the cells that learn one, []
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
        config.choice(
            "loss.boxes",
            BoxLoss.class,
            BoxLoss.GIOU,
            "the loss of the boxes: what they have in common with the right ones, or their numbers'"
                + " distance"),
        config.number("loss.box", 5, 0, 1e6, "weight of the boxes' loss beside it"));
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
    Tensor error =
        switch (boxes) {
          case GIOU -> giou(output.box(), targets.box);
          case L1 -> output.box().sub(targets.box).abs().mean(1); // [B, H, W]
        };
    Tensor counts = targets.boxWeight.select(1, 0); // [B, H, W]
    Tensor all = counts.sum().clamp_min(Tensors.scalar(1.0 / DetectorNet.BOX));
    Tensor box = error.mul(counts).sum().div(all);
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

  /**
   * 1 - GIoU of boxes that are told from the same cell, [B, H, W].
   *
   * @param found [B, 4, H, W], see {@link DetectorNet.CellMaps#box}
   * @param target the same
   */
  static Tensor giou(Tensor found, Tensor target) {
    BoxSides x = BoxSides.of(found, target, 0);
    BoxSides y = BoxSides.of(found, target, 1);
    Tensor common = x.common.mul(y.common);
    Tensor hull = x.hull.mul(y.hull);
    Tensor union = x.found.mul(y.found).add(x.target.mul(y.target)).sub(common);
    // GIoU = common / union - (hull - union) / hull
    return common.div(union).add(union.div(hull)).neg().add(Tensors.scalar(2));
  }

  /**
   * Two boxes along an axis, each [B, H, W] in cells.
   *
   * @param found the found one's side
   * @param target the right one's side
   * @param common what they have in common
   * @param hull from where the first begins to where the last ends
   */
  private record BoxSides(Tensor found, Tensor target, Tensor common, Tensor hull) {
    static BoxSides of(Tensor found, Tensor target, int axis) {
      Tensor side = side(found, axis);
      Tensor targetSide = side(target, axis);
      Tensor begins = begins(found, axis, side);
      Tensor targetBegins = begins(target, axis, targetSide);
      Tensor ends = begins.add(side);
      Tensor targetEnds = targetBegins.add(targetSide);
      Tensor common = ends.minimum(targetEnds).sub(begins.maximum(targetBegins));
      Tensor hull = ends.maximum(targetEnds).sub(begins.minimum(targetBegins));
      return new BoxSides(side, targetSide, common.clamp_min(Tensors.scalar(0)), hull);
    }

    private static Tensor side(Tensor box, int axis) {
      double quarter = box.size(-1) / 4.0; // of the input, in cells
      Tensor logarithm = box.select(1, 2 + axis).clamp_max(Tensors.scalar(LARGEST));
      return logarithm.exp().mul(Tensors.scalar(quarter));
    }

    private static Tensor begins(Tensor box, int axis, Tensor side) {
      return box.select(1, axis).sub(side.mul(Tensors.scalar(0.5)));
    }
  }

  private static Tensor squared(Tensor logit, Tensor target) {
    Tensor isCentre = target.ge(Tensors.scalar(1)).to(logit.scalar_type());
    Tensor weight = isCentre.mul(Tensors.scalar(MSE_CENTRE - 1)).add(Tensors.scalar(1));
    return logit.sigmoid().sub(target).square().mul(weight);
  }
}
