package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.model.DistributionLearningModule.Moments;
import io.sadi.model.Losses.Loss;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet.Output;
import io.sadi.reference.TensorFile;
import io.sadi.testing.TestData;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The networks of {@code test-data} against a second implementation, slow and in double precision.
 * A user loses here that the network, its losses and their gradients are those of sadi-model(7).
 */
class SmallNetworksTest {
  /** Of float32 numbers whose size is about 1. */
  private static final double FLOAT32 = 1e-4;

  /** Of bfloat16, 8 bits, after some fifty layers: of the numbers' root mean square. */
  private static final double BFLOAT16 = 0.05;

  /** What float32 leaves of a gradient: steep where a batch norm sees channels that hardly vary. */
  private static final double GRADIENT = 5e-3;

  @BeforeAll
  static void bless() throws IOException {
    if (TestData.blessing()) {
      for (SmallNetworks network : SmallNetworks.values()) {
        network.make();
        new ReferenceResults(network).write();
      }
    }
  }

  /** Else the files would be of another reference than the one that can be read. */
  @ParameterizedTest
  @EnumSource
  void theReferenceGivesWhatTheFileSays(SmallNetworks network) throws IOException {
    TensorFile expected = new TensorFile(network.expected());
    Map<String, double[]> found = new ReferenceResults(network).quick();
    assertThat(expected.names()).containsAll(found.keySet());
    for (String name : expected.names()) {
      if (found.containsKey(name)) {
        // Of a difference of two losses fewer digits are left.
        check(expected, name, found.get(name), name.startsWith("gradient") ? 1e-4 : 1e-6);
      } else {
        assertThat(name).startsWith("gradient");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNetworkGivesWhatTheReferenceGives(SmallNetworks network) throws IOException {
    TensorFile expected = new TensorFile(network.expected());
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        SadiNet net = net(network, "", false)) {
      Tensor image = tensor(new TensorFile(network.input()), "image");
      Output<Tensor> output = net.forward(image, false);
      check(expected, "", output, FLOAT32);
      if (net.hasSfm()) {
        secondHeatmap(expected, net, output, network);
      }
      check(expected, "batch_statistics.", net.forward(image, true), FLOAT32);
      for (Parameter parameter : net.parameters().all()) {
        if (!parameter.learned()) {
          check(expected, "after." + parameter.name(), doubles(parameter.tensor()), FLOAT32);
        }
      }
    }
  }

  private static void secondHeatmap(
      TensorFile expected, SadiNet net, Output<Tensor> output, SmallNetworks network)
      throws IOException {
    DistributionLearningModule dlm = net.dlm();
    Tensor mu = output.mu();
    Tensor sigma = output.sigma();
    Tensor joints = tensor(new TensorFile(network.input()), "joints");
    Tensor nll = Losses.negativeLogLikelihood(dlm, mu, sigma, joints);
    check(expected, "log_likelihood", doubles(nll.neg()), FLOAT32);
    if (net.config().dlm().flow()) {
      Moments moments = dlm.moments();
      check(expected, "flow.mean", doubles(moments.mean()), FLOAT32);
      check(expected, "flow.deviation", doubles(moments.sd()), FLOAT32);
    }
    int size = net.config().heatmap();
    HeatmapRenderer renderer = net.renderer();
    check(expected, "h2", doubles(renderer.render(mu, sigma, size)), FLOAT32);
    Tensor exact = dlm.renderExactly(mu.narrow(0, 0, 1), sigma.narrow(0, 0, 1), size);
    check(expected, "h2.exact", doubles(exact), FLOAT32);
    float[] mode = renderer.mode();
    check(expected, "mode", new double[] {mode[0], mode[1]}, FLOAT32);
  }

  @ParameterizedTest
  @EnumSource
  void theFormForPredictionsGivesIt(SmallNetworks network) throws IOException {
    TensorFile expected = new TensorFile(network.expected());
    try (PointerScope scope = new PointerScope();
        SadiNet net = net(network, "", false);
        InferenceNet inference = InferenceNet.of(net, Precision.FP32)) {
      Tensor image = tensor(new TensorFile(network.input()), "image");
      check(expected, "", inference.forward(image), FLOAT32);
    }
  }

  @ParameterizedTest
  @EnumSource
  void inBfloat16ItGivesAboutThat(SmallNetworks network) throws IOException {
    TensorFile expected = new TensorFile(network.expected());
    try (PointerScope scope = new PointerScope();
        SadiNet net = net(network, "", false);
        InferenceNet inference = InferenceNet.of(net, Precision.BF16)) {
      Output<Tensor> output = inference.forward(tensor(new TensorFile(network.input()), "image"));
      int last = output.heatmaps().size() - 1;
      assertThat(relative(expected, "h1." + last, output.h1())).as("H1").isLessThan(BFLOAT16);
      if (net.hasSfm()) {
        assertThat(relative(expected, "mu", output.mu())).as("mu").isLessThan(BFLOAT16);
        assertThat(relative(expected, "sigma", output.sigma())).as("sigma").isLessThan(BFLOAT16);
      }
    }
  }

  /** The root mean square of the differences, as a part of that of the numbers. */
  private static double relative(TensorFile expected, String name, Tensor found) {
    double[] want = expected.get(name);
    double[] have = doubles(found);
    double error = 0;
    double size = 0;
    for (int i = 0; i < want.length; i++) {
      error += (have[i] - want[i]) * (have[i] - want[i]);
      size += want[i] * want[i];
    }
    return Math.sqrt(error / size);
  }

  @ParameterizedTest
  @EnumSource
  void lossesAreTheReferences(SmallNetworks network) throws IOException {
    TensorFile expected = new TensorFile(network.expected());
    for (String settings : network.losses()) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard();
          SadiNet net = net(network, settings, false)) {
        Loss loss = loss(network, settings, net);
        checkLoss(expected, settings, "total", loss.total());
        checkLoss(expected, settings, "h1", loss.h1());
        if (net.hasSfm()) {
          checkLoss(expected, settings, "h2", loss.h2());
        }
      }
    }
  }

  private static void checkLoss(TensorFile expected, String settings, String part, Tensor found) {
    check(expected, ReferenceResults.lossName(settings, part), doubles(found), FLOAT32);
  }

  /** Of one element of every tensor, and, as that is few, of all of them along a direction. */
  @ParameterizedTest
  @EnumSource
  void gradientsAreTheReferences(SmallNetworks network) throws IOException {
    TensorFile expected = new TensorFile(network.expected());
    for (String settings : network.gradients()) {
      try (PointerScope scope = new PointerScope();
          SadiNet net = net(network, settings, true)) {
        loss(network, settings, net).total().backward();
        double largest = 0;
        for (String name : expected.names()) {
          if (name.startsWith(ReferenceResults.gradientName(settings, ""))) {
            largest = Math.max(largest, Math.abs(expected.get(name)[0]));
          }
        }
        double along = 0;
        for (Parameter parameter : net.parameters().all()) {
          if (parameter.learned()) {
            double[] gradient = doubles(parameter.tensor().grad());
            double[] direction = ReferenceResults.direction(parameter.name(), gradient.length);
            for (int i = 0; i < gradient.length; i++) {
              along += gradient[i] * direction[i];
            }
            double found = gradient[ReferenceResults.element(gradient.length)];
            String name = ReferenceResults.gradientName(settings, parameter.name());
            checkGradient(expected, name, found, largest);
          }
        }
        checkGradient(expected, ReferenceResults.directionName(settings), along, largest);
      }
    }
  }

  /** To half a percent, or of what is small beside the largest of all to half a percent of 1 %. */
  private static void checkGradient(
      TensorFile expected, String name, double found, double largest) {
    double want = expected.get(name)[0];
    double allowed = GRADIENT * Math.max(Math.abs(want), largest / 100);
    assertThat(found).as(name).isCloseTo(want, within(allowed));
  }

  private static Loss loss(SmallNetworks network, String settings, SadiNet net) throws IOException {
    TensorFile input = new TensorFile(network.input());
    Config config = network.config(settings);
    LossConfig loss = LossConfig.from(config, ModelConfig.from(config));
    Output<Tensor> output = net.forward(tensor(input, "image"), true);
    return Losses.of(
        net, output, new Targets(tensor(input, "joints"), tensor(input, "mask")), loss);
  }

  private static SadiNet net(SmallNetworks network, String settings, boolean trainable)
      throws IOException {
    ModelConfig model = ModelConfig.from(network.config(settings));
    Checkpoint checkpoint = Checkpoint.read(network.checkpoint());
    SadiNet net = SadiNet.create(model, network.joints(), ComputeDevice.CPU, trainable, 0);
    net.parameters().load(checkpoint.tensors(), network.checkpoint());
    return net;
  }

  private static Tensor tensor(TensorFile file, String name) {
    double[] values = file.get(name);
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    int[] sides = file.shape(name);
    long[] shape = new long[sides.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = sides[i];
    }
    return Tensors.of(floats, ComputeDevice.CPU, shape);
  }

  private static double[] doubles(Tensor tensor) {
    float[] floats = Tensors.floats(tensor);
    double[] values = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      values[i] = floats[i];
    }
    return values;
  }

  private static void check(
      TensorFile expected, String prefix, Output<Tensor> output, double tolerance) {
    for (int s = 0; s < output.heatmaps().size(); s++) {
      check(expected, prefix + "h1." + s, doubles(output.heatmaps().get(s)), tolerance);
    }
    assertThat(output.mu() != null).isEqualTo(expected.has(prefix + "mu"));
    if (output.mu() != null) {
      check(expected, prefix + "mu", doubles(output.mu()), tolerance);
      check(expected, prefix + "sigma", doubles(output.sigma()), tolerance);
    }
  }

  /** Tolerance times the largest expected number, or 1 if that is smaller. */
  private static void check(TensorFile expected, String name, double[] have, double tolerance) {
    double[] want = expected.get(name);
    assertThat(have).as(name).hasSameSizeAs(want);
    double size = 1;
    for (double value : want) {
      size = Math.max(size, Math.abs(value));
    }
    double worst = 0;
    for (int i = 0; i < want.length; i++) {
      if (Double.isNaN(want[i]) || Double.isNaN(have[i])) {
        assertThat(have[i]).as(name).isNaN();
        assertThat(want[i]).as(name).isNaN();
      } else {
        worst = Math.max(worst, Math.abs(want[i] - have[i]));
      }
    }
    if (Boolean.getBoolean("sadi.verbose"))
      System.out.printf("%s: %.2e of %.2e%n", name, worst, size);
    assertThat(worst).as(name + ", of numbers up to " + size).isLessThan(tolerance * size);
  }
}
