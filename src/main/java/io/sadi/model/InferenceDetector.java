package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A detector for inference, as {@link InferenceNet} is one of joints: batch norms folded, weights
 * laid out once, proven before its first batch.
 *
 * <p>Safe for several threads at once.
 */
public final class InferenceDetector implements AutoCloseable {
  private final DetectorNet net;
  private final Precision precision;
  private final boolean owner;
  private @Nullable InferenceOperations operations;
  private volatile boolean laidOut;

  private InferenceDetector(DetectorNet net, Precision precision, boolean owner) {
    this.net = net;
    this.precision = precision;
    this.owner = owner;
  }

  /** Of a network that stays open. Its weights are copied at the first batch. */
  public static InferenceDetector of(DetectorNet net, Precision precision) {
    return new InferenceDetector(net, precision, false);
  }

  /** Instead of a network, which is closed with this. */
  public static InferenceDetector inPlaceOf(DetectorNet net, Precision precision) {
    return new InferenceDetector(net, precision, true);
  }

  /** As {@link InferenceNet#prove}. */
  public synchronized Arithmetic prove(int batch) {
    Arithmetic arithmetic = Proof.of(net.layers(), net.device(), precision, batch, false);
    operations =
        new InferenceOperations(
            net.device(),
            arithmetic,
            precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float);
    return arithmetic;
  }

  /**
   * Runs the network.
   *
   * @param image float32 [B, 3, input, input], normalised
   */
  public DetectorNet.CellMaps<Tensor> forward(Tensor image) {
    return laidOut ? run(image) : first(image);
  }

  /** Lays out the weights, in one thread; afterwards nothing changes. */
  private synchronized DetectorNet.CellMaps<Tensor> first(Tensor image) {
    if (operations == null) {
      prove((int) image.size(0));
    }
    DetectorNet.CellMaps<Tensor> output = run(image);
    laidOut = true;
    return output;
  }

  private DetectorNet.CellMaps<Tensor> run(Tensor image) {
    InferenceOperations proven = operations;
    if (proven == null) {
      throw new IllegalStateException("not proven yet");
    }
    try (InferenceMode inference = new InferenceMode(true)) {
      return net.forward(proven, image);
    }
  }

  public DetectorConfig config() {
    return net.config();
  }

  public ComputeDevice device() {
    return net.device();
  }

  @Override
  public void close() {
    if (operations != null) {
      operations.close();
    }
    if (owner) {
      net.close();
    }
  }
}
