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
 * A network that learns: batches become gradients in {@link #backward}, gradients become a step of
 * its weights in {@link #update}.
 */
public class Learner implements AutoCloseable {
  private final RunConfig config;
  private final ComputeDevice device;
  private final Precision precision;
  private final Ranks ranks;
  private final Batches.Share share;
  private final SadiNet net;
  private final Arithmetic arithmetic;
  private final List<String> warnings;
  private final WeightAverage average;
  private final Adam optimizer;
  private final PointerScope memory;

  /** The running statistics as they were before this step, [m]. */
  private final Tensor statistics;

  /** Whether the step has seen a batch. */
  private boolean begun;

  /**
   * A network with the weights that the config's seed gives it.
   *
   * @param joints K
   * @param ranks that learn together
   */
  public Learner(
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
    this.warnings = warnings(settings.batch());
    net.parameters().freeze(settings.freeze());
    this.optimizer = new Adam(net.parameters(), device, settings.weightDecay());
    try (PointerScope scope = new PointerScope()) {
      this.memory = scope.extend();
      this.statistics = torch.empty_like(net.parameters().statistics());
    }
  }

  /**
   * From a batch to its loss and the gradients, which add up until {@link #update}. Where a step
   * has several batches each counts as its joints do, so that it equals a step of one large batch.
   */
  public Sums backward(Batch batch) {
    return backward(batch, Double.MAX_VALUE);
  }

  /**
   * The same where losses may explode.
   *
   * @param limit a loss above it is a fault, which leaves no gradients
   */
  Sums backward(Batch batch, double limit) {
    // Everything native that a step makes goes with its scope; only numbers leave it. Garbage
    // collection would come too late, because the JVM does not see how large a tensor is.
    try (PointerScope scope = new PointerScope()) {
      if (!begun) {
        copy(net.parameters().statistics(), statistics);
        begun = true;
      }
      long joints = net.joints();
      Tensor image = Crops.of(net, batch);
      Targets targets =
          new Targets(
              Tensors.of(batch.joints(), device, batch.size(), joints, 2),
              Tensors.of(batch.mask(), device, batch.size(), joints));
      Output<Tensor> output;
      try (Autocast autocast = Autocast.of(precision, device)) {
        output = net.forward(image, true);
      }
      Loss loss = Losses.of(net, output, targets, config.loss());
      Tensor h2 = loss.h2();
      double count = 0;
      for (float counts : batch.mask()) {
        count += counts;
      }
      Sums sums =
          Sums.of(
              count,
              loss.total().item_float(),
              loss.h1().item_float(),
              h2 == null ? Double.NaN : h2.item_float(),
              limit);
      if (!sums.good()) {
        return sums;
      }
      if (share.parts() == 1) {
        loss.total().backward();
      } else {
        loss.total().mul(Tensors.scalar(count)).backward();
      }
      return Double.isFinite(norm(net.parameters().gradients())) ? sums : sums.withBadGradients();
    }
  }

  private static void copy(Tensor from, Tensor to) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      to.copy_(from);
    }
  }

  /** One operation over one buffer: not to be seen beside a step's thousands. */
  private static double norm(Tensor gradients) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      return gradients.norm().item_float();
    }
  }

  /**
   * How many of a batch's crops there is memory for, where there is none for all of them.
   *
   * @return a half of them, a quarter and so on; 0 if none
   */
  int fitting(Batch batch) {
    int fits = OutOfMemory.fitting(batch.size(), size -> backward(batch.first(size)));
    net.parameters().gradients().zero_();
    return fits;
  }

  /** What the network sees of a batch, as pictures, [B, H, W, 3] of 0..255. */
  byte[] pictures(Batch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      return net.pictures(Crops.of(net, batch));
    }
  }

  /**
   * From the gradients to the weights; where a batch was a fault, the step's gradients and running
   * statistics are forgotten.
   *
   * @param own sums of this process's batches
   * @return the sums over all processes
   */
  public Sums update(Sums own, double rate) {
    try (PointerScope scope = new PointerScope()) {
      Tensor gradients = net.parameters().gradients();
      Sums sums = own;
      if (ranks.size() > 1) {
        sums = own.overAll(ranks, device);
        ranks.sum(gradients);
      }
      begun = false;
      if (!sums.good()) {
        gradients.zero_();
        copy(statistics, net.parameters().statistics());
        return sums;
      }
      if (share.parts() > 1) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
          gradients.div_(Tensors.scalar(Math.max(1, sums.count())));
        }
      }
      if (config.train().clip() > 0) {
        clip(gradients);
      }
      optimizer.step(rate);
      average.update(optimizer.steps());
      return sums;
    }
  }

  ComputeDevice device() {
    return device;
  }

  Precision precision() {
    return precision;
  }

  private List<String> warnings(int batch) {
    Set<String> both = new LinkedHashSet<>(arithmetic.warnings());
    try (InferenceNet validated = InferenceNet.of(average.network(), precision)) {
      both.addAll(validated.prove(batch).warnings());
    }
    return List.copyOf(both);
  }

  /** How the network's layers are computed on this machine. */
  Arithmetic arithmetic() {
    return arithmetic;
  }

  /** What a person should know of the arithmetic, of training and of validating. */
  List<String> warnings() {
    return warnings;
  }

  /** The average of the weights: what is validated and kept. */
  SadiNet average() {
    return average.network();
  }

  /** What a state of the run consists of. */
  Snapshots.Weights weights() {
    return new Snapshots.Weights(net.parameters(), average.network().parameters(), optimizer);
  }

  /** The running statistics of each process, [rank][m]; empty for a process of its own. */
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
   * Takes over all that the first process of the job has.
   *
   * @param steps that it has done
   * @param statisticsOfAll what {@link #statisticsOfAll} was as the state was saved, known to the
   *     first process; where it is of another number of processes, all take the first one's
   * @throws FailedException naming the process that differs in spite of that
   */
  void share(long steps, List<float[]> statisticsOfAll) {
    List<Tensor> all = weights().all();
    all.forEach(values -> ranks.share(values, 0));
    optimizer.goOn(steps);
    String sent = ranks.share(String.valueOf(statisticsOfAll.size()), 0, device);
    if (Integer.parseInt(sent) == ranks.size()) {
      for (int rank = 0; rank < ranks.size(); rank++) {
        shareStatistics(ranks.first() ? statisticsOfAll.get(rank) : new float[0], rank);
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

  /** What the first process knows of one of them, for that one. */
  private void shareStatistics(float[] known, int rank) {
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

  /** Makes the running statistics of all processes the same. */
  void shareStatistics() {
    average.shareStatistics(ranks);
  }

  private void clip(Tensor gradients) {
    double norm = norm(gradients);
    if (norm > config.train().clip()) {
      try (NoGradGuard noGrad = new NoGradGuard()) {
        gradients.mul_(Tensors.scalar(config.train().clip() / norm));
      }
    }
  }

  @Override
  public void close() {
    memory.close();
    optimizer.close();
    average.close();
    net.close();
  }
}
