package io.sadi.model;

import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network for use alone: {@link SadiNet}'s layers with batch norms folded, weights laid out once
 * for the convolutions that they are for, and nothing kept for gradients. In bf16 the convolutions'
 * weights are bf16; heatmaps, softmaxes, mu and sigma are computed in float32 as in training.
 *
 * <p>Safe for several threads at once.
 */
public final class InferenceNet implements AutoCloseable {
  private final SadiNet net;
  private final InferenceOperations operations;
  private final boolean owner;
  private volatile boolean laidOut;

  private InferenceNet(SadiNet net, Precision precision, boolean owner) {
    this.net = net;
    this.owner = owner;
    this.operations =
        new InferenceOperations(
            net.device(), precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float);
  }

  /** Of a network that stays: what it has learned until the first batch counts. */
  public static InferenceNet of(SadiNet net, Precision precision) {
    return new InferenceNet(net, precision, false);
  }

  /** In the place of a network, whose weights are given back when they have been laid out. */
  public static InferenceNet inPlaceOf(SadiNet net, Precision precision) {
    return new InferenceNet(net, precision, true);
  }

  /**
   * Runs the network.
   *
   * @param image float32 [B, 3, input, input], normalised; later batches are fastest in the shape
   *     of the first
   */
  public Output<Tensor> forward(Tensor image) {
    try (InferenceMode inference = new InferenceMode(true)) {
      return laidOut ? net.forward(operations, image) : first(image);
    }
  }

  /** Lays out the weights, by one thread; from then on nothing changes. */
  private synchronized Output<Tensor> first(Tensor image) {
    Output<Tensor> output = net.forward(operations, image);
    if (owner && !laidOut) {
      net.close();
    }
    laidOut = true;
    return output;
  }

  public ModelConfig config() {
    return net.config();
  }

  /** K, the number of joints. */
  public int joints() {
    return net.joints();
  }

  public ComputeDevice device() {
    return net.device();
  }

  @Override
  public void close() {
    operations.close();
    if (owner) {
      net.close();
    }
  }
}
