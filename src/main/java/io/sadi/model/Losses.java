package io.sadi.model;

import io.sadi.model.SadiNet.Output;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The losses of section III-E, a function each. Each gives a value per person and joint, [B, K];
 * the total is the mean over the joints that are annotated and inside the crop.
 */
public final class Losses {
  private Losses() {}

  /**
   * The targets of a batch.
   *
   * @param joints [B, K, 2] in image units, -0.5 to 0.5 across the crop; finite everywhere
   * @param mask [B, K], how much a joint counts: 1 where it is annotated and inside the crop, else
   *     0, or what a second opinion makes of it
   */
  public record Targets(Tensor joints, Tensor mask) {}

  /**
   * The loss of a batch.
   *
   * @param total the loss that is minimised, []
   * @param h1 the mean of L_H1 before its weight, []
   * @param h2 the mean of L_H2, []; null without it
   */
  public record Loss(Tensor total, Tensor h1, @Nullable Tensor h2) {}

  /** The total loss of a batch, Eq. 8 or one of its alternatives. */
  public static Loss of(SadiNet net, Output<Tensor> output, Targets targets, LossConfig config) {
    Tensor target = h1Target(net, output, targets, config);
    Tensor h1 = h1Error(net, output.heatmaps().get(0), target, targets, config);
    // Intermediate supervision: every stack has the same target.
    for (Tensor heatmap : output.heatmaps().subList(1, output.heatmaps().size())) {
      h1 = h1.add(h1Error(net, heatmap, target, targets, config));
    }
    Tensor weighted = h1.mul(Tensors.scalar(config.h1Weight())); // [B, K], as h1, h2 and chi
    Tensor mu = output.mu();
    Tensor sigma = output.sigma();
    if (config.combine() == LossConfig.LossCombine.H1 || mu == null || sigma == null) {
      return new Loss(mean(weighted, targets.mask), mean(h1, targets.mask), null);
    }
    Tensor h2 =
        config.likelihood()
            ? negativeLogLikelihood(net.dlm(), mu, sigma, targets.joints)
            : heatmapError(secondHeatmap(net, mu, sigma), target);
    Tensor chi = chi(net, sigma, config);
    Tensor rest = chi.neg().add(Tensors.scalar(1));
    Tensor total =
        switch (config.combine()) {
          case WEIGHTED -> rest.mul(weighted).add(chi.mul(h2));
          case SWAPPED -> chi.mul(weighted).add(rest.mul(h2));
          case SUM -> weighted.add(h2);
          case H1 -> throw new IllegalStateException("handled above");
        };
    return new Loss(mean(total, targets.mask), mean(h1, targets.mask), mean(h2, targets.mask));
  }

  /** Mean squared error over the pixels of each map: [B, K, H, W] twice to [B, K]. */
  static Tensor heatmapError(Tensor heatmap, Tensor target) {
    return heatmap.sub(target).square().mean(2, 3);
  }

  /**
   * Gaussians of peak 1 at the joints' sub-pixel positions.
   *
   * @param joints [B, K, 2] in image units
   * @param size side of the maps
   * @param deviation in map pixels
   * @return [B, K, size, size]
   */
  static Tensor gaussians(Tensor joints, int size, double deviation, SadiNet net) {
    float[] centers = new float[size];
    for (int i = 0; i < size; i++) {
      // In image units, as the joints are: rounding is then symmetric, and a mirrored joint's map
      // is the mirrored map to the last bit.
      centers[i] = (i - (size - 1) / 2f) / size;
    }
    Tensor axis = Tensors.of(centers, net.device(), 1, 1, size);
    double units = deviation / size;
    Tensor scale = Tensors.of(new float[] {(float) (-0.5 / (units * units))}, net.device(), 1);
    Tensor x = axis.sub(joints.narrow(2, 0, 1)).square().mul(scale).exp();
    Tensor y = axis.sub(joints.narrow(2, 1, 1)).square().mul(scale).exp();
    return y.unsqueeze(3).mul(x.unsqueeze(2));
  }

  /**
   * Eq. 7 (and, with the DLM's product, Eq. 4): -log P((g - mu) / sigma) + log sigma_x + log
   * sigma_y, the negative log-likelihood of the joint g.
   */
  static Tensor negativeLogLikelihood(
      DistributionLearningModule dlm, Tensor mu, Tensor sigma, Tensor joints) {
    Tensor u = joints.sub(mu).div(sigma); // [B, K, 2]
    Tensor logP = dlm.logDensity(u.reshape(-1, 2)).view(mu.size(0), mu.size(1));
    return sigma.log().sum(2).sub(logP);
  }

  /** L_H1 of one stack's map, [B, K]. */
  private static Tensor h1Error(
      SadiNet net, Tensor heatmap, Tensor target, Targets targets, LossConfig config) {
    return config.h1() == LossConfig.H1.NLL
        ? placeError(heatmap, onMaps(targets.joints, net))
        : heatmapError(heatmap, target);
  }

  /**
   * Eq. 6: -log of the map's softmax at the joint, interpolated bilinearly between the four pixels
   * around it.
   *
   * @param heatmap [B, K, H, H]
   * @param joints [B, K, 2] in image units; beyond the outermost pixels the nearest one counts
   * @return [B, K]
   */
  static Tensor placeError(Tensor heatmap, Tensor joints) {
    int size = (int) heatmap.size(3);
    Tensor logP = heatmap.flatten(2, 3).log_softmax(2); // [B, K, H H]
    Tensor place =
        joints
            .mul(Tensors.scalar(size))
            .add(Tensors.scalar((size - 1) / 2.0))
            .clamp_min(Tensors.scalar(0))
            .clamp_max(Tensors.scalar(size - 1));
    Tensor first = place.floor().clamp_max(Tensors.scalar(size - 2));
    Tensor second = place.sub(first); // weight of the second pixel, [B, K, 2]
    Tensor error = torch.zeros_like(place.select(2, 0));
    for (int dy = 0; dy < 2; dy++) {
      for (int dx = 0; dx < 2; dx++) {
        Tensor x = first.select(2, 0).add(Tensors.scalar(dx));
        Tensor y = first.select(2, 1).add(Tensors.scalar(dy));
        Tensor index = y.mul(Tensors.scalar(size)).add(x).to(ScalarType.Long).unsqueeze(2);
        Tensor weight = share(second, 0, dx).mul(share(second, 1, dy));
        error = error.sub(weight.mul(logP.gather(2, index).squeeze(2)));
      }
    }
    return error;
  }

  private static Tensor share(Tensor second, int axis, int behind) {
    Tensor weight = second.select(2, axis);
    return behind == 1 ? weight : weight.neg().add(Tensors.scalar(1));
  }

  /** H2 as drawn in training, [B, K, H, H]. Far from the drawn peak mu has no gradient. */
  private static Tensor secondHeatmap(SadiNet net, Tensor mu, Tensor sigma) {
    DistributionLearningModule dlm = net.dlm();
    return dlm.render(
        onMaps(mu, net),
        sigma,
        net.config().heatmap(),
        dlm.lattice(net.config().dlm().trainingLattice()).values());
  }

  /** The target of H1: a Gaussian, or derived from the second heatmap; without gradient. */
  private static Tensor h1Target(
      SadiNet net, Output<Tensor> output, Targets targets, LossConfig config) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      int size = net.config().heatmap();
      Tensor mu = output.mu();
      Tensor sigma = output.sigma();
      Tensor gaussians = gaussians(onMaps(targets.joints, net), size, config.targetSigma(), net);
      if (mu == null || sigma == null) {
        return gaussians;
      }
      return switch (config.h2()) {
        case TARGET -> secondHeatmap(net, targets.joints, sigma);
        case TARGET_SHAPE -> {
          double deviation = config.targetSigma() / size;
          yield secondHeatmap(
              net, targets.joints, torch.zeros_like(sigma).fill_(Tensors.scalar(deviation)));
        }
        // The error to their mean has the gradient of the mean of both errors.
        case MUTUAL -> secondHeatmap(net, mu, sigma).add(gaussians).mul(Tensors.scalar(0.5));
        case NLL, MSE, RLE -> gaussians;
      };
    }
  }

  /** Positions in units whose 0 is the middle of a map's extent. */
  private static Tensor onMaps(Tensor places, SadiNet net) {
    double offset = net.config().pixels().offset() / net.config().heatmap();
    return offset == 0 ? places : places.add(Tensors.scalar(offset));
  }

  /** The balance of the two losses, [B, K]. */
  private static Tensor chi(SadiNet net, Tensor sigma, LossConfig config) {
    Tensor ofJoint = sigma.mean(2);
    return switch (config.chi()) {
      case SIGMA -> ofJoint.detach();
      case SIGMA_GRADIENT -> ofJoint;
      case FLOW -> {
        try (NoGradGuard noGrad = new NoGradGuard()) {
          Tensor deviation = net.dlm().moments().sd().mean().clamp_max(Tensors.scalar(1));
          yield torch.zeros_like(ofJoint).add(deviation);
        }
      }
      case FIXED -> torch.zeros_like(ofJoint).fill_(Tensors.scalar(config.fixedChi()));
    };
  }

  /** The mean over the joints, each as much as it counts; 0 if none does. */
  static Tensor mean(Tensor perJoint, Tensor mask) {
    return perJoint.mul(mask).sum().div(mask.sum().clamp_min(Tensors.scalar(1)));
  }
}
