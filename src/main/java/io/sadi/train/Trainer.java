package io.sadi.train;

import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.io.FailedException;
import io.sadi.model.Arithmetic;
import io.sadi.model.InferenceNet;
import io.sadi.model.Losses;
import io.sadi.model.Losses.Loss;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet;
import io.sadi.model.SadiNet.Output;
import io.sadi.predict.engine.DatasetPredictor;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.OutOfMemory;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A network in training: its weights, the optimizer that moves them and their moving average.
 * {@link #step} is the training loop's body. Epochs, validation and files are {@link TrainRun}'s.
 */
public class Trainer implements AutoCloseable {
  private final RunConfig config;
  private final ComputeDevice device;
  private final Precision precision;
  private final Ranks ranks;
  private final Batches.Share share;
  private final SadiNet net;
  private final Arithmetic arithmetic;
  private final WeightAverage average;
  private final Adam optimizer;
  private final PointerScope memory;

  /** The running statistics as they were before the step, [m]. */
  private final Tensor statistics;

  /**
   * A network with the initial weights that the config's seed gives.
   *
   * @param joints K
   * @param ranks the processes that train it together
   */
  public Trainer(
      RunConfig config, int joints, ComputeDevice device, Precision precision, Ranks ranks) {
    this.config = config;
    this.device = device;
    this.precision = precision;
    this.ranks = ranks;
    TrainConfig settings = config.train();
    this.share = settings.share(ranks.rank(), ranks.size());
    this.net = SadiNet.create(config.model(), joints, device, true, settings.seed());
    this.arithmetic = net.prove(precision, settings.batch());
    this.average = new WeightAverage(net, settings.ema());
    net.parameters().freeze(settings.freeze());
    this.optimizer = new Adam(net.parameters(), device, settings.weightDecay());
    try (PointerScope scope = new PointerScope()) {
      this.memory = scope.extend();
      this.statistics = torch.empty_like(net.parameters().statistics());
    }
  }

  /**
   * The result of a step.
   *
   * @param loss over all processes
   * @param bad the bad batches of this process; with one in any process the weights did not move
   */
  record Step(StepLoss loss, List<BadBatch> bad) {}

  /**
   * One training step. The gradients of the batches add up, within this process and over all of
   * them. If a batch is bad, weights and running statistics stay as they were.
   *
   * @param batches this process's share of the step
   * @param rate learning rate
   * @param limit a total loss above it is bad
   */
  Step step(Iterable<Batch> batches, double rate, double limit) {
    copy(net.parameters().statistics(), statistics);
    StepLoss step = StepLoss.NONE;
    List<BadBatch> bad = new ArrayList<>();
    for (Batch batch : batches) {
      // The scope frees the native memory of a batch; only numbers leave it. Garbage collection
      // would come too late, as the JVM does not see how large a tensor is.
      try (PointerScope scope = new PointerScope()) {
        Output<Tensor> output = forward(batch);
        Loss loss = Losses.of(net, output, targets(batch), config.loss());
        StepLoss ofBatch = backward(loss, batch.countedJoints(), limit);
        if (!ofBatch.isGood()) {
          bad.add(new BadBatch(batch, pictures(batch)));
        }
        step = step.plus(ofBatch);
      }
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor gradients = net.parameters().gradients();
      step = step.sum(ranks, device);
      ranks.sum(gradients);
      if (step.isGood()) {
        normalise(gradients, step.joints());
        clip(gradients, config.train().clip());
        optimizer.step(rate);
        average.update(optimizer.steps());
      } else {
        gradients.zero_();
        copy(statistics, net.parameters().statistics());
      }
    }
    return new Step(step, bad);
  }

  /** A training step for measuring its time; any loss is good. */
  public void step(Batch batch, double rate) {
    step(List.of(batch), rate, Double.MAX_VALUE);
  }

  /** The network's output for a batch, in the precision of the run. */
  Output<Tensor> forward(Batch batch) {
    Tensor image = Crops.of(net, batch);
    try (Autocast autocast = Autocast.of(precision, device)) {
      return net.forward(image, true);
    }
  }

  private Targets targets(Batch batch) {
    return new Targets(
        Tensors.of(batch.joints(), device, batch.size(), net.joints(), 2),
        Tensors.of(batch.mask(), device, batch.size(), net.joints()));
  }

  /** Adds the gradients of a batch's loss to those of the step, unless the loss is bad. */
  private StepLoss backward(Loss loss, double joints, double limit) {
    StepLoss ofBatch = StepLoss.of(values(loss), joints, limit);
    if (!ofBatch.isGood()) {
      return ofBatch;
    }
    // Batches count as their joints do; normalise() divides by the joints of all.
    double weight = Math.max(1, joints);
    Tensor total = share.parts() == 1 ? loss.total() : loss.total().mul(Tensors.scalar(weight));
    total.backward();
    // One operation over one buffer: its time is small beside a step's thousands.
    Tensor gradients = net.parameters().gradients();
    if (Double.isFinite(norm(gradients))) {
      return ofBatch;
    }
    gradients.zero_(); // the step is lost, and the batches after this one are not to blame
    return ofBatch.withBadGradients();
  }

  /** A loss's numbers; waits for the device. */
  LossValues values(Loss loss) {
    Tensor h2 = loss.h2();
    return new LossValues(
        loss.total().item_float(),
        loss.h1().item_float(),
        h2 == null ? Double.NaN : h2.item_float());
  }

  private void normalise(Tensor gradients, double joints) {
    if (share.parts() > 1) {
      try (NoGradGuard noGrad = new NoGradGuard()) {
        gradients.div_(Tensors.scalar(Math.max(1, joints)));
      }
    }
  }

  /** Scales the gradients down to a norm, if theirs is larger; 0: not at all. */
  private static void clip(Tensor gradients, double largest) {
    double norm = largest > 0 ? norm(gradients) : 0;
    if (norm > largest) {
      try (NoGradGuard noGrad = new NoGradGuard()) {
        gradients.mul_(Tensors.scalar(largest / norm));
      }
    }
  }

  private static double norm(Tensor gradients) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      return gradients.norm().item_float();
    }
  }

  private static void copy(Tensor from, Tensor to) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      to.copy_(from);
    }
  }

  /** The fewest crops of a batch. */
  int fewest() {
    return net.fewestToTrain(config.train().freeze());
  }

  /**
   * How many of a batch's crops there is memory for, found by trying a half, a quarter and so on.
   *
   * @return 0 if there is none for {@link #fewest}
   */
  int fitting(Batch batch) {
    int fits =
        OutOfMemory.fitting(
            batch.size(),
            fewest(),
            size -> {
              try (PointerScope scope = new PointerScope()) {
                Batch part = batch.first(size);
                Loss loss = Losses.of(net, forward(part), targets(part), config.loss());
                backward(loss, part.countedJoints(), Double.MAX_VALUE);
              }
            });
    net.parameters().gradients().zero_();
    return fits;
  }

  /** The network's input for a batch as pictures, [B, H, W, 3], 0..255. */
  byte[] pictures(Batch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      return net.pictures(Crops.of(net, batch));
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

  /**
   * Warnings about the arithmetic of training and validation.
   *
   * @param people that this process validates; 0 for none
   */
  List<String> warnings(int people) {
    Set<String> both = new LinkedHashSet<>(arithmetic.warnings());
    if (people > 0) {
      int batch = DatasetPredictor.batch(people, config.train().batch(), device);
      try (InferenceNet validated = InferenceNet.of(average.network(), precision)) {
        both.addAll(validated.prove(batch).warnings());
      }
    }
    return List.copyOf(both);
  }

  /** The network with the averaged weights, which is validated and kept. */
  SadiNet average() {
    return average.network();
  }

  /** The tensors of the run's state. */
  StateFiles.Weights weights() {
    return new StateFiles.Weights(net.parameters(), average.network().parameters(), optimizer);
  }

  /** The running statistics of each process, [rank][m]; empty if there is one process. */
  List<float[]> statisticsOfAll() {
    List<float[]> all = new ArrayList<>();
    for (int rank = 0; rank < ranks.size() && ranks.size() > 1; rank++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor both =
            torch.cat(
                new TensorVector(
                    net.parameters().statistics(), average().parameters().statistics()));
        ranks.share(both, rank);
        all.add(Tensors.floats(both));
      }
    }
    return all;
  }

  /**
   * Copies the state of the first process to all.
   *
   * @param steps optimizer steps done
   * @param statisticsOfAll {@link #statisticsOfAll} of the restored state, known to the first
   *     process alone; if it is of another number of processes, all take the first one's
   * @throws FailedException naming a process that differs afterwards
   */
  void share(long steps, List<float[]> statisticsOfAll) {
    List<Tensor> all = weights().all();
    all.forEach(values -> ranks.share(values, 0));
    optimizer.goOn(steps);
    String sent = ranks.share(String.valueOf(statisticsOfAll.size()), 0, device);
    if (Integer.parseInt(sent) == ranks.size()) {
      for (int rank = 0; rank < ranks.size(); rank++) {
        sendStatistics(ranks.first() ? statisticsOfAll.get(rank) : new float[0], rank);
      }
    }
    List<String> sums = ranks.gather(weights().checksum(), device);
    for (int rank = 1; rank < sums.size(); rank++) {
      if (!sums.get(rank).equals(sums.get(0))) {
        throw new FailedException(
            "rank "
                + rank
                + " has other weights or optimizer moments than rank 0, although rank 0 sent its"
                + " own: the network between them is damaged");
      }
    }
  }

  /** Sends one process its statistics, which the first one knows. */
  private void sendStatistics(float[] known, int rank) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor own = net.parameters().statistics();
      Tensor averaged = average().parameters().statistics();
      int n = (int) own.numel();
      Tensor both = Tensors.of(known.length == 0 ? new float[2 * n] : known, device, 2L * n);
      ranks.share(both, 0);
      if (ranks.rank() == rank) {
        own.copy_(both.narrow(0, 0, n));
        averaged.copy_(both.narrow(0, n, n));
      }
    }
  }

  /** Averages the running statistics over the processes. */
  void averageStatistics() {
    average.averageStatistics(ranks);
  }

  @Override
  public void close() {
    memory.close();
    optimizer.close();
    average.close();
    net.close();
  }
}
