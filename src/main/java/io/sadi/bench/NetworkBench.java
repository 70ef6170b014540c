package io.sadi.bench;

import io.sadi.data.Batch;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.io.Progress;
import io.sadi.model.InferenceNet;
import io.sadi.model.Quantization;
import io.sadi.model.Quantizer;
import io.sadi.model.Quantizer.CropBatch;
import io.sadi.model.SadiNet;
import io.sadi.predict.PredictionStream;
import io.sadi.predict.engine.Batching;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import io.sadi.train.BatchStream;
import io.sadi.train.Crops;
import io.sadi.train.RunConfig;
import io.sadi.train.Trainer;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The workloads of a network and its data: forward, predict, step, pipeline, train. */
final class NetworkBench {
  private static final double RATE = 1e-3;

  private final RunConfig config;
  private final Dataset dataset;
  private final List<Person> people;
  private final ComputeDevice device;
  private final Precision precision;
  private final double forwardGflop;

  /**
   * @param people to cut crops from, again and again
   * @param forwardGflop of the network for one image
   */
  NetworkBench(
      RunConfig config,
      Dataset dataset,
      List<Person> people,
      ComputeDevice device,
      Precision precision,
      double forwardGflop) {
    this.config = config;
    this.dataset = dataset;
    this.people = people;
    this.device = device;
    this.precision = precision;
    this.forwardGflop = forwardGflop;
  }

  private BatchStream stream(int size) {
    return new BatchStream(config, dataset, people, size, device);
  }

  /** The network on a constant batch, in as many lanes as predicting has. */
  Workload forward(int size) {
    BatchStream stream = stream(size);
    Batch batch = stream.next();
    SadiNet net = network();
    return forward(size, net, InferenceNet.inPlaceOf(net, precision), stream, batch);
  }

  /** The same in int8, with ranges that this very batch asks for. */
  Workload int8(int size) {
    BatchStream stream = stream(size);
    Batch batch = stream.next();
    SadiNet net = network();
    Quantization quantization =
        new Quantizer(net, List.of(new CropBatch(batch.rgb(), size)), Progress.NONE)
            .run(Double.MAX_VALUE)
            .quantization();
    InferenceNet inference = InferenceNet.quantizedInPlaceOf(net, quantization);
    return forward(size, net, inference, stream, batch);
  }

  private SadiNet network() {
    return SadiNet.create(config.model(), dataset.skeleton().size(), device, false, 1);
  }

  private Workload forward(
      int size, SadiNet net, InferenceNet inference, BatchStream stream, Batch batch) {
    int lanes = Batching.endless(size, device).lanes();
    Callable<Float> run =
        () -> {
          try (PointerScope scope = new PointerScope();
              InferenceMode mode = new InferenceMode(true)) {
            Tensor image = Crops.of(net, batch);
            return inference.forward(image).h1().sum().item_float();
          }
        };
    return new LaneBench(size, size * forwardGflop, lanes, run) {
      @Override
      public void close() {
        super.close();
        stream.close();
        inference.close();
      }
    };
  }

  /** Training steps on a constant batch. */
  Workload step(int size) {
    return training(size, true);
  }

  /** Training steps on the real pipeline's batches. */
  Workload train(int size) {
    return training(size, false);
  }

  private Workload training(int size, boolean constant) {
    Trainer trainer =
        new Trainer(config, dataset.skeleton().size(), device, precision, Ranks.ALONE);
    BatchStream stream = stream(size);
    Batch fixed = constant ? stream.next() : null;
    return workload(
        size,
        3 * size * forwardGflop, // backward: once for the inputs, once for the weights
        () -> {
          Batch batch = fixed == null ? stream.next() : fixed;
          trainer.step(batch, RATE);
          if (fixed == null) {
            stream.release(batch);
          }
        },
        trainer,
        stream);
  }

  /** Batches alone: decoded, cropped, augmented. */
  Workload pipeline(int size) {
    BatchStream stream = stream(size);
    return workload(size, Double.NaN, () -> stream.release(stream.next()), null, stream);
  }

  /** Photos on disk to rows of joints, as sadi predict does it. */
  Workload predict(int size) {
    SadiNet net = SadiNet.create(config.model(), dataset.skeleton().size(), device, false, 1);
    InferenceConfig inference =
        new InferenceConfig(
            config.train().device(),
            config.train().precision(),
            size,
            config.train().threads(),
            false,
            Refine.QUARTER);
    return new StreamBench(
        size,
        size * forwardGflop,
        () -> new PredictionStream(net, dataset, people, precision, inference)) {
      @Override
      public void close() {
        super.close();
        net.close();
      }
    };
  }

  private static Workload workload(
      int images, double gflop, Runnable once, @Nullable AutoCloseable net, BatchStream stream) {
    return new Workload() {
      @Override
      public void once() {
        once.run();
      }

      @Override
      public int images() {
        return images;
      }

      @Override
      public double gflop() {
        return gflop;
      }

      @Override
      public void close() {
        stream.close();
        if (net != null) {
          try {
            net.close();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
      }
    };
  }
}
