package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.config.Config;
import io.sadi.io.FailedException;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A layer that a processor computes wrongly must be computed another way, and a person told. Few
 * processors are wrong, so a property has the proof reject forms that are right.
 */
class ProofTest {

  @AfterEach
  void rejectNothing() {
    System.clearProperty(ProofFile.REJECT);
  }

  private static SadiNet net() {
    return TestNets.net(ModelConfig.from(TestNets.config()));
  }

  private static void reject(String forms) {
    System.setProperty(ProofFile.REJECT, forms);
  }

  /** What is right must not be slowed down, nor anybody warned. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16"})
  void nothingFallsBackWhereAllIsRight(Precision precision) {
    try (SadiNet net = net();
        InferenceNet used = InferenceNet.of(net, precision)) {
      for (int batch : new int[] {1, 8}) {
        assertThat(net.prove(precision, batch).warnings()).isEmpty();
        assertThat(net.prove(precision, batch).fallbacks()).isEmpty();
        assertThat(used.prove(batch).warnings()).isEmpty();
        assertThat(used.prove(batch).fallbacks()).isEmpty();
      }
    }
  }

  /** Whatever the proof rejects, the network says the same. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16"})
  void everyWayGivesTheSame(Precision precision) {
    try (PointerScope scope = new PointerScope();
        SadiNet net = net()) {
      TestNets.disturbNorms(net);
      Tensor image = TestNets.images(net.config(), 4);
      float[] expected = used(net, precision, image);
      float[] trained = trained(net, precision, image);
      for (String forms :
          List.of(
              ".* (FUSED|DIRECT)",
              ".* FUSED.*",
              ".* (FUSED|DIRECT).*",
              ".* (FUSED.*|DIRECT.*|FLOAT32)",
              "conv 8->8 3x3.* (FUSED|DIRECT).*",
              ".* added (FUSED|DIRECT).*",
              "product .* DIRECT.*")) {
        // The plainest way is never rejected here: something must be right.
        reject(forms);
        double tolerance = precision == Precision.BF16 ? 0.1 : 1e-4;
        assertThat(distance(used(net, precision, image), expected)).as(forms).isLessThan(tolerance);
        assertThat(distance(trained(net, precision, image), trained))
            .as(forms)
            .isLessThan(tolerance);
      }
    }
  }

  @Test
  void aFallbackIsSaidOnceWithLayerErrorAndConsequence() {
    reject("conv 8->8 3x3 16x16 DIRECT.*");
    try (SadiNet net = net()) {
      Arithmetic arithmetic = net.prove(Precision.BF16, 2);
      assertThat(arithmetic.fallbacks())
          .contains("stem.block.conv2.conv in float32")
          .allSatisfy(line -> assertThat(line).endsWith(" in float32"));
      assertThat(arithmetic.warnings())
          .singleElement()
          .asString()
          .contains("stem.block.conv2.conv and ", " other layers", "in float32", "doctor");
    }
  }

  /** Zeros cost next to nothing, and no one could do anything about it. */
  @Test
  void ofMoreZerosNobodyIsWarned() {
    reject("conv 8->8 3x3 16x16.* (FUSED|DIRECT)");
    try (SadiNet net = net();
        InferenceNet used = InferenceNet.of(net, Precision.FP32)) {
      for (Arithmetic arithmetic : List.of(net.prove(Precision.BF16, 2), used.prove(2))) {
        assertThat(arithmetic.fallbacks())
            .isNotEmpty()
            .allSatisfy(line -> assertThat(line).endsWith(" with channels filled up to 64"));
        assertThat(arithmetic.warnings()).isEmpty();
      }
    }
  }

  @Test
  void nothingIsComputedWhereNoWayIsRight() {
    reject("conv 8->8 3x3 16x16 .*");
    try (SadiNet net = net();
        InferenceNet used = InferenceNet.of(net, Precision.FP32)) {
      assertThatThrownBy(() -> net.prove(Precision.BF16, 2))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("stem.block.conv2.conv")
          .hasMessageContaining("conv 8->8 3x3 16x16");
      assertThatThrownBy(() -> used.prove(2)).isInstanceOf(FailedException.class);
    }
  }

  /** The reference itself must tell wrong from right, wherever the wrong value is. */
  @Test
  void aSingleWrongChannelOrPixelIsSeen() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Trial trial = trial(16, 32, false, false, false);
      Trial.Use right = trial.use(Way.DIRECT);
      assertThat(trial.error(right)).isLessThan(1e-6);
      Tensor channel = right.output().clone();
      channel.select(1, 31).mul_(Tensors.scalar(1.5));
      assertThat(trial.error(new Trial.Use(channel, null))).isGreaterThan(0.01);
      Tensor pixel = right.output().clone();
      pixel.select(3, 5).select(2, 5).select(0, 1).mul_(Tensors.scalar(2));
      assertThat(trial.error(new Trial.Use(pixel, null))).isGreaterThan(0.01);
      Tensor nothing = right.output().clone().mul_(Tensors.scalar(Double.NaN));
      assertThat(trial.error(new Trial.Use(nothing, null))).isNaN();
    }
  }

  /** An operator that leaves out what is fused with it gives a network that finds no one. */
  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"FUSED", "DIRECT"})
  void aWrongBiasSumOrReluIsSeen(Way way) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Trial trial = trial(16, 32, false, true, false);
      Trial.Use right = trial.use(way);
      assertThat(trial.error(right)).isLessThan(1e-5);
      Tensor withoutBias = trial(16, 32, false, false, false).use(way).output();
      assertThat(trial.error(new Trial.Use(withoutBias, null))).isGreaterThan(0.01);
      Tensor oneChannel = right.output().clone();
      oneChannel.select(1, 31).copy_(withoutBias.select(1, 31));
      assertThat(trial.error(new Trial.Use(oneChannel, null))).isGreaterThan(0.01);
      assertThat(trial.error(new Trial.Use(right.output(), right.output())))
          .as("no ReLU")
          .isGreaterThan(0.1);
      Trial sum = trial(16, 32, false, true, true);
      assertThat(sum.error(sum.use(way))).isLessThan(1e-5);
      assertThat(sum.error(new Trial.Use(right.output(), null))).as("no sum").isGreaterThan(0.1);
    }
  }

  /** Where a library refuses an operator the next way must be tried, and doctor must go on. */
  @Test
  void whatThrowsIsWrong() {
    assertThat(
            Proof.worst(
                run -> {
                  throw new IllegalStateException("could not create a primitive");
                }))
        .isInfinite();
    assertThat(Proof.worst(run -> run == 0 ? 0.5 : 0.25)).isEqualTo(0.5);
    assertThat(Proof.worst(run -> run == 0 ? Double.NaN : 0)).isInfinite();
    assertThatThrownBy(
            () ->
                Proof.worst(
                    run -> {
                      throw new IllegalStateException("DefaultCPUAllocator: not enough memory");
                    }))
        .hasMessageContaining("not enough memory");
  }

  /** Only the image's gradient is needed by nobody, not that of three channels anywhere. */
  @Test
  void aWrongGradientIsSeen() {
    try (PointerScope scope = new PointerScope()) {
      Trial trial = trial(3, 3, false, true, false);
      Trial.TrialStep right = trial.step(Way.DIRECT);
      assertThat(trial.error(right)).isLessThan(1e-5);
      Tensor input = disturbed(right.input());
      assertThat(
              trial.error(new Trial.TrialStep(right.output(), input, right.weight(), right.bias())))
          .isGreaterThan(0.01);
      Tensor weight = disturbed(right.weight());
      assertThat(
              trial.error(new Trial.TrialStep(right.output(), right.input(), weight, right.bias())))
          .isGreaterThan(0.01);
      Tensor bias = disturbed(right.bias());
      assertThat(
              trial.error(new Trial.TrialStep(right.output(), right.input(), right.weight(), bias)))
          .isGreaterThan(0.01);
      assertThat(trial(3, 16, true, false, false).step(Way.DIRECT).input()).isNull();
    }
  }

  private static Tensor disturbed(Tensor gradient) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor other = gradient.clone();
      other.select(0, 1).mul_(Tensors.scalar(1.5));
      return other;
    }
  }

  /** A trial of two maps, with a ReLU where nothing is added. */
  private static Trial trial(int in, int out, boolean first, boolean bias, boolean added) {
    LayerForm form =
        new LayerForm(false, in, out, 3, 2, 2, 12, false, first, bias, bias && !added, added);
    Tensor numbers = Trial.numbers(100_000, ComputeDevice.CPU);
    return new Trial(form, ComputeDevice.CPU, 2, false, true, numbers);
  }

  /** A map of three channels need not be an image: its layer is filled up like any other. */
  @Test
  void onlyTheFirstLayerReadsAnImage() {
    Config config = TestNets.config();
    try (SadiNet net = SadiNet.describe(ModelConfig.from(config), 3)) {
      assertThat(ShapeOperations.layers(net).values())
          .filteredOn(layer -> layer.form().first())
          .singleElement()
          .satisfies(layer -> assertThat(layer.path()).isEqualTo("stem.conv.conv"));
    }
  }

  /**
   * With one thread LibTorch computes a 1x1 kernel in float32 by oneDNN from 16 images on: fewer
   * say nothing of what a training's 32 get.
   */
  @Test
  void aTrialRunsTheOperatorThatTheNetworkRuns() {
    LayerForm large = form(1);
    assertThat(Proof.batch(large, 32, true)).isEqualTo(16);
    assertThat(Proof.batch(large, 8, true)).isEqualTo(8).isLessThan(16);
    assertThat(Proof.batch(large, 1, true)).isEqualTo(1);
    assertThat(Proof.batch(large, 32, false)).isEqualTo(2);
    assertThat(Proof.batch(form(3), 32, true)).as("oneDNN's in any batch").isEqualTo(2);
  }

  private static LayerForm form(int kernel) {
    return new LayerForm(false, 128, 128, kernel, 1, 1, 64, false, false, false, false, false);
  }

  private static float[] used(SadiNet net, Precision precision, Tensor image) {
    try (InferenceNet used = InferenceNet.of(net, precision)) {
      return Tensors.floats(used.forward(image).h1());
    }
  }

  private static float[] trained(SadiNet net, Precision precision, Tensor image) {
    net.prove(precision, 4);
    try (NoGradGuard noGrad = new NoGradGuard();
        Autocast autocast = Autocast.of(precision, ComputeDevice.CPU)) {
      Output<Tensor> output = net.forward(image, false);
      return Tensors.floats(output.h1());
    }
  }

  /** Relative. */
  private static double distance(float[] a, float[] b) {
    double sum = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
      size += b[i] * (double) b[i];
    }
    return Math.sqrt(sum / size);
  }
}
