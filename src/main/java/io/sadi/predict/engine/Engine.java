package io.sadi.predict.engine;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.eval.OksSigmas;
import io.sadi.model.Arithmetic;
import io.sadi.predict.engine.Look.LookSettings;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Numerics;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From photos to people: a network in memory, and how it is shown images and read. No files are
 * written. {@link #people} may be called by several threads at once, which share LibTorch's
 * threads; {@link #prove} before that.
 */
public final class Engine implements AutoCloseable {
  private final PoseEstimator estimator;
  private final @Nullable TrainedModel model;
  private final Readout readout;
  private final InferenceConfig config;
  private final LaneThreads threads;
  private final @Nullable OksSigmas sigmas;

  private Engine(
      PoseEstimator estimator,
      @Nullable TrainedModel model,
      Readout readout,
      InferenceConfig config,
      @Nullable OksSigmas sigmas) {
    this.sigmas = sigmas;
    this.estimator = estimator;
    this.model = model;
    this.readout = readout;
    this.config = config;
    this.threads = new LaneThreads();
  }

  /**
   * Loads LibTorch and the weights.
   *
   * @param file the checkpoint's, for messages
   * @param decode which answer of the network counts, one that it has
   * @throws io.sadi.torch.DeviceUnavailableException if there is no such device
   * @throws io.sadi.io.BadInputException if the tensors are not those of the checkpoint's config
   */
  public static Engine open(
      Checkpoint checkpoint, Path file, Decode decode, InferenceConfig config) {
    TrainedModel model = new TrainedModel(checkpoint, file, config);
    return new Engine(
        model.estimator(),
        model,
        checkpoint.readout(decode),
        config,
        OksSigmas.of(checkpoint.skeleton()));
  }

  /** On a network that is in memory already. */
  public static Engine of(PoseEstimator estimator, Readout readout, InferenceConfig config) {
    return new Engine(estimator, null, readout, config, null);
  }

  /** What the network runs on. */
  ComputeDevice device() {
    return estimator.device();
  }

  /**
   * How many crops make a batch, and how many batches are computed side by side.
   *
   * @param people whom the whole job looks for, also where a part of it is done here
   * @param begun crops in a batch of a run that this one goes on with; 0 where there is none
   */
  public Batching batching(long people, int begun) {
    return Batching.resumed(begun, config.batch(), people * config.pyramid().size(), device());
  }

  /** The same for people without end. */
  public Batching endless() {
    return Batching.endless(config.batch(), device());
  }

  /**
   * Proves that the network comes out right on this machine; without it the first batch does.
   *
   * @param batch crops at a time
   * @return how the layers are computed
   * @throws io.sadi.io.FailedException if a layer comes out wrong whatever way it is computed
   */
  public Arithmetic prove(int batch) {
    return estimator.prove(batch);
  }

  /**
   * What the answers of a checkpoint's network depend on besides its weights.
   *
   * @param batch crops in a batch
   * @param arithmetic how the layers are computed
   */
  public Numerics numerics(int batch, Arithmetic arithmetic) {
    if (model == null) {
      throw new IllegalStateException("no checkpoint");
    }
    return model.numerics(batch, arithmetic);
  }

  /**
   * Finds people in images, as they are pulled.
   *
   * @param passes 2 to look at images without boxes a second time, closer, where the first look
   *     found somebody; else 1
   * @param maps whether the people come with the maps that they were read from
   */
  public People people(Iterable<ImageTask> images, Batching batching, int passes, boolean maps) {
    LookSettings how = new LookSettings(config.pyramid(), List.of(readout), maps);
    return new People(
        new ImageLooks(images, estimator, batching, passes == 2, how, config.workers(), threads),
        sigmas);
  }

  @Override
  public void close() {
    estimator.close();
  }
}
