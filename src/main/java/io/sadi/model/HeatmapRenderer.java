package io.sadi.model;

import io.sadi.model.DistributionLearningModule.Lattice;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Draws H2 for a network whose flow no longer changes: P is on its lattice once, however many
 * pictures follow.
 */
public final class HeatmapRenderer {
  private final DistributionLearningModule dlm;
  private final float[] values;
  private final long nodes;
  private final float[] mode;
  private final ComputeDevice device;

  HeatmapRenderer(DistributionLearningModule dlm, Lattice lattice, ComputeDevice device) {
    this.dlm = dlm;
    this.values = Tensors.floats(lattice.values());
    this.nodes = lattice.values().size(2);
    this.mode = DistributionLearningModule.mode(lattice);
    this.device = device;
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

  /** argmax_u P(u), x and y: H2's peak lies at mu + sigma times this. */
  public float[] mode() {
    return mode.clone();
  }
}
