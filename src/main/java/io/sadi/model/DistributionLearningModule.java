package io.sadi.model;

import io.sadi.model.ModelConfig.Combine;
import io.sadi.model.ModelConfig.Dlm;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The Distribution Learning Module (section III-D): the density P of a joint's normalised error u =
 * (p - mu) / sigma, one for all joints, and the heatmap H2 that is drawn from it.
 *
 * <p>P = (I + Q) / 2 with Q the standard normal density and I the flow's, standardised (Eq. 5).
 * Everything stays in logarithms until a heatmap is drawn.
 *
 * <p>There are two ways to evaluate P. {@link #logDensity} runs the flow at given points, for a
 * likelihood. A heatmap has too many points for that: {@link #lattice} evaluates P on a grid once,
 * and {@link #render} samples the grid.
 */
final class DistributionLearningModule {
  private static final double EXTENT = HeatmapRenderer.EXTENT;

  private static final int QUADRATURE = 32;

  /**
   * The mean and standard deviation of the flow's variable.
   *
   * @param mean [2]
   * @param sd [2]
   */
  record Moments(Tensor mean, Tensor sd) {}

  /**
   * P on a square grid.
   *
   * @param values [1, 1, n, n], row = y, divided by their maximum
   * @param logPeak log P_max, []
   */
  record Lattice(Tensor values, Tensor logPeak) {}

  private final Dlm config;
  private final ComputeDevice device;
  private final @Nullable RealNvp flow;
  private final GaussHermite rule = GaussHermite.of(QUADRATURE);

  DistributionLearningModule(Parameters.Scope scope, Dlm config, ComputeDevice device) {
    this.config = config;
    this.device = device;
    this.flow = config.flow() ? new RealNvp(scope.at("flow"), device) : null;
  }

  /** log P at points u [N, 2], as [N]. */
  Tensor logDensity(Tensor u) {
    Tensor normal = RealNvp.logNormal(u); // log Q, [N]
    if (flow == null) {
      return normal;
    }
    Tensor learned = logLearned(flow, u); // log I, [N]
    return config.combine() == Combine.PRODUCT
        ? learned.add(normal)
        : torch.logaddexp(learned, normal).sub(Tensors.scalar(Math.log(2)));
  }

  /** log G, the flow's own density, at points [N, 2]; the normal one where there is no flow. */
  Tensor logFlow(Tensor points) {
    return flow == null ? RealNvp.logNormal(points) : flow.logDensity(points);
  }

  /** Eq. 5, with the change of variables that keeps I a density. */
  private Tensor logLearned(RealNvp flow, Tensor u) {
    return switch (config.standardize()) {
      case NONE -> flow.logDensity(u);
      case MOMENTS -> {
        Moments moments = moments();
        Tensor logVolume = moments.sd.log().sum();
        yield flow.logDensity(moments.mean.add(moments.sd.mul(u))).add(logVolume);
      }
      case LITERAL -> {
        Moments moments = moments();
        yield flow.logDensity(u.sub(moments.mean).div(moments.sd));
      }
    };
  }

  /** The flow's moments, by 32 x 32 Gauss-Hermite nodes of the prior sent through it. */
  Moments moments() {
    int n = QUADRATURE;
    float[] points = new float[2 * n * n];
    float[] weights = new float[n * n];
    for (int i = 0; i < n * n; i++) {
      points[2 * i] = (float) rule.nodes()[i % n];
      points[2 * i + 1] = (float) rule.nodes()[i / n];
      weights[i] = (float) (rule.weights()[i % n] * rule.weights()[i / n]);
    }
    Tensor z = Tensors.of(points, device, weights.length, 2);
    Tensor w = Tensors.of(weights, device, weights.length, 1);
    Tensor x = flow == null ? z : flow.push(z); // [n n, 2]
    Tensor mean = x.mul(w).sum(0); // [2]
    Tensor variance = x.sub(mean).square().mul(w).sum(0); // [2]
    return new Moments(mean, variance.sqrt());
  }

  /** P on n x n nodes over [-{@value #EXTENT}, {@value #EXTENT}]^2; gradients reach the flow. */
  Lattice lattice(int n) {
    float[] nodes = new float[2 * n * n];
    for (int i = 0; i < n * n; i++) {
      nodes[2 * i] = node(i % n, n);
      nodes[2 * i + 1] = node(i / n, n);
    }
    Tensor logP = logDensity(Tensors.of(nodes, device, (long) n * n, 2)); // [n n]
    Tensor logPeak = logP.max(); // []
    return new Lattice(logP.sub(logPeak).exp().view(1, 1, n, n), logPeak);
  }

  /** Where P is largest: argmax_u P(u) on the lattice, (u_x, u_y). */
  static float[] mode(Lattice lattice) {
    int n = (int) lattice.values.size(2);
    float[] values = Tensors.floats(lattice.values);
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return new float[] {node(best % n, n), node(best / n, n)};
  }

  /**
   * H2[k](p) = P((p - mu_k) / sigma_k) / P_max, sampled from the lattice; differentiable in mu,
   * sigma and the flow. It costs one bilinear sample a pixel.
   *
   * @param mu [B, K, 2] in image units
   * @param sigma [B, K, 2]; bounded below by half a map pixel, as pixels would miss a narrower peak
   * @param size side of the map
   * @param lattice {@link Lattice#values}
   * @return [B, K, size, size], peak 1
   */
  Tensor render(Tensor mu, Tensor sigma, int size, Tensor lattice) {
    // The grid's coordinates are in units of the lattice's extent, -1 to 1; in one pass over all
    // pixels, (p - mu) / (extent sigma) = p * scale - mu * scale.
    Tensor scale = // [B, K, 2]
        sigma.clamp_min(Tensors.scalar(0.5 / size)).mul(Tensors.scalar(EXTENT)).reciprocal();
    // As the sampling grid of one tall map: [1, B K size, size, 2].
    Tensor grid =
        torch
            .addcmul(perPixel(mu.mul(scale).neg()), pixels(size), perPixel(scale))
            .view(1, -1, size, 2);
    return torch.grid_sampler(lattice, grid, 0, 0, true).view(mu.size(0), mu.size(1), size, size);
  }

  /** The exact form of {@link #render}, with the flow run at every pixel. */
  Tensor renderExactly(Tensor mu, Tensor sigma, int size) {
    Tensor floored = sigma.clamp_min(Tensors.scalar(0.5 / size)); // [B, K, 2]
    Tensor u = normalised(mu, floored, size).reshape(-1, 2); // [B K size size, 2]
    return logDensity(u)
        .sub(lattice(config.lattice()).logPeak)
        .exp()
        .view(mu.size(0), mu.size(1), size, size);
  }

  /** u at every pixel: [B, K, size, size, 2]. */
  private Tensor normalised(Tensor mu, Tensor sigma, int size) {
    return pixels(size).sub(perPixel(mu)).div(perPixel(sigma));
  }

  /** Pixel centres, [1, 1, size, size, 2]. */
  private Tensor pixels(int size) {
    return Tensors.of(HeatmapRenderer.pixels(size), device, 1, 1, size, size, 2);
  }

  /** [B, K, 2] to [B, K, 1, 1, 2]. */
  private static Tensor perPixel(Tensor joints) {
    return joints.view(joints.size(0), joints.size(1), 1, 1, 2);
  }

  private static float node(int i, int n) {
    return (float) (EXTENT * (2.0 * i / (n - 1) - 1));
  }
}
