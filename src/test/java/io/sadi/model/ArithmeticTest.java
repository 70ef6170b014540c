package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.config.Config;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.CpuFeatures;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole networks in every form against float64 and against bf16 by rounding alone. Where this fails
 * a network learns from noise, or says what it never learned.
 */
class ArithmeticTest {
  private static final int JOINTS = 13;

  /** Values of a parameter that is not looked at alone. */
  private static final int FEW = 256;

  /** Inputs that distances are added up over, as chance decides a single one. */
  private static final int SEEDS = 1;

  /** These networks are large enough to share out. */
  @BeforeAll
  static void shareOut() {
    Torch.threads(Runtime.getRuntime().availableProcessors());
  }

  @AfterAll
  static void asBefore() {
    Torch.threads(0);
  }

  /**
   * A network to look at.
   *
   * @param preset its config
   * @param variant of it
   * @param sets what else is set
   * @param batch images
   */
  record Net(String preset, String variant, List<String> sets, int batch) {
    ModelConfig model() {
      return ModelConfig.from(config());
    }

    Config config() {
      try {
        List<String> all = new ArrayList<>(sets);
        all.add("model.variant=" + variant);
        return Config.preset(preset, all, Map.of());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String toString() {
      return preset + " " + variant + (sets.isEmpty() ? "" : " " + String.join(" ", sets));
    }
  }

  private static final List<String> MAIN = List.of("baseline", "rfm-only", "sfm-dlm-only", "full");

  /** Where channels of every kind are odd. */
  private static final List<String> ODD =
      List.of(
          "model.input=64",
          "model.stem=17",
          "model.channels=[9, 11, 13, 15, 17]",
          "model.features=19",
          "sfm.width=[5, 7, 9, 11]",
          "sfm.attention=3",
          "sfm.planes=[1, 3, 5, 7]",
          "sfm.final=33");

  /** Variants that differ in their network; the others differ in their loss. */
  private static List<String> architectures() {
    List<String> names = new ArrayList<>();
    Variant.names().forEach(names::add);
    names.removeIf(name -> name.startsWith("loss-"));
    return names;
  }

  static Stream<Net> nets() {
    List<Net> nets = new ArrayList<>();
    for (String preset : List.of("tiny", "small", "compact", "builtin")) {
      for (String variant : architectures()) {
        nets.add(new Net(preset, variant, List.of(), 4));
      }
    }
    nets.add(new Net("tiny", "full", ODD, 3));
    nets.add(new Net("tiny", "rfm-only", ODD, 3));
    List<String> single = new ArrayList<>(ODD);
    single.set(4, "sfm.width=[1, 1, 1, 1]");
    nets.add(new Net("tiny", "full", single, 2));
    return nets.stream();
  }

  static Stream<Net> largeNets() {
    return MAIN.stream().map(variant -> new Net("paper-mpii", variant, List.of(), 1));
  }

  @ParameterizedTest
  @MethodSource({"nets", "largeNets"})
  void float32IsFloat64(Net net) {
    Map<String, Tensor> exact = new TreeMap<>();
    Map<String, Tensor> found = new TreeMap<>();
    try (SadiNet network = network(net);
        PointerScope scope = new PointerScope()) {
      network.prove(Precision.FP32, net.batch);
      Tensor image = images(net, 1);
      Output<Tensor> right = step(network, new DoubleOperations(false), image, net, exact, 1);
      Output<Tensor> output =
          step(network, eager(network, Precision.FP32, net), image, net, found, 1);
      close(right, output, 1e-4);
      Map<String, double[]> sums = new TreeMap<>(); // squares: of the distance, of the size
      exact.forEach(
          (name, gradient) -> {
            String group = group(name, gradient.numel(), net.batch);
            double[] sum = sums.computeIfAbsent(group, key -> new double[2]);
            sum[0] += Math.pow(distance(found.get(name), gradient), 2);
            sum[1] += Math.pow(size(gradient), 2);
          });
      double least = 1e-5 * size(exact) / exact.size();
      sums.forEach(
          (name, sum) ->
              assertThat(Math.sqrt(sum[0]))
                  .as("gradient of " + name)
                  .isLessThan(1e-3 * Math.sqrt(sum[1]) + least));
    }
  }

  @ParameterizedTest
  @MethodSource({"nets", "largeNets"})
  void theFormForUseIsFloat64(Net net) {
    try (SadiNet network = network(net);
        PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor image = images(net, 1);
      Output<Tensor> right = network.forward(new DoubleOperations(false), image);
      try (InferenceNet used = InferenceNet.of(network, Precision.FP32)) {
        close(right, used.forward(image), 1e-4);
      }
    }
  }

  /** Rounding to bf16 moves gradients by half their size; a wrong convolution by more. */
  @ParameterizedTest
  @MethodSource({"nets", "largeNets"})
  void bf16IsNoFurtherFromFloat32ThanRounding(Net net) {
    Assumptions.assumeTrue(CpuFeatures.hasBf16(), "this processor has no bf16");
    Map<String, double[]> sums = new TreeMap<>(); // squares: of bf16's distance, rounding's, size
    try (SadiNet network = network(net)) {
      EagerOperations float32 = eager(network, Precision.FP32, net);
      EagerOperations reduced = eager(network, Precision.BF16, net);
      for (int seed = 1; seed <= (net.batch == 1 ? 1 : SEEDS); seed++) {
        try (PointerScope scope = new PointerScope()) {
          Tensor image = images(net, seed);
          Map<String, Tensor> exact = new TreeMap<>();
          Map<String, Tensor> bf16 = new TreeMap<>();
          Map<String, Tensor> rounded = new TreeMap<>();
          step(network, float32, image, net, exact, seed);
          try (Autocast autocast = Autocast.of(Precision.BF16, ComputeDevice.CPU)) {
            step(network, reduced, image, net, bf16, seed);
          }
          step(network, new RoundedOperations(false), image, net, rounded, seed);
          exact.forEach(
              (name, gradient) -> {
                double[] sum =
                    sums.computeIfAbsent(
                        group(name, gradient.numel(), net.batch), key -> new double[3]);
                sum[0] += Math.pow(distance(bf16.get(name), gradient), 2);
                sum[1] += Math.pow(distance(rounded.get(name), gradient), 2);
                sum[2] += Math.pow(size(gradient), 2);
              });
        }
      }
    }
    // Where rounding alone leaves little of a gradient, there is little to compare with.
    sums.values().removeIf(sum -> sum[2] == 0 || sum[1] > sum[2] / 2);
    sums.forEach(
        (name, sum) ->
            assertThat(Math.sqrt(sum[0] / sum[2]))
                .as("gradient of %s, by rounding %.3f", name, Math.sqrt(sum[1] / sum[2]))
                .isFinite()
                .isLessThan(1.5 * Math.sqrt(sum[1] / sum[2]) + 0.02));
  }

  /**
   * Parameters that are looked at together, where chance would decide for one alone: those of few
   * values, those behind the few hidden units of squeeze-and-excitation, and those of the flow; all
   * of a kind where there is one image.
   */
  private static String group(String name, long values, int batch) {
    if (name.startsWith("dlm.")) {
      return "the flow";
    }
    if (name.contains(".se.")) {
      return "squeeze-and-excitation";
    }
    return values < FEW || batch == 1 ? name.replaceAll("inner\\.|[0-9]+\\.", "") : name;
  }

  private static SadiNet network(Net net) {
    SadiNet network = SadiNet.create(net.model(), JOINTS, ComputeDevice.CPU, true, 3);
    TestNets.disturbFlow(network);
    // Fixed statistics, and residuals that do not grow with depth: norms over the few pixels of a
    // few images, and softmaxes of huge numbers, would make more of rounding than there is to see.
    try (NoGradGuard noGrad = new NoGradGuard()) {
      for (Parameter parameter : network.parameters().all()) {
        if (parameter.name().endsWith(".bn.weight")) {
          parameter.tensor().fill_(Tensors.scalar(0.4));
        }
      }
    }
    return network;
  }

  private static EagerOperations eager(SadiNet network, Precision precision, Net net) {
    return new EagerOperations(
        ComputeDevice.CPU, Proof.of(network, precision, net.batch, true), false);
  }

  private static Tensor images(Net net, int seed) {
    int input = net.model().input();
    float[] values = new float[net.batch * 3 * input * input];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(values, ComputeDevice.CPU, net.batch, 3, input, input);
  }

  /** Forward and backward; running statistics stay as they are. */
  private static Output<Tensor> step(
      SadiNet network,
      EagerOperations operations,
      Tensor image,
      Net net,
      Map<String, Tensor> gradients,
      int seed) {
    Tensor statistics = network.parameters().statistics();
    Tensor before = statistics.clone();
    network.parameters().gradients().zero_();
    Output<Tensor> output = network.forward(operations, image);
    try (Autocast off = Autocast.off(ComputeDevice.CPU)) {
      // The loss in float32 as always, whatever the output came in.
      Output<Tensor> single =
          new Output<>(
              output.heatmaps().stream().map(h -> h.to(ScalarType.Float)).toList(),
              output.mu() == null ? null : output.mu().to(ScalarType.Float),
              output.sigma() == null ? null : output.sigma().to(ScalarType.Float));
      Config config = net.config();
      LossConfig loss = LossConfig.from(config, net.model());
      Losses.of(network, single, targets(net.batch, seed), loss).total().backward();
    }
    for (Parameter parameter : network.parameters().all()) {
      if (parameter.learned()) {
        gradients.put(parameter.name(), parameter.tensor().grad().clone());
      }
    }
    try (NoGradGuard noGrad = new NoGradGuard()) {
      statistics.copy_(before);
    }
    return output;
  }

  private static Targets targets(int batch, int seed) {
    float[] joints = new float[batch * JOINTS * 2];
    Random random = new Random(100 + seed);
    for (int i = 0; i < joints.length; i++) {
      joints[i] = (random.nextFloat() - 0.5f) * 0.8f;
    }
    return new Targets(
        Tensors.of(joints, ComputeDevice.CPU, batch, JOINTS, 2),
        torch.ones(new long[] {batch, JOINTS}, ComputeDevice.CPU.floats()));
  }

  private static void close(Output<Tensor> right, Output<Tensor> found, double tolerance) {
    close("h1", right.h1(), found.h1(), tolerance);
    if (right.mu() != null) {
      close("mu", right.mu(), found.mu(), tolerance);
      close("sigma", right.sigma(), found.sigma(), tolerance);
    }
  }

  private static void close(String what, Tensor right, Tensor found, double tolerance) {
    assertThat(distance(found, right)).as(what).isLessThan(tolerance * size(right) + 1e-6);
  }

  private static double distance(Tensor a, Tensor b) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      return size(a.detach().to(ScalarType.Double).sub(b.detach().to(ScalarType.Double)));
    }
  }

  private static double size(Tensor a) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      return Math.sqrt(a.detach().to(ScalarType.Double).square().sum().item_double());
    }
  }

  private static double size(Map<String, Tensor> all) {
    return all.values().stream().mapToDouble(ArithmeticTest::size).sum();
  }
}
