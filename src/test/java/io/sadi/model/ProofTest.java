package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    reject("conv 8->8 3x3 16x16 (FUSED|DIRECT)");
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
    LayerForm form = new LayerForm(false, 16, 32, 3, 2, 2, 12, false, false);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor numbers = Trial.numbers(100_000, ComputeDevice.CPU);
      Trial trial = new Trial(form, ComputeDevice.CPU, 2, false, true, numbers);
      Tensor right = trial.output(Way.DIRECT);
      assertThat(trial.error(right)).isLessThan(1e-6);
      Tensor channel = right.clone();
      channel.select(1, 31).mul_(Tensors.scalar(1.5));
      assertThat(trial.error(channel)).isGreaterThan(0.01);
      Tensor pixel = right.clone();
      pixel.select(3, 5).select(2, 5).select(0, 1).mul_(Tensors.scalar(2));
      assertThat(trial.error(pixel)).isGreaterThan(0.01);
      Tensor nothing = right.clone().mul_(Tensors.scalar(Double.NaN));
      assertThat(trial.error(nothing)).isNaN();
    }
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
