package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.Safetensors;
import io.sadi.model.SadiNet.Output;
import io.sadi.testing.Architecture;
import io.sadi.testing.Shared;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The form that predictions are made with must say what the trained network says. */
class InferenceNetTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.variant=baseline",
        "model.variant=rfm-only",
        "model.variant=full",
        "model.variant=no-flow",
        "model.variant=no-se",
        "model.variant=no-dilation",
        "model.variant=no-global-attention",
        "model.variant=no-local-attention",
        "sfm.global_attention=sum",
        "sfm.local_attention=row",
        "sfm.local_attention=spatial",
        "sfm.local_attention=channel",
        "model.stacks=2"
      })
  void saysWhatTheTrainedNetworkSays(String set) {
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(ModelConfig.from(TestNets.config(set)))) {
      TestNets.disturbNorms(net);
      Tensor image = TestNets.images(net.config(), 4);
      Output<Tensor> expected = trained(net, image);
      try (InferenceNet folded = InferenceNet.of(net, Precision.FP32)) {
        for (int time = 0; time < 2; time++) {
          check(expected, folded.forward(image));
        }
      }
    }
  }

  static List<Path> networks() throws IOException {
    Path folder = Shared.require("oracles/model");
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void saysWhatNetworksOfOthersSay(Path folder) throws IOException {
    Safetensors weights = Safetensors.read(folder.resolve("weights.safetensors"));
    Safetensors.Entry input =
        Safetensors.read(folder.resolve("input.safetensors")).tensors().get("image");
    Architecture architecture =
        Architecture.fromJson(weights.metadata().get("architecture"), (int) input.shape()[2]);
    try (PointerScope scope = new PointerScope();
        SadiNet net =
            SadiNet.create(
                architecture.model(), architecture.joints(), ComputeDevice.CPU, false, 0)) {
      net.parameters().load(weights.tensors(), folder);
      Tensor image = Tensors.of(input.floats(), ComputeDevice.CPU, input.shape());
      try (InferenceNet folded = InferenceNet.of(net, Precision.FP32)) {
        check(trained(net, image), folded.forward(image));
      }
    }
  }

  /** Weights are laid out for the first batch; another one must get the same answers. */
  @Test
  void takesBatchesOfAnySizeAndOutlivesTheNetworkThatItReplaces() {
    SadiNet net = TestNets.net(ModelConfig.from(TestNets.config()));
    try (PointerScope scope = new PointerScope()) {
      TestNets.disturbNorms(net);
      Tensor image = TestNets.images(net.config(), 5);
      Output<Tensor> expected = trained(net, image);
      try (InferenceNet folded = InferenceNet.inPlaceOf(net, Precision.FP32)) {
        folded.forward(image.narrow(0, 0, 2));
        check(expected, folded.forward(image));
      }
    }
  }

  /** Of a large network no more may be in memory than what is being laid out. */
  @Test
  void aNetworkThatIsLaidOutFromItsFileReadsEachKernelOnceAndSaysTheSame() {
    ModelConfig config = ModelConfig.from(TestNets.config());
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(config)) {
      TestNets.disturbNorms(net);
      Tensor image = TestNets.images(config, 3);
      Map<String, Integer> reads = new TreeMap<>();
      Map<String, Safetensors.Entry> entries = new TreeMap<>();
      net.parameters()
          .toEntries()
          .forEach(
              (name, entry) ->
                  entries.put(
                      name,
                      new Safetensors.Entry(
                          entry.dtype(),
                          entry.shape(),
                          () -> {
                            reads.merge(name, 1, Integer::sum);
                            return entry.data();
                          })));
      SadiNet empty = SadiNet.toLayOut(config, net.joints(), ComputeDevice.CPU, entries, "file");
      try (InferenceNet whole = InferenceNet.of(net, Precision.FP32);
          InferenceNet lean = InferenceNet.inPlaceOf(empty, Precision.FP32)) {
        for (int batch = 0; batch < 2; batch++) {
          float[] expected = Tensors.floats(whole.forward(image).h1());
          assertThat(Tensors.floats(lean.forward(image).h1())).isEqualTo(expected);
        }
      }
      assertThat(reads.keySet()).isEqualTo(entries.keySet());
      assertThat(reads.values()).containsOnly(1);
    }
  }

  /** bf16 keeps 8 bits; more than a few of them must not be lost on the way. */
  @Test
  void staysCloseInBf16() {
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(ModelConfig.from(TestNets.config("model.variant=rfm-only")))) {
      TestNets.disturbNorms(net);
      Tensor image = TestNets.images(net.config(), 4);
      Tensor expected = trained(net, image).h1();
      try (InferenceNet folded = InferenceNet.of(net, Precision.BF16)) {
        Tensor h1 = folded.forward(image).h1();
        double error = h1.sub(expected).square().mean().sqrt().item_float();
        assertThat(error).isLessThan(0.03 * expected.square().mean().sqrt().item_float());
      }
    }
  }

  private static Output<Tensor> trained(SadiNet net, Tensor image) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      return net.forward(image, false);
    }
  }

  private static void check(Output<Tensor> expected, Output<Tensor> found) {
    assertThat(found.heatmaps()).hasSameSizeAs(expected.heatmaps());
    for (int s = 0; s < expected.heatmaps().size(); s++) {
      check("h1", expected.heatmaps().get(s), found.heatmaps().get(s));
    }
    if (expected.mu() == null) {
      assertThat(found.mu()).isNull();
    } else {
      check("mu", expected.mu(), found.mu());
      check("sigma", expected.sigma(), found.sigma());
    }
  }

  private static void check(String what, Tensor expected, Tensor found) {
    double size = Math.max(1, expected.abs().max().item_float());
    double worst = found.sub(expected).abs().max().item_float();
    assertThat(worst).as(what + ", of values up to " + size).isLessThan(TOLERANCE * size);
  }
}
