package io.sadi.model;

import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A network for inference: {@link SadiNet}'s layers with batch norms folded and weights laid out
 * once for their convolutions, without gradients. In bf16 the convolutions' weights are bf16;
 * heatmaps, softmaxes, mu and sigma are computed in float32 as in training.
 *
 * <p>Safe for several threads at once.
 */
public final class InferenceNet implements AutoCloseable {
  private final SadiNet net;
  private final Precision precision;
  private final Quantization quantization;
  private final boolean owner;
  private @Nullable InferenceOperations operations;
  private volatile boolean laidOut;

  private InferenceNet(SadiNet net, Precision precision, Quantization quantization, boolean owner) {
    this.net = net;
    this.precision = precision;
    this.quantization = quantization;
    this.owner = owner;
  }

  /** Of a network that stays open. Its weights are copied at the first batch. */
  public static InferenceNet of(SadiNet net, Precision precision) {
    return new InferenceNet(net, precision, Quantization.NONE, false);
  }

  /** Instead of a network, which is closed once its weights are copied. */
  public static InferenceNet inPlaceOf(SadiNet net, Precision precision) {
    return new InferenceNet(net, precision, Quantization.NONE, true);
  }

  /** Of a network that stays open, with some layers in int8. */
  public static InferenceNet quantized(SadiNet net, Quantization quantization) {
    return new InferenceNet(net, Precision.auto(net.device()), quantization, false);
  }

  /** The same instead of a network, which is closed once its weights are copied. */
  public static InferenceNet quantizedInPlaceOf(SadiNet net, Quantization quantization) {
    return new InferenceNet(net, Precision.auto(net.device()), quantization, true);
  }

  /**
   * Checks the results of each layer on this machine; layers with wrong results are computed
   * another way. The first batch does this for its own size if it was not done before.
   *
   * @param batch crops at a time
   * @return how the layers are computed
   * @throws io.sadi.io.FailedException if every way gives wrong results for a layer
   */
  public synchronized Arithmetic prove(int batch) {
    Arithmetic arithmetic = Proof.of(net, precision, quantization, batch);
    ScalarType type = precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
    operations =
        quantization.layers().isEmpty()
            ? new InferenceOperations(net.device(), arithmetic, type)
            : new QuantizedOperations(net.device(), arithmetic, type, quantization);
    return arithmetic;
  }

  /**
   * Runs the network.
   *
   * @param image float32 [B, 3, input, input], normalised; later batches are fastest in the shape
   *     of the first
   */
  public Output<Tensor> forward(Tensor image) {
    if (!laidOut) {
      return first(image);
    }
    try (InferenceMode inference = new InferenceMode(true)) {
      return net.readable(operations(), net.forward(operations(), image));
    }
  }

  /** Lays out the weights, in one thread; afterwards nothing changes. */
  private synchronized Output<Tensor> first(Tensor image) {
    if (operations == null) {
      prove((int) image.size(0));
    }
    Output<Tensor> output;
    try (InferenceMode inference = new InferenceMode(true)) {
      output = net.readable(operations(), net.forward(operations(), image));
    }
    if (owner && !laidOut) {
      net.close();
    }
    laidOut = true;
    return output;
  }

  private InferenceOperations operations() {
    if (operations == null) {
      throw new IllegalStateException("not proven yet");
    }
    return operations;
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
    if (operations != null) {
      operations.close();
    }
    if (owner) {
      net.close();
    }
  }
}
