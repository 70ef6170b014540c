package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The flow f_xi: six affine couplings of the plane (Dinh et al.), as residual log-likelihood
 * estimation uses them. Each keeps one coordinate and scales and shifts the other by functions of
 * the kept one. G is the density of its output for a standard normal input.
 */
final class RealNvp {
  private static final int COUPLINGS = 6;
  private static final int HIDDEN = 64;
  private static final double LEAK = 0.01;

  /**
   * Points at a time without gradients: the values between two layers then fit in the processor's
   * cache.
   */
  private static final long CHUNK = 2048;

  /**
   * Points at which the nets of a coupling are evaluated where there are far more points than that:
   * a net sees one coordinate, so that it is a curve, piecewise linear before its tanh, which is
   * sampled between the least and the largest coordinate and read linearly in between.
   */
  private static final long CURVE = 16_384;

  private static final double LOG_2_PI = Math.log(2 * Math.PI);

  private final List<Net> scale = new ArrayList<>();
  private final List<Net> translate = new ArrayList<>();
  private final ComputeDevice device;
  private final CostMeter meter;
  private final String path;

  RealNvp(Parameters.Scope scope, ComputeDevice device) {
    this.device = device;
    this.meter = scope.meter();
    this.path = scope.path();
    for (int i = 0; i < COUPLINGS; i++) {
      scale.add(new Net(scope.at("scale").at(i)));
      translate.add(new Net(scope.at("translate").at(i)));
    }
  }

  /** log G at points [N, 2], as [N]: the inverse flow to the prior, with the change of volume. */
  Tensor logDensity(Tensor points) {
    long n = points.size(0);
    record(n);
    if (n <= CHUNK || GradMode.is_enabled()) {
      return density(points);
    }
    if (n >= 4 * CURVE) {
      return densityByCurves(points);
    }
    Tensor all = torch.empty(new long[] {n}, points.options(), new MemoryFormatOptional());
    for (long from = 0; from < n; from += CHUNK) {
      try (PointerScope scope = new PointerScope()) {
        long some = Math.min(CHUNK, n - from);
        all.narrow(0, from, some).copy_(density(points.narrow(0, from, some)));
      }
    }
    return all;
  }

  /** As {@link #density}, to less than 1e-4 of its peak, for many points: [N, 2] to [N]. */
  private Tensor densityByCurves(Tensor points) {
    Tensor z = points.t().contiguous(); // [2, N]
    Tensor logVolume = torch.zeros_like(z.select(0, 0)); // [N]
    for (int i = COUPLINGS - 1; i >= 0; i--) {
      try (PointerScope scope = new PointerScope()) {
        int kept = i % 2 == 0 ? 1 : 0;
        Tensor seen = z.select(0, kept); // [N]
        Tensor changed = z.select(0, 1 - kept);
        Tensor from = seen.min(); // []
        Tensor step = // []
            seen.max().sub(from).div(Tensors.scalar(CURVE - 1)).clamp_min(Tensors.scalar(1e-30));
        Tensor place = seen.sub(from).div(step); // [N]
        Tensor below = place.floor().clamp_max(Tensors.scalar(CURVE - 2));
        Tensor index = below.to(ScalarType.Long);
        Tensor part = place.sub(below); // 0 to 1
        Tensor s = read(curve(scale.get(i), kept, from, step).tanh(), index, part); // [N]
        Tensor t = read(curve(translate.get(i), kept, from, step), index, part);
        changed.copy_(changed.sub(t).mul(s.neg().exp()));
        logVolume.add_(s);
      }
    }
    return logNormal(z.t()).sub(logVolume);
  }

  /** What a net says of the coordinate that changes, for values of the kept one: [C]. */
  private static Tensor curve(Net net, int kept, Tensor from, Tensor step) {
    Tensor values = torch.empty(new long[] {CURVE}, from.options(), new MemoryFormatOptional());
    for (long first = 0; first < CURVE; first += CHUNK) {
      try (PointerScope scope = new PointerScope()) {
        Tensor places = // [chunk]
            torch
                .arange(Tensors.scalar(CHUNK), from.options())
                .add(Tensors.scalar((double) first))
                .mul(step)
                .add(from);
        Tensor points = torch.zeros(new long[] {CHUNK, 2}, from.options());
        points.select(1, kept).copy_(places);
        values.narrow(0, first, CHUNK).copy_(net.forward(points).select(1, 1 - kept));
      }
    }
    return values;
  }

  /** A curve [C] between two of its samples, [N]. */
  private static Tensor read(Tensor curve, Tensor index, Tensor part) {
    Tensor start = curve.index_select(0, index);
    Tensor end = curve.narrow(0, 1, CURVE - 1).index_select(0, index);
    return start.add(end.sub(start).mul(part));
  }

  private Tensor density(Tensor points) {
    Tensor z = points; // [N, 2]
    Tensor logVolume = null; // [N]
    for (int i = COUPLINGS - 1; i >= 0; i--) {
      Tensor change = changed(i); // [2]: 1 at the coordinate that changes
      Tensor fixed = z.mul(kept(i)); // [N, 2]
      Tensor s = scale.get(i).forward(fixed).tanh().mul(change); // [N, 2]
      Tensor t = translate.get(i).forward(fixed).mul(change); // [N, 2]
      z = fixed.add(z.sub(t).mul(change).mul(s.neg().exp()));
      Tensor sum = s.sum(1); // [N]
      logVolume = logVolume == null ? sum : logVolume.add(sum);
    }
    Tensor prior = logNormal(z); // [N]
    return logVolume == null ? prior : prior.sub(logVolume);
  }

  /** Maps points [N, 2] of the prior to points of G. */
  Tensor push(Tensor points) {
    record(points.size(0));
    Tensor x = points;
    for (int i = 0; i < COUPLINGS; i++) {
      Tensor change = changed(i);
      Tensor fixed = x.mul(kept(i)); // [N, 2]
      Tensor s = scale.get(i).forward(fixed).tanh().mul(change); // [N, 2]
      Tensor t = translate.get(i).forward(fixed).mul(change); // [N, 2]
      x = fixed.add(x.mul(s.exp()).add(t).mul(change));
    }
    return x;
  }

  /** log Q, the standard normal density of the plane, at points [..., 2]. */
  static Tensor logNormal(Tensor points) {
    return points.square().sum(-1).mul(Tensors.scalar(-0.5)).sub(Tensors.scalar(LOG_2_PI));
  }

  private void record(long points) {
    if (meter.running()) {
      long weights = 2L * COUPLINGS * (2 * HIDDEN + HIDDEN * HIDDEN + HIDDEN * 2);
      long biases = 2L * COUPLINGS * (HIDDEN + HIDDEN + 2);
      meter.record(new LayerCost(path, "flow", 2, points, 1, weights + biases, weights * points));
    }
  }

  /** The masks alternate, [0, 1] first. */
  private Tensor kept(int coupling) {
    return coupling % 2 == 0 ? mask(0, 1) : mask(1, 0);
  }

  private Tensor changed(int coupling) {
    return coupling % 2 == 0 ? mask(1, 0) : mask(0, 1);
  }

  private Tensor mask(float x, float y) {
    return Tensors.of(new float[] {x, y}, device, 2);
  }

  /** 2-64-64-2 with leaky ReLUs: layers {@code 0}, {@code 2} and {@code 4}. */
  private static final class Net {
    private final List<Parameter> weights = new ArrayList<>();
    private final List<Parameter> biases = new ArrayList<>();

    Net(Parameters.Scope scope) {
      int[] widths = {2, HIDDEN, HIDDEN, 2};
      for (int i = 0; i < 3; i++) {
        Parameters.Scope layer = scope.at(2 * i);
        weights.add(layer.weight("weight", Initializer.xavier(0.01), widths[i + 1], widths[i]));
        biases.add(layer.weight("bias", Initializer.ZERO, widths[i + 1]));
      }
    }

    /** [N, 2] to [N, 2]. */
    Tensor forward(Tensor x) {
      Tensor y = x; // [N, 2], then [N, 64], [N, 64], [N, 2]
      for (int i = 0; i < 3; i++) {
        y = torch.linear(y, weights.get(i).tensor(), new TensorOptional(biases.get(i).tensor()));
        if (i < 2) {
          y = torch.leaky_relu(y, Tensors.scalar(LEAK));
        }
      }
      return y;
    }
  }
}
