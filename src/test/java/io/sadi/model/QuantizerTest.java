package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.io.Progress;
import io.sadi.model.Quantizer.CropBatch;
import io.sadi.model.Quantizer.Quantized;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.QuantizedConvolution;
import io.sadi.torch.Tensors;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A network in int8 must say nearly what it says in float32, or give int8 up where it does not. */
class QuantizerTest {
  private static final int CROPS = 4;

  /** Where a network knows nothing its mu moves by more than its sigma, in bf16 too. */
  private static final double ANYTHING = 100;

  @BeforeEach
  void needsTheInstructions() {
    assumeTrue(QuantizedConvolution.available(ComputeDevice.CPU), "a processor with VNNI");
  }

  @AfterEach
  void rejectNothing() {
    System.clearProperty(ProofFile.REJECT);
  }

  private static SadiNet net(String... sets) {
    SadiNet net = TestNets.net(ModelConfig.from(TestNets.config(sets)));
    TestNets.disturbNorms(net);
    return net;
  }

  /** Noise. */
  private static CropBatch crops(SadiNet net) {
    int side = net.config().input();
    byte[] values = new byte[CROPS * side * side * 3];
    new Random(3).nextBytes(values);
    ByteBuffer rgb = ByteBuffer.allocateDirect(values.length);
    rgb.put(values);
    return new CropBatch(rgb, CROPS);
  }

  private static Quantized quantized(SadiNet net, double budget) {
    return new Quantizer(net, List.of(crops(net)), Progress.NONE).run(budget);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.variant=baseline",
        "model.variant=full",
        "model.variant=no-se",
        "model.variant=no-global-attention",
        "model.stacks=2"
      })
  void everyVariantIsCloseInInt8(String set) {
    try (SadiNet net = net(set)) {
      Quantized found = quantized(net, ANYTHING);
      assertThat(found.floats()).isEmpty();
      assertThat(found.quantization().layers()).hasSizeGreaterThan(found.convolutions() / 2);
      assertThat(found.deviation().h1()).isPositive().isLessThan(0.06);
      assertThat(found.deviation().sigma()).isLessThan(0.2);
      assertThat(found.quantization().maps())
          .as("blocks, and sums of an hourglass's level")
          .containsKeys("hourglass.0", "hourglass.0.down.0");
      assertThat(found.byRule()).contains("stem.conv.conv", "head.0.heatmap");
    }
  }

  @Test
  void whatTheBudgetDoesNotAllowStaysInFloatingPoint() {
    try (SadiNet net = net("model.variant=rfm-only")) {
      Quantized all = quantized(net, ANYTHING);
      double budget = all.all().worst() / 2;
      Quantized some = quantized(net, budget);
      assertThat(some.all()).as("the same on each run").isEqualTo(all.all());
      assertThat(some.floats()).isNotEmpty();
      assertThat(some.floats().get(0).alone())
          .isGreaterThanOrEqualTo(some.floats().get(some.floats().size() - 1).alone());
      assertThat(some.deviation().worst()).isLessThanOrEqualTo(budget);
      assertThat(some.quantization().parts()).doesNotContain(some.floats().get(0).path());
      assertThat(some.quantization().layers().size())
          .isLessThan(all.quantization().layers().size());
    }
  }

  /** The layers that come out wrong are told, once, and the answers stay. */
  @Test
  void layersThatComeOutWrongFallBack() {
    try (PointerScope scope = new PointerScope();
        SadiNet net = net("model.variant=rfm-only")) {
      Quantization quantization = quantized(net, ANYTHING).quantization();
      Tensor image = TestNets.images(net.config(), CROPS);
      float[] right = h1(InferenceNet.quantized(net, quantization), image);
      for (String forms : List.of(".* INT8", "conv .* d2 .* INT8", "conv 8->8 3x3 16x16.* INT8")) {
        System.setProperty(ProofFile.REJECT, forms);
        try (InferenceNet rejected = InferenceNet.quantized(net, quantization)) {
          Arithmetic arithmetic = rejected.prove(CROPS);
          assertThat(arithmetic.slower()).isTrue();
          assertThat(arithmetic.warnings())
              .singleElement()
              .asString()
              .contains("(int8, by up to any amount)", "in " + floating());
          assertThat(distance(h1(rejected, image), right)).as(forms).isLessThan(0.2);
        }
      }
      System.clearProperty(ProofFile.REJECT);
      try (InferenceNet used = InferenceNet.quantized(net, quantization)) {
        assertThat(used.prove(CROPS).warnings()).isEmpty();
        assertThat(used.prove(CROPS).fallbacks()).isEmpty();
      }
    }
  }

  private static String floating() {
    return Precision.auto(ComputeDevice.CPU) == Precision.BF16 ? "bf16" : "fp32";
  }

  private static float[] h1(InferenceNet net, Tensor image) {
    Output<Tensor> output = net.forward(image);
    return Tensors.floats(output.h1());
  }

  private static double distance(float[] found, float[] right) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < right.length; i++) {
      difference += Math.pow(found[i] - right[i], 2);
      size += right[i] * right[i];
    }
    return Math.sqrt(difference / size);
  }
}
