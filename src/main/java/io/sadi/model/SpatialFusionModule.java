package io.sadi.model;

import io.sadi.model.ModelConfig.GlobalAttention;
import io.sadi.model.ModelConfig.LocalAttention;
import io.sadi.model.ModelConfig.Sfm;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The Spatial Fusion Module (section III-C): from the hourglass's four finest levels to a position
 * and a deviation for every joint.
 *
 * <p>{@code lateral} brings the levels to F1..F4; global attention (Eq. 2-3) weighs the scales
 * against each other at every pixel; the classification head, HRNet's, fuses them from fine to
 * coarse with local attention, pools, and regresses.
 */
final class SpatialFusionModule {
  private static final double SMALLEST_SIGMA = 1e-3;

  /**
   * theta: where each joint is and how sure that is.
   *
   * @param mu [B, K, 2], x and y in image units, -0.5 to 0.5 across the crop
   * @param sigma [B, K, 2], in the same units, at least 0.001
   */
  record Regression(Tensor mu, Tensor sigma) {}

  private final Sfm config;
  private final ComputeDevice device;
  private final int joints;
  private final List<ConvBn> lateral = new ArrayList<>();
  private final List<Conv> project = new ArrayList<>();
  private final List<Conv> score = new ArrayList<>();
  private final List<ConvBn> restore = new ArrayList<>();
  private final List<Bottleneck> increase = new ArrayList<>();
  private final List<ConvBn> reduce = new ArrayList<>();
  private final ConvBn last;
  private final Parameter fcWeight;
  private final Parameter fcBias;
  private final CostMeter meter;

  SpatialFusionModule(Parameters.Scope scope, ModelConfig model, int joints, ComputeDevice device) {
    this.config = model.sfm();
    this.device = device;
    this.joints = joints;
    Parameters.Scope global = scope.at("global");
    for (int n = 0; n < ModelConfig.SCALES; n++) {
      int width = config.width().get(n);
      lateral.add(ConvBn.relu(scope.at("lateral").at(n), model.channels().get(n), width, 1));
      if (config.globalAttention() != GlobalAttention.NONE) {
        int common = config.attention();
        project.add(Conv.pointwise(global.at("project").at(n), width, common, Initializer.KAIMING));
        score.add(Conv.pointwise(global.at("score").at(n), common, 1, Initializer.normal(0.01)));
        restore.add(ConvBn.relu(global.at("restore").at(n), common, width, 1));
      }
      increase.add(new Bottleneck(scope.at("increase").at(n), width, config.planes().get(n)));
    }
    for (int i = 0; i < ModelConfig.SCALES - 1; i++) {
      int in = Bottleneck.EXPANSION * config.planes().get(i);
      int out = Bottleneck.EXPANSION * config.planes().get(i + 1);
      reduce.add(new ConvBn(scope.at("reduce").at(i), in, out, 3, 2, 1, true));
    }
    int coarsest = Bottleneck.EXPANSION * config.planes().get(ModelConfig.SCALES - 1);
    this.last = ConvBn.relu(scope.at("final"), coarsest, config.last(), 1);
    Parameters.Scope fc = scope.at("fc");
    // Small, so that every mu starts at the centre and every sigma at a half.
    this.fcWeight = fc.weight("weight", Initializer.xavier(0.01), 4L * joints, config.last());
    this.fcBias = fc.weight("bias", Initializer.ZERO, 4L * joints);
    this.meter = scope.meter();
  }

  /**
   * @param levels the hourglass's outputs, fine to coarse, at least four
   */
  Regression forward(List<Tensor> levels, boolean training) {
    List<Tensor> f = new ArrayList<>();
    for (int n = 0; n < ModelConfig.SCALES; n++) {
      f.add(lateral.get(n).forward(levels.get(n), training));
    }
    if (config.globalAttention() != GlobalAttention.NONE) {
      f = globalAttention(f, training);
    }
    Tensor y = increase.get(0).forward(f.get(0), training);
    for (int i = 0; i < reduce.size(); i++) {
      Tensor next = increase.get(i + 1).forward(f.get(i + 1), training);
      y = localAttention(reduce.get(i).forward(y, training).add(next));
    }
    return regress(last.forward(y, training));
  }

  /** Eq. 2-3: W_n = softmax over the scales of U_n, a weight for every pixel of every scale. */
  private List<Tensor> globalAttention(List<Tensor> f, boolean training) {
    long height = f.get(0).size(2);
    long width = f.get(0).size(3);
    TensorVector g = new TensorVector();
    TensorVector u = new TensorVector();
    for (int n = 0; n < f.size(); n++) {
      Tensor projected = project.get(n).forward(f.get(n));
      Tensor upsampled =
          n == 0
              ? projected
              : torch.upsample_bilinear2d(projected, new long[] {height, width}, false);
      g.push_back(upsampled);
      u.push_back(score.get(n).forward(upsampled));
    }
    Tensor w;
    try (Autocast fp32 = Autocast.off(device)) {
      w = torch.cat(u, 1).to(ScalarType.Float).softmax(1);
    }
    List<Tensor> weighted = new ArrayList<>();
    for (int n = 0; n < f.size(); n++) {
      Tensor gn = g.get(n);
      weighted.add(gn.mul(w.narrow(1, n, 1).to(gn.scalar_type())));
    }
    if (config.globalAttention() == GlobalAttention.SUM) {
      Tensor sum = weighted.get(0);
      for (Tensor next : weighted.subList(1, weighted.size())) {
        sum = sum.add(next);
      }
      weighted = List.of(sum, sum, sum, sum);
    }
    List<Tensor> result = new ArrayList<>();
    for (int n = 0; n < f.size(); n++) {
      long factor = height / f.get(n).size(2);
      Tensor atScale =
          factor == 1
              ? weighted.get(n)
              : torch.avg_pool2d(weighted.get(n), new long[] {factor, factor});
      result.add(restore.get(n).forward(atScale, training));
    }
    return result;
  }

  /** LA(s) = s softmax(s) n, normalised over n places, so that the mean weight is 1. */
  private Tensor localAttention(Tensor s) {
    if (config.localAttention() == LocalAttention.NONE) {
      return s;
    }
    try (Autocast fp32 = Autocast.off(device)) {
      Tensor x = s.to(ScalarType.Float);
      Tensor weight =
          switch (config.localAttention()) {
            case COLUMN -> x.softmax(2).mul(Tensors.scalar((double) x.size(2)));
            case ROW -> x.softmax(3).mul(Tensors.scalar((double) x.size(3)));
            case CHANNEL -> x.softmax(1).mul(Tensors.scalar((double) x.size(1)));
            case SPATIAL -> {
              long places = x.size(2) * x.size(3);
              Tensor flat = x.reshape(x.size(0), x.size(1), places).softmax(2);
              yield flat.reshape(x.size(0), x.size(1), x.size(2), x.size(3))
                  .mul(Tensors.scalar((double) places));
            }
            case NONE -> throw new IllegalStateException("handled above");
          };
      return x.mul(weight).to(s.scalar_type());
    }
  }

  /** Pooling, {@code sfm.fc}, and theta = (mu_x, mu_y, s_x, s_y) per joint, all in float32. */
  private Regression regress(Tensor features) {
    try (Autocast fp32 = Autocast.off(device)) {
      Tensor pooled = features.to(ScalarType.Float).mean(2, 3);
      Tensor theta =
          torch
              .linear(pooled, fcWeight.tensor(), new TensorOptional(fcBias.tensor()))
              .view(-1, joints, 4);
      if (meter.running()) {
        long parameters = fcWeight.count() + fcBias.count();
        meter.record(
            new LayerCost("sfm.fc", "linear", 4L * joints, 1, 1, parameters, fcWeight.count()));
      }
      Tensor mu = theta.narrow(2, 0, 2);
      // Without a floor sigma can reach 0, the known source of NaN in this family of losses.
      Tensor sigma = theta.narrow(2, 2, 2).sigmoid().clamp_min(Tensors.scalar(SMALLEST_SIGMA));
      return new Regression(mu, sigma);
    }
  }
}
