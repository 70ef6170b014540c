package io.sadi.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.Result;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.google.gson.JsonParser;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.io.Safetensors;
import io.sadi.model.InferenceNet;
import io.sadi.model.ModelConfig;
import io.sadi.model.Parameter;
import io.sadi.model.SadiNet;
import io.sadi.model.SadiNet.Output;
import io.sadi.testing.Architecture;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Shared;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Another program must find what this one finds: ONNX Runtime judges. */
class OnnxTest {
  private static final double TOLERANCE = 1e-4;
  private static final Path ORIGIN = Path.of("made for a test");
  private static final String TINY =
      """
      model: {input: 64, stem: 8, channels: [8, 8, 8, 8, 12], blocks: [1, 2, 1, 1, 1], features: 8}
      sfm: {width: [4, 8, 8, 16], attention: 8, planes: [2, 4, 4, 8], final: 32}
      dlm: {lattice: 65, training_lattice: 65}
      """;

  @TempDir private Path folder;

  private static Checkpoint checkpoint(Config config) {
    ModelConfig model = ModelConfig.from(config);
    try (SadiNet net =
        SadiNet.create(model, Skeleton.lsp14().size(), ComputeDevice.CPU, false, 3)) {
      if (net.hasSfm()) {
        calm(net);
      }
      return new Checkpoint(
          config.toYaml(),
          model,
          Skeleton.lsp14(),
          Metric.PCK_02,
          7,
          0.25,
          Map.of(),
          net.parameters().toEntries());
    }
  }

  /**
   * Local attention multiplies by exponentials: random weights as they are give numbers that no
   * trained network has, and rounding errors as large. Here mu stays within the crop.
   */
  private static void calm(SadiNet net) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      for (Parameter parameter : net.parameters().all()) {
        if (parameter.name().startsWith("sfm.") && parameter.name().endsWith("bn.weight")) {
          parameter.tensor().mul_(Tensors.scalar(0.3));
        }
      }
      long[] shape = {2, 3, net.config().input(), net.config().input()};
      Tensor image = Tensors.of(noise(shape), ComputeDevice.CPU, shape);
      double largest = net.forward(image, false).mu().abs().max().item_float();
      for (Parameter parameter : net.parameters().all()) {
        if (parameter.name().equals("sfm.fc.weight")) {
          parameter.tensor().mul_(Tensors.scalar(0.4 / largest));
        }
      }
    }
  }

  private static float[] noise(long... shape) {
    float[] values = new float[(int) (shape[0] * shape[1] * shape[2] * shape[3])];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.variant=baseline",
        "model.variant=rfm-only",
        "model.variant=full",
        "model.variant=no-flow",
        "model.variant=no-se",
        "model.variant=no-global-attention",
        "sfm.global_attention=sum",
        "sfm.local_attention=row",
        "sfm.local_attention=spatial",
        "sfm.local_attention=channel",
        "model.stacks=2",
        "model.pixel_convention=corner",
        "loss.h1=nll"
      })
  void onnxRuntimeFindsTheSame(String set) throws IOException, OrtException {
    Config config = Config.parse(TINY, "test");
    config.set(set);
    compare(checkpoint(config), 1);
  }

  /** A batch of another size than any that the writer saw. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void takesAnyNumberOfImages(int batch) throws IOException, OrtException {
    compare(checkpoint(Config.parse(TINY, "test")), batch);
  }

  /** As configured for real: the one that people train. */
  @Test
  void committedConfigsFindTheSame() throws IOException, OrtException {
    Path tiny = BinSadi.HOME.resolve("configs/tiny.yaml");
    compare(checkpoint(Config.parse(Files.readString(tiny), tiny.toString())), 2);
  }

  static List<Path> networks() throws IOException {
    Path folder = Shared.require("oracles/model");
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void findsWhatNetworksOfOthersFind(Path network) throws IOException, OrtException {
    Safetensors weights = Safetensors.read(network.resolve("weights.safetensors"));
    Safetensors.Entry image =
        Safetensors.read(network.resolve("input.safetensors")).tensors().get("image");
    Safetensors expected = Safetensors.read(network.resolve("expected.safetensors"));
    Architecture architecture =
        Architecture.fromJson(weights.metadata().get("architecture"), (int) image.shape()[2]);
    List<String> joints =
        Stream.iterate(0, k -> k + 1).limit(architecture.joints()).map(k -> "j" + k).toList();
    Checkpoint checkpoint =
        new Checkpoint(
            "",
            architecture.model(),
            new Skeleton(joints, List.of(), List.of()),
            Metric.PCK_02,
            1,
            0.5,
            Map.of(),
            weights.tensors());
    Map<String, float[]> found = onnxRuntime(checkpoint, image.floats(), image.shape());
    for (String name : found.keySet()) {
      // The lattice's own tolerance (sadi-model(7)) is wider than rounding.
      double tolerance = name.equals("h2") ? 2e-3 : TOLERANCE;
      check(name, expected.tensors().get(name).floats(), found.get(name), tolerance);
    }
  }

  @Test
  void carriesWhatReadingJointsTakes() throws IOException, OrtException {
    Path file = folder.resolve("net.onnx");
    new Onnx(checkpoint(Config.parse(TINY, "test")), ORIGIN).write(file);
    try (OrtSession session =
        OrtEnvironment.getEnvironment().createSession(file.toString(), new SessionOptions())) {
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      assertThat(JsonParser.parseString(metadata.get("joints")).getAsJsonArray()).hasSize(14);
      assertThat(metadata)
          .containsEntry("fusion_weight", "0.25")
          .containsEntry("stride", "4")
          .containsEntry("pixel_convention", "center")
          .containsEntry("mean", "123.675,116.28,103.53")
          .containsKeys("flip_pairs", "skeleton", "deviation", "h2_mode", "sadi", "config");
      assertThat(session.getInputNames()).containsExactly("image");
      assertThat(session.getOutputNames()).containsExactly("h1", "h2", "mu", "sigma");
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  private void compare(Checkpoint checkpoint, int batch) throws IOException, OrtException {
    int input = checkpoint.model().input();
    long[] shape = {batch, 3, input, input};
    float[] image = noise(shape);
    Map<String, float[]> found = onnxRuntime(checkpoint, image, shape);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        SadiNet net = checkpoint.network(ComputeDevice.CPU, ORIGIN)) {
      Output<Tensor> output;
      try (InferenceNet used = InferenceNet.of(net, Precision.FP32)) { // whose H1 is readable
        output = used.forward(Tensors.of(image, ComputeDevice.CPU, shape));
      }
      check("h1", Tensors.floats(output.h1()), found.get("h1"), TOLERANCE);
      assertThat(found).hasSize(output.mu() == null ? 1 : 4);
      if (output.mu() != null) {
        assertThat(output.mu().abs().max().item_float()).isBetween(0.1f, 1f);
        check("mu", Tensors.floats(output.mu()), found.get("mu"), TOLERANCE);
        check("sigma", Tensors.floats(output.sigma()), found.get("sigma"), TOLERANCE);
        int size = input / ModelConfig.STRIDE;
        // Drawn where maps of this convention are read.
        Tensor drawn = output.mu().add(Tensors.scalar(checkpoint.model().pixels().offset() / size));
        Tensor h2 = net.renderer().render(drawn, output.sigma(), size);
        check("h2", Tensors.floats(h2), found.get("h2"), TOLERANCE);
      }
    }
  }

  private Map<String, float[]> onnxRuntime(Checkpoint checkpoint, float[] image, long[] shape)
      throws IOException, OrtException {
    Path file = folder.resolve("net.onnx");
    new Onnx(checkpoint, ORIGIN).write(file);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, float[]> outputs = new HashMap<>();
    try (SessionOptions options = new SessionOptions();
        OrtSession session = environment.createSession(file.toString(), options);
        OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(image), shape);
        Result result = session.run(Map.of("image", tensor))) {
      for (String name : session.getOutputNames()) {
        FloatBuffer values = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
        float[] copy = new float[values.remaining()];
        values.get(copy);
        outputs.put(name, copy);
      }
    }
    return outputs;
  }

  private static void check(String name, float[] expected, float[] found, double tolerance) {
    assertThat(found).as(name).hasSameSizeAs(expected);
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs(expected[i] - found[i]));
    }
    System.out.printf("%s: largest difference %.2e (allowed %.0e)%n", name, worst, tolerance);
    assertThat(worst).as(name).isLessThan(tolerance);
  }
}
