package io.sadi.train;

import io.sadi.data.SceneBatch;
import io.sadi.model.Arithmetic;
import io.sadi.model.DetectorLoss;
import io.sadi.model.DetectorNet;
import io.sadi.model.InferenceDetector;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A detector in training, as {@link Trainer} trains a network of joints: {@link #step} is the
 * training loop's body; epochs, validation and files are {@link DetectorRun}'s.
 */
final class DetectorTrainer implements AutoCloseable {
  private final DetectorRunConfig config;
  private final ComputeDevice device;
  private final Precision precision;
  private final DetectorNet net;
  private final Arithmetic arithmetic;
  private final List<String> warnings;
  private final DetectorNet average;
  private final Adam optimizer;
  private final PointerScope memory;

  /** The running statistics as they were before the step, [m]. */
  private final Tensor statistics;

  /** A detector with the initial weights that the config's seed gives. */
  DetectorTrainer(DetectorRunConfig config, ComputeDevice device, Precision precision) {
    this.config = config;
    this.device = device;
    this.precision = precision;
    TrainConfig settings = config.train();
    this.net = DetectorNet.create(config.model(), device, true, settings.seed());
    this.arithmetic = net.prove(precision, settings.batch());
    this.average = DetectorNet.create(config.model(), device, false, 0);
    WeightAverage.pull(net.parameters(), average.parameters(), 1);
    Set<String> all = new LinkedHashSet<>(arithmetic.warnings());
    try (InferenceDetector validated = InferenceDetector.of(average, precision)) {
      all.addAll(validated.prove(1).warnings());
    }
    this.warnings = List.copyOf(all);
    net.parameters().freeze(settings.freeze());
    this.optimizer = new Adam(net.parameters(), device, settings.weightDecay());
    try (PointerScope scope = new PointerScope()) {
      this.memory = scope.extend();
      this.statistics = torch.empty_like(net.parameters().statistics());
    }
  }

  /**
   * One training step. The gradients of the batches add up. If a batch is bad, weights and running
   * statistics stay as they were.
   *
   * @param batches of the step
   * @param rate learning rate
   * @param limit a total loss above it is bad
   */
  Trainer.Step step(Iterable<SceneBatch> batches, double rate, double limit) {
    copy(net.parameters().statistics(), statistics);
    StepLoss step = StepLoss.NONE;
    List<BadBatch> bad = new ArrayList<>();
    for (SceneBatch batch : batches) {
      try (PointerScope scope = new PointerScope()) {
        DetectorLoss.BatchLoss loss = config.loss().of(forward(batch), targets(batch));
        StepLoss ofBatch = backward(loss, batch.people(), limit);
        if (!ofBatch.isGood()) {
          bad.add(badBatch(batch));
        }
        step = step.plus(ofBatch);
      }
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor gradients = net.parameters().gradients();
      if (step.isGood()) {
        if (config.train().accumulate() > 1) {
          gradients.div_(Tensors.scalar(step.joints()));
        }
        clip(gradients);
        optimizer.step(rate);
        WeightAverage.pull(
            net.parameters(),
            average.parameters(),
            WeightAverage.share(config.train().ema(), optimizer.steps()));
      } else {
        gradients.zero_();
        copy(statistics, net.parameters().statistics());
      }
    }
    return new Trainer.Step(step, bad);
  }

  private DetectorNet.CellMaps<Tensor> forward(SceneBatch batch) {
    Tensor image = image(batch);
    try (Autocast autocast = Autocast.of(precision, device)) {
      return net.forward(image, true);
    }
  }

  private Tensor image(SceneBatch batch) {
    return net.normalise(Tensors.borrow(batch.rgb(), batch.size(), batch.side(), batch.side(), 3));
  }

  private DetectorLoss.CellTargets targets(SceneBatch batch) {
    long size = batch.size();
    long cells = config.model().cells();
    return new DetectorLoss.CellTargets(
        Tensors.of(batch.centre(), device, size, 1, cells, cells),
        Tensors.of(batch.weight(), device, size, 1, cells, cells),
        Tensors.of(batch.box(), device, size, DetectorNet.BOX, cells, cells),
        Tensors.of(batch.boxWeight(), device, size, 1, cells, cells),
        batch.people());
  }

  /** Adds the gradients of a batch's loss to those of the step, unless the loss is bad. */
  private StepLoss backward(DetectorLoss.BatchLoss loss, int people, double limit) {
    LossValues values =
        new LossValues(
            loss.total().item_float(), loss.centre().item_float(), loss.box().item_float());
    StepLoss ofBatch = StepLoss.of(values, people, limit);
    if (!ofBatch.isGood()) {
      return ofBatch;
    }
    // Batches count as the people in them do; step() divides by all.
    Tensor total =
        config.train().accumulate() == 1
            ? loss.total()
            : loss.total().mul(Tensors.scalar(ofBatch.joints()));
    total.backward();
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor gradients = net.parameters().gradients();
      if (Double.isFinite(gradients.norm().item_float())) {
        return ofBatch;
      }
      gradients.zero_(); // the step is lost, and the batches after this one are not to blame
      return ofBatch.withBadGradients();
    }
  }

  private void clip(Tensor gradients) {
    double largest = config.train().clip();
    double norm = largest > 0 ? gradients.norm().item_float() : 0;
    if (norm > largest) {
      gradients.mul_(Tensors.scalar(largest / norm));
    }
  }

  private BadBatch badBatch(SceneBatch batch) {
    byte[] rgb = pictures(batch);
    int bytes = rgb.length / batch.size();
    return new BadBatch(
        Arrays.stream(batch.indices()).boxed().toList(),
        IntStream.range(0, batch.size())
            .mapToObj(b -> Arrays.copyOfRange(rgb, b * bytes, (b + 1) * bytes))
            .toList());
  }

  /** The network's input for a batch as pictures, [B, H, W, 3], 0..255. */
  byte[] pictures(SceneBatch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      return net.pictures(image(batch));
    }
  }

  private static void copy(Tensor from, Tensor to) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      to.copy_(from);
    }
  }

  ComputeDevice device() {
    return device;
  }

  Precision precision() {
    return precision;
  }

  /** How the layers are computed on this machine. */
  Arithmetic arithmetic() {
    return arithmetic;
  }

  /** Warnings about the arithmetic of training and validation. */
  List<String> warnings() {
    return warnings;
  }

  /** The network with the averaged weights, which is validated and kept. */
  DetectorNet average() {
    return average;
  }

  /** The tensors of the run's state. */
  StateFiles.Weights weights() {
    return new StateFiles.Weights(net.parameters(), average.parameters(), optimizer);
  }

  @Override
  public void close() {
    memory.close();
    optimizer.close();
    average.close();
    net.close();
  }
}
