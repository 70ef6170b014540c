package io.sadi.predict.engine;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.model.Arithmetic;
import io.sadi.model.Quantization;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Numerics;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.nio.file.Path;

/** A checkpoint's network in the memory of a device, ready to be shown crops. */
public final class TrainedModel implements AutoCloseable {
  private final PoseEstimator estimator;
  private final Precision precision;

  /**
   * Loads LibTorch and the weights.
   *
   * @param file the checkpoint's, for messages
   * @throws io.sadi.torch.DeviceUnavailableException if there is no such device
   * @throws io.sadi.io.BadInputException if the tensors are not those of the checkpoint's config,
   *     or it has no ranges for int8 where that is asked for
   */
  public TrainedModel(Checkpoint checkpoint, Path file, InferenceConfig config) {
    checkpoint.checkPrecision(config.precision(), file);
    ComputeDevice device = ComputeDevice.of(config.device());
    this.precision = Precision.ofInference(config.precision(), device);
    Torch.threads(config.threads());
    estimator =
        PoseEstimator.inPlaceOf(
            checkpoint.networkToLayOut(device, file),
            checkpoint.skeleton().flipPermutation(),
            config.flip(),
            config.refine(),
            checkpoint.targetSigma(),
            precision,
            precision == Precision.INT8 ? checkpoint.quantization(file) : Quantization.NONE);
  }

  public PoseEstimator estimator() {
    return estimator;
  }

  /**
   * What its answers depend on besides its weights.
   *
   * @param batch crops in a batch
   * @param arithmetic how the layers are computed
   */
  Numerics numerics(int batch, Arithmetic arithmetic) {
    return Numerics.of(precision, arithmetic.fallbacks(), estimator.device(), batch);
  }

  @Override
  public void close() {
    estimator.close();
  }
}
