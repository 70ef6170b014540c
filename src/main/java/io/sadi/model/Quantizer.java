package io.sadi.model;

import io.sadi.io.Progress;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import io.sadi.torch.Uint8Range;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Finds the ranges of a trained network's eight-bit maps on crops of people, and which of its parts
 * stay in floating point.
 */
public final class Quantizer {
  /**
   * What is said of a network in int8.
   *
   * @param h1 root mean square of the difference of its first heatmaps from those in float32, over
   *     that of these
   * @param mu the same of the distance of its mu in units of sigma; 0 without the SFM
   * @param sigma the same of the logarithm of the ratio of its sigma; 0 without the SFM
   */
  public record Deviation(double h1, double mu, double sigma) {
    /** The largest of them, h1 doubled: it decides most of what is found. */
    public double worst() {
      return Math.max(2 * h1, Math.max(mu, sigma));
    }
  }

  /**
   * A part of the network that stays in floating point.
   *
   * @param path of a block or a layer
   * @param alone how far the network is off with this part alone in int8
   */
  public record FloatPart(String path, double alone) {}

  /**
   * What was found.
   *
   * @param all how far the network is off with everything in int8 that can be
   * @param deviation how far with what is
   * @param floats what is not, for the budget's sake
   * @param convolutions how many the network has, but for those of pooled features
   * @param byRule those that are in floating point whatever the budget: the first, those that
   *     compute in float32 anyway, and those whose input may be negative
   */
  public record Quantized(
      Quantization quantization,
      Deviation all,
      Deviation deviation,
      List<FloatPart> floats,
      int convolutions,
      List<String> byRule) {}

  /** Crops that are shown at once, [n, H, W, 3] from position 0 of a direct buffer. */
  public record CropBatch(ByteBuffer rgb, int size) {}

  /** Powers of the errors that the ranges of {@link RangeSearch} make small; 0: nothing is cut. */
  private static final int[] POWERS = {2, 3, 4, 0};

  @SuppressWarnings("ArrayRecordComponent") // as Tensors.floats gives them
  private record Answer(float[] h1, float[] mu, float[] sigma) {}

  private final SadiNet net;
  private final List<CropBatch> batches;
  private final Progress progress;
  private final List<Answer> expected = new ArrayList<>();

  /**
   * @param net on the CPU; stays open
   * @param batches at least one
   * @param progress counts crops shown to the network
   */
  public Quantizer(SadiNet net, List<CropBatch> batches, Progress progress) {
    this.net = net;
    this.progress = progress;
    this.batches = List.copyOf(batches);
  }

  /**
   * Finds them.
   *
   * @param budget how far the network may be off
   */
  public Quantized run(double budget) {
    try (Progress.Work work = progress.start("calibrating", 0, "crops")) {
      return run(budget, work);
    }
  }

  private Quantized run(double budget, Progress.Work work) {
    RangeObserver observer = observe(work);
    Quantization quantization = ranges(observer, POWERS[0]);
    Deviation all = deviation(quantization, work);
    for (int power : Arrays.copyOfRange(POWERS, 1, POWERS.length)) {
      Quantization tried = ranges(observer, power);
      Deviation deviation = deviation(tried, work);
      if (deviation.worst() < all.worst()) {
        quantization = tried;
        all = deviation;
      }
    }
    List<FloatPart> floats = new ArrayList<>();
    Deviation deviation = all;
    if (deviation.worst() > budget) {
      Set<String> without = new TreeSet<>();
      for (FloatPart part : bySensitivity(quantization, observer.users(), work)) {
        floats.add(part);
        without.add(part.path);
        deviation = deviation(quantization.without(without, observer.users()), work);
        if (deviation.worst() <= budget) {
          break;
        }
      }
      quantization = quantization.without(without, observer.users());
    }
    List<String> convolutions = new ArrayList<>();
    ShapeOperations.layers(net)
        .forEach(
            (layer, shape) -> {
              if (layer instanceof Conv && !shape.form().product()) {
                convolutions.add(shape.path());
              }
            });
    List<String> byRule = new ArrayList<>(convolutions);
    byRule.removeAll(observer.layers());
    return new Quantized(
        quantization, all, deviation, floats, convolutions.size(), List.copyOf(byRule));
  }

  /** The parts, the worst first; a quarter of the crops tells them apart. */
  private List<FloatPart> bySensitivity(
      Quantization quantization, Map<String, Set<String>> users, Progress.Work work) {
    List<FloatPart> parts = new ArrayList<>();
    List<CropBatch> some = batches.subList(0, (batches.size() + 3) / 4);
    for (String part : quantization.parts()) {
      parts.add(
          new FloatPart(part, deviation(quantization.alone(part, users), some, work).worst()));
    }
    parts.sort(Comparator.comparingDouble(FloatPart::alone).reversed());
    return parts;
  }

  private static Quantization ranges(RangeObserver observer, int power) {
    Map<String, Uint8Range> ranges = new TreeMap<>();
    observer
        .maps()
        .forEach(
            (name, search) -> ranges.put(name, power == 0 ? search.whole() : search.best(power)));
    return new Quantization(observer.layers(), ranges);
  }

  /** In float32: the answers, and what values the maps have. */
  private RangeObserver observe(Progress.Work work) {
    Arithmetic arithmetic = Proof.of(net, Precision.FP32, batches.get(0).size(), false);
    RangeObserver observer = new RangeObserver(net.device(), arithmetic);
    try (observer) {
      for (CropBatch batch : batches) {
        observer.begin();
        expected.add(answer(batch, image -> net.readable(observer, net.forward(observer, image))));
        work.advance(batch.size());
      }
      observer.startCounting();
      for (CropBatch batch : batches) {
        observer.begin();
        answer(batch, image -> net.forward(observer, image));
        work.advance(batch.size());
      }
    }
    return observer;
  }

  @FunctionalInterface
  private interface Network {
    Output<Tensor> of(Tensor image);
  }

  private Answer answer(CropBatch batch, Network network) {
    int side = net.config().input();
    try (PointerScope scope = new PointerScope();
        InferenceMode inference = new InferenceMode(true)) {
      Tensor rgb = Tensors.borrow(batch.rgb(), batch.size(), side, side, 3);
      Output<Tensor> output = network.of(SadiNet.normalise(ComputeDevice.CPU, rgb));
      Tensor mu = output.mu();
      Tensor sigma = output.sigma();
      return new Answer(
          Tensors.floats(output.h1()),
          mu == null ? new float[0] : Tensors.floats(mu),
          sigma == null ? new float[0] : Tensors.floats(sigma));
    }
  }

  /** How far a network is off that is quantised so. */
  Deviation deviation(Quantization quantization, Progress.Work work) {
    return deviation(quantization, batches, work);
  }

  /**
   * On some of the crops.
   *
   * @param some of the batches, from the first
   */
  private Deviation deviation(Quantization quantization, List<CropBatch> some, Progress.Work work) {
    double difference = 0;
    double size = 0;
    double mu = 0;
    double sigma = 0;
    long joints = 0;
    try (InferenceNet quantized = InferenceNet.quantized(net, quantization)) {
      for (int b = 0; b < some.size(); b++) {
        Answer right = expected.get(b);
        Answer found = answer(some.get(b), quantized::forward);
        work.advance(some.get(b).size());
        for (int i = 0; i < right.h1.length; i++) {
          difference += square(found.h1[i] - right.h1[i]);
          size += square(right.h1[i]);
        }
        for (int i = 0; i < right.mu.length; i++) {
          mu += square((found.mu[i] - right.mu[i]) / right.sigma[i]);
          sigma += square(Math.log(found.sigma[i] / right.sigma[i]));
        }
        joints += right.mu.length;
      }
    }
    double n = Math.max(1, joints);
    return new Deviation(
        Math.sqrt(difference / Math.max(size, Double.MIN_NORMAL)),
        Math.sqrt(mu / n),
        Math.sqrt(sigma / n));
  }

  private static double square(double x) {
    return x * x;
  }
}
