package io.sadi.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.Result;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.io.Progress;
import io.sadi.model.InferenceNet;
import io.sadi.model.ModelConfig;
import io.sadi.model.Quantization;
import io.sadi.model.Quantizer;
import io.sadi.model.Quantizer.CropBatch;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.QuantizedConvolution;
import io.sadi.torch.Tensors;
import io.sadi.torch.Uint8Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another program makes of the eight-bit maps must be what this one makes of them. */
class QuantizedOnnxTest {
  private static final int CROPS = 2;
  private static final String TINY =
      """
      model: {input: 64, stem: 8, channels: [8, 8, 8, 8, 12], blocks: [1, 2, 1, 1, 1], features: 8}
      sfm: {width: [4, 8, 8, 16], attention: 8, planes: [2, 4, 4, 8], final: 32}
      dlm: {lattice: 65, training_lattice: 65}
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.variant=baseline",
        "model.variant=rfm-only",
        "model.variant=full",
        "model.variant=no-se",
        "model.stacks=2"
      })
  void onnxRuntimeFindsTheSameInInt8(String set) throws IOException, OrtException {
    Answers answers = answers(set);
    assertThat(distance(answers.theirs, answers.float32))
        .as("it is int8")
        .isPositive()
        .isLessThan(0.09);
    assertThat(distance(answers.theirs, answers.int8)).isLessThan(0.09);
  }

  /**
   * Where nobody takes a block's sum in eight bits, sum and product stay in floating point, here as
   * in the file. A file that rounds the product is further off than it was said to be.
   */
  @Test
  void whereASumIsInFloatingPointItsProductIs() throws IOException {
    Config config = Config.parse(TINY, "test");
    config.set("model.variant=rfm-only");
    ModelConfig model = ModelConfig.from(config);
    Uint8Range range = new Uint8Range(0.1, 0);
    String block = "stem.block";
    Set<String> layers = Set.of(block + ".conv2.conv");
    Map<String, Uint8Range> maps = new TreeMap<>();
    maps.put(block + ".dilated.conv", range);
    maps.put(block + ".shortcut.conv", range);
    byte[] without;
    byte[] with;
    byte[] rounded;
    try (SadiNet net = SadiNet.create(model, 14, ComputeDevice.CPU, false, 3)) {
      without = onnx(config, net, new Quantization(layers, maps));
      maps.put(Quantization.scaled(block), range);
      with = onnx(config, net, new Quantization(layers, maps));
      maps.put(block, range);
      rounded = onnx(config, net, new Quantization(layers, maps));
    }
    assertThat(with).isEqualTo(without);
    assertThat(rounded.length).isGreaterThan(with.length);
  }

  /** The first heatmaps in float32, in int8 here, and as ONNX Runtime finds them in int8. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Answers(float[] float32, float[] int8, float[] theirs) {}

  private Answers answers(String set) throws IOException, OrtException {
    assumeTrue(QuantizedConvolution.available(ComputeDevice.CPU), "a processor with VNNI");
    Config config = Config.parse(TINY, "test");
    config.set(set);
    ModelConfig model = ModelConfig.from(config);
    int side = model.input();
    byte[] noise = new byte[CROPS * side * side * 3];
    new Random(3).nextBytes(noise);
    ByteBuffer rgb = ByteBuffer.allocateDirect(noise.length);
    rgb.put(noise);
    try (PointerScope scope = new PointerScope();
        SadiNet net = SadiNet.create(model, 14, ComputeDevice.CPU, false, 3)) {
      Quantization quantization =
          new Quantizer(net, List.of(new CropBatch(rgb, CROPS)), Progress.NONE)
              .run(Double.MAX_VALUE)
              .quantization();
      onnx(config, net, quantization);
      Tensor image =
          SadiNet.normalise(ComputeDevice.CPU, Tensors.borrow(rgb, CROPS, side, side, 3));
      float[] float32;
      float[] int8;
      try (InferenceNet used = InferenceNet.of(net, Precision.FP32)) {
        float32 = Tensors.floats(used.forward(image).h1());
      }
      try (InferenceNet used = InferenceNet.quantized(net, quantization)) {
        int8 = Tensors.floats(used.forward(image).h1());
      }
      return new Answers(float32, int8, onnxRuntime(file(), Tensors.floats(image), side));
    }
  }

  private Path file() {
    return folder.resolve("int8.onnx");
  }

  private byte[] onnx(Config config, SadiNet net, Quantization quantization) throws IOException {
    Checkpoint checkpoint =
        new Checkpoint(
            config.toYaml(),
            net.config(),
            Skeleton.lsp14(),
            Metric.PCK_02,
            7,
            0.25,
            Map.of(),
            net.parameters().toEntries());
    new Onnx(checkpoint, Path.of("made for a test"), quantization).write(file());
    return Files.readAllBytes(file());
  }

  private static float[] onnxRuntime(Path file, float[] image, int side) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {CROPS, 3, side, side};
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(image), shape);
        Result result = session.run(Map.of("image", input))) {
      FloatBuffer h1 = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[h1.remaining()];
      h1.get(values);
      return values;
    }
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
