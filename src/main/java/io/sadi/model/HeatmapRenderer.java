package io.sadi.model;

import io.sadi.model.DistributionLearningModule.Lattice;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Draws H2 for a trained network: P is evaluated on its lattice once for all images. */
public final class HeatmapRenderer {
  /** The lattice covers [-6, 6] in both directions; P is taken as 0 outside. */
  public static final double EXTENT = 6;

  private final DistributionLearningModule dlm;
  private final float[] values;
  private final long nodes;
  private final float[] mode;
  private final ComputeDevice device;

  HeatmapRenderer(DistributionLearningModule dlm, Lattice lattice, ComputeDevice device) {
    this(
        dlm,
        Tensors.floats(lattice.values()),
        lattice.values().size(2),
        DistributionLearningModule.mode(lattice),
        device);
  }

  private HeatmapRenderer(
      DistributionLearningModule dlm,
      float[] values,
      long nodes,
      float[] mode,
      ComputeDevice device) {
    this.dlm = dlm;
    this.values = values;
    this.nodes = nodes;
    this.mode = mode;
    this.device = device;
  }

  /**
   * A renderer for the average over an image and its mirror image: with the mean of P and of
   * mirrored P, peak 1. Its mode is the mean of their modes.
   */
  public HeatmapRenderer symmetric() {
    int n = (int) nodes;
    float[] mean = new float[values.length];
    float peak = 0;
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (values[i] + values[i - i % n + (n - 1 - i % n)]) / 2;
      peak = Math.max(peak, mean[i]);
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= peak;
    }
    return new HeatmapRenderer(dlm, mean, nodes, new float[] {0, mode[1]}, device);
  }

  /**
   * H2 of every joint.
   *
   * @param mu [B, K, 2] in image units
   * @param sigma [B, K, 2]
   * @param size side of the maps
   * @return [B, K, size, size], peak 1
   */
  public Tensor render(Tensor mu, Tensor sigma, int size) {
    Tensor lattice = Tensors.of(values, device, 1, 1, nodes, nodes);
    return dlm.render(mu, sigma, size, lattice);
  }

  /** Centres of a map's pixels in image units, x and y: [size, size, 2]. */
  public static float[] pixels(int size) {
    float[] centers = new float[2 * size * size];
    for (int i = 0; i < size * size; i++) {
      int column = i % size;
      int row = i / size;
      centers[2 * i] = (column + 0.5f) / size - 0.5f;
      centers[2 * i + 1] = (row + 0.5f) / size - 0.5f;
    }
    return centers;
  }

  /** P on its lattice, divided by its maximum, [nodes, nodes], row = y. */
  public float[] lattice() {
    return values.clone();
  }

  /** Nodes along a side of the lattice. */
  public long nodes() {
    return nodes;
  }

  /** argmax_u P(u), x and y: H2's peak lies at mu + sigma times this. */
  public float[] mode() {
    return mode.clone();
  }
}
