package io.sadi.model;

import io.sadi.model.ModelConfig.GlobalAttention;
import io.sadi.model.ModelConfig.LocalAttention;
import io.sadi.model.ModelConfig.Sfm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Spatial Fusion Module (section III-C): from the hourglass's four finest levels to a position
 * and a deviation for each joint.
 *
 * <p>{@code lateral} brings the levels to F1..F4; global attention (Eq. 2-3) weighs the scales
 * against each other at every pixel; the classification head, HRNet's, fuses them from fine to
 * coarse with local attention, pools, and regresses.
 */
final class SpatialFusionModule {
  private static final double SMALLEST_SIGMA = 1e-3;

  /**
   * theta: each joint's position and its deviation.
   *
   * @param mu [B, K, 2], x and y in image units, -0.5 to 0.5 across the crop
   * @param sigma [B, K, 2], in the same units, at least 0.001
   */
  record Regression<T>(T mu, T sigma) {}

  private final Sfm config;
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

  SpatialFusionModule(Parameters.Scope scope, ModelConfig model, int joints) {
    this.config = model.sfm();
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
   * Fuses the scales and regresses. Shapes in line are those of paper-mpii.yaml.
   *
   * @param levels the hourglass's outputs, fine to coarse, at least four
   */
  <T> Regression<T> forward(Operations<T> ops, List<T> levels) {
    return forward(ops, levels, Attention.Watcher.nobody());
  }

  /** The same while somebody watches where it looks. */
  <T> Regression<T> forward(
      Operations<T> ops, List<T> levels, Attention.Watcher<? super T> watcher) {
    // F1..F4: [B, 64, 64, 64], [B, 128, 32, 32], [B, 256, 16, 16], [B, 512, 8, 8]
    List<T> f = new ArrayList<>();
    for (int n = 0; n < ModelConfig.SCALES; n++) {
      f.add(lateral.get(n).forward(ops, levels.get(n)));
    }
    if (config.globalAttention() != GlobalAttention.NONE) {
      f = globalAttention(ops, f, watcher);
    }
    T y = increase.get(0).forward(ops, f.get(0)); // [B, 128, 64, 64]
    // y: [B, 256, 32, 32], then [B, 512, 16, 16], then [B, 1024, 8, 8]
    for (int i = 0; i < reduce.size(); i++) {
      y = fused(ops, i, y, f.get(i + 1), watcher);
    }
    return regress(ops, last.forward(ops, y)); // of [B, 2048, 8, 8]
  }

  /** The next scale's features, with those of all finer ones. */
  private <T> T fused(
      Operations<T> ops, int i, T finer, T f, Attention.Watcher<? super T> watcher) {
    return ops.part(
        () -> {
          T next = increase.get(i + 1).forward(ops, f);
          return localAttention(ops, ops.add(reduce.get(i).forward(ops, finer), next), watcher);
        });
  }

  /** Eq. 2-3: W_n = softmax over the scales of U_n, a weight for every pixel of every scale. */
  private <T> List<T> globalAttention(
      Operations<T> ops, List<T> f, Attention.Watcher<? super T> watcher) {
    List<T> g = new ArrayList<>();
    List<T> u = new ArrayList<>();
    for (int n = 0; n < f.size(); n++) {
      T projected = project.get(n).forward(ops, f.get(n)); // [B, 256, 64 / 2^n, 64 / 2^n]
      // Scored before upsampling, which gives the same for a quarter, a sixteenth... of the work:
      // both are linear, and bilinear weights add up to 1. In float32, as a softmax follows.
      Conv scoring = score.get(n);
      T scored = ops.inFloat32(projected, exact -> scoring.forward(ops, exact)); // [B, 1, ...]
      g.add(upsampled(ops, projected, n)); // [B, 256, 64, 64]
      u.add(upsampled(ops, scored, n)); // [B, 1, 64, 64]
    }
    T w = ops.inFloat32(ops.concat(u), x -> ops.softmax(x, 1)); // [B, 4, 64, 64]
    watcher.global(w);
    @Nullable T sum =
        config.globalAttention() == GlobalAttention.SUM ? ops.part(() -> sum(ops, g, w)) : null;
    List<T> result = new ArrayList<>();
    for (int n = 0; n < f.size(); n++) {
      int scale = n;
      result.add(
          ops.part(() -> restored(ops, sum == null ? weighted(ops, g, w, scale) : sum, scale)));
    }
    return result;
  }

  /** [B, 256, 64, 64]. */
  private static <T> T weighted(Operations<T> ops, List<T> g, T w, int n) {
    return ops.multiply(g.get(n), ops.like(ops.narrow(w, 1, n, 1), g.get(n)));
  }

  /** [B, 256, 64, 64]. */
  private static <T> T sum(Operations<T> ops, List<T> g, T w) {
    T sum = weighted(ops, g, w, 0);
    for (int n = 1; n < g.size(); n++) {
      sum = added(ops, sum, g, w, n);
    }
    return sum;
  }

  private static <T> T added(Operations<T> ops, T sum, List<T> g, T w, int n) {
    return ops.part(() -> ops.add(sum, weighted(ops, g, w, n)));
  }

  /** [B, 256, 64, 64] to [B, 64 * 2^n, 64 / 2^n, 64 / 2^n]. */
  private <T> T restored(Operations<T> ops, T all, int n) {
    return restore.get(n).forward(ops, n == 0 ? all : ops.averagePool(all, factor(n)));
  }

  /** Upsampled to the finest scale. */
  private static <T> T upsampled(Operations<T> ops, T x, int n) {
    return n == 0 ? x : ops.upsampleBilinear(x, factor(n));
  }

  /** Factor from scale n to the finest. */
  private static int factor(int n) {
    return 1 << n;
  }

  /** LA(s) = s softmax(s), normalised over n places; times n, so that the mean weight is 1. */
  private <T> T localAttention(Operations<T> ops, T s, Attention.Watcher<? super T> watcher) {
    if (config.localAttention() == LocalAttention.NONE) {
      return s;
    }
    T attended =
        ops.inFloat32(
            s,
            x -> {
              T weights = localWeight(ops, x);
              watcher.local(weights);
              return ops.multiply(x, weights);
            });
    return ops.like(attended, s);
  }

  private <T> T localWeight(Operations<T> ops, T x) {
    long channels = ops.size(x, 1);
    long height = ops.size(x, 2);
    long width = ops.size(x, 3);
    return switch (config.localAttention()) {
      case COLUMN -> gained(ops, ops.softmax(x, 2), height);
      case ROW -> gained(ops, ops.softmax(x, 3), width);
      case CHANNEL -> gained(ops, ops.softmax(x, 1), channels);
      case SPATIAL -> {
        T flat = ops.softmax(ops.reshape(x, channels, height * width), 2); // [B, c, H W]
        yield gained(ops, ops.reshape(flat, channels, height, width), height * width);
      }
      case NONE -> throw new IllegalStateException("handled above");
    };
  }

  /** The paper has no such factor; without it features shrink by n at each of the three fusions. */
  private <T> T gained(Operations<T> ops, T weights, long n) {
    return config.localAttentionGain() ? ops.multiply(weights, (double) n) : weights;
  }

  /** Pooling, {@code sfm.fc}, and theta = (mu_x, mu_y, s_x, s_y) per joint, all in float32. */
  private <T> Regression<T> regress(Operations<T> ops, T features) {
    T flat = ops.inFloat32(features, x -> ops.linear(ops.pool(x), fcWeight, fcBias)); // [B, 64]
    if (meter.running()) {
      long parameters = fcWeight.count() + fcBias.count();
      meter.record(
          new LayerCost("sfm.fc", "linear", 4L * joints, 1, 1, parameters, fcWeight.count()));
    }
    T theta = ops.reshape(flat, joints, 4); // [B, 16, 4]
    T mu = ops.narrow(theta, 2, 0, 2); // [B, 16, 2]
    // Without a lower bound sigma can reach 0, a known source of NaN in these losses.
    T s = ops.narrow(theta, 2, 2, 2); // [B, 16, 2]
    T sigma = ops.atLeast(ops.sigmoid(s), SMALLEST_SIGMA);
    return new Regression<>(mu, sigma);
  }
}
