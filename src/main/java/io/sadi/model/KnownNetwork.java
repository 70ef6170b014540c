package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.io.Safetensors;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A small whole network with known outputs and gradients: {@code known-network.safetensors} has
 * them as computed in float64, and the error that rounding to bf16 alone causes.
 */
public final class KnownNetwork {
  private static final String FILE = "known-network.safetensors";
  private static final int JOINTS = 3;
  private static final int BATCH = 2;
  private static final int INPUT = 64;

  /** Values of each gradient that are kept. */
  private static final int KEPT = 8;

  static final String ROUNDED_OUTPUTS = "rounded_outputs";
  static final String ROUNDED_GRADIENTS = "rounded_gradients";

  /** Numbers of channels of all kinds: multiples of 16, even and odd. */
  private static final String CONFIG =
      """
      model: {input: 64, stem: 16, channels: [16, 24, 12, 9, 8], blocks: [1, 1, 1, 1, 1], features: 10}
      sfm: {width: [4, 8, 5, 16], attention: 7, planes: [2, 4, 3, 4], final: 16}
      dlm: {lattice: 33, training_lattice: 33}
      """;

  /**
   * The relative errors of a machine's results.
   *
   * @param outputs heatmaps, mu and sigma
   * @param gradients of the weights, relative to its own norm
   * @param roundedOutputs error of rounding to bf16; 0 in float32
   * @param roundedGradients likewise
   */
  public record Difference(
      double outputs, double gradients, double roundedOutputs, double roundedGradients) {
    /** Whether rounding explains the errors. */
    public boolean right() {
      return outputs <= 1.5 * roundedOutputs + 1e-3 && gradients <= 1.5 * roundedGradients + 0.02;
    }
  }

  private KnownNetwork() {}

  /**
   * Runs the network forwards and backwards. Batch norms use fixed statistics: batch statistics
   * over a few pixels of a few images would amplify rounding.
   *
   * @throws io.sadi.io.FailedException if every way gives wrong results for a layer
   */
  public static Difference of(ComputeDevice device, Precision precision) {
    Safetensors known = known();
    try (SadiNet net = net(device);
        PointerScope scope = new PointerScope()) {
      Arithmetic arithmetic = net.prove(precision, BATCH);
      Map<String, float[]> answers;
      try (Autocast autocast = Autocast.of(precision, device)) {
        answers = answers(net, new EagerOperations(device, arithmetic, false));
      }
      Map<String, float[]> right = new LinkedHashMap<>();
      known.tensors().forEach((name, entry) -> right.put(name, entry.floats()));
      boolean rounded = precision == Precision.BF16;
      return new Difference(
          distance(answers, right, false),
          distance(answers, right, true),
          rounded ? Double.parseDouble(known.metadata().get(ROUNDED_OUTPUTS)) : 0,
          rounded ? Double.parseDouble(known.metadata().get(ROUNDED_GRADIENTS)) : 0);
    }
  }

  private static Safetensors known() {
    try (InputStream in = KnownNetwork.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is missing from the jar");
      }
      return Safetensors.of(in.readAllBytes(), FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Config config() {
    return Config.parse(CONFIG, "the known network's config");
  }

  /** The network with its weights. */
  static SadiNet net(ComputeDevice device) {
    SadiNet net = SadiNet.create(ModelConfig.from(config()), JOINTS, device, true, 1);
    try (NoGradGuard noGrad = new NoGradGuard();
        PointerScope scope = new PointerScope()) {
      for (Parameter parameter : net.parameters().all()) {
        long[] shape = parameter.shape();
        if (shape.length > 1) {
          float[] values = wave((int) parameter.count());
          double scale = Math.sqrt(2.0 * shape[0] / parameter.count());
          for (int i = 0; i < values.length; i++) {
            values[i] *= (float) scale;
          }
          parameter.tensor().copy_(Tensors.of(values, ComputeDevice.CPU, shape));
        }
      }
    }
    return net;
  }

  /** Values from -1 to 1 that vary from each to the next, the same on every machine. */
  private static float[] wave(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.sin(i * (double) i * 0.37 + i);
    }
    return values;
  }

  /** Outputs and some values of each gradient, by name. */
  static Map<String, float[]> answers(SadiNet net, EagerOperations operations) {
    ComputeDevice device = net.device();
    Config config = config();
    LossConfig loss = LossConfig.from(config, net.config());
    Tensor image = Tensors.of(wave(BATCH * 3 * INPUT * INPUT), device, BATCH, 3, INPUT, INPUT);
    Targets targets =
        new Targets(
            Tensors.of(new float[BATCH * JOINTS * 2], device, BATCH, JOINTS, 2),
            torch.ones(new long[] {BATCH, JOINTS}, device.floats()));
    Output<Tensor> output = net.forward(operations, image);
    Tensor mu = output.mu();
    Tensor sigma = output.sigma();
    if (mu == null || sigma == null) {
      throw new IllegalStateException("the known network has an SFM");
    }
    Output<Tensor> single =
        new Output<>(
            List.of(output.h1().to(ScalarType.Float)),
            mu.to(ScalarType.Float),
            sigma.to(ScalarType.Float));
    try (Autocast off = Autocast.off(device)) {
      Losses.of(net, single, targets, loss).total().backward();
    }
    Map<String, float[]> answers = new LinkedHashMap<>();
    answers.put("h1", Tensors.floats(output.h1()));
    answers.put("mu", Tensors.floats(mu));
    answers.put("sigma", Tensors.floats(sigma));
    for (Parameter parameter : net.parameters().all()) {
      // The flow's gradients are small differences of large numbers, and follow from mu's and
      // sigma's.
      if (parameter.learned() && !parameter.name().startsWith("dlm.")) {
        answers.put(
            "gradient." + parameter.name(), some(Tensors.floats(parameter.tensor().grad())));
      }
    }
    return answers;
  }

  private static float[] some(float[] all) {
    if (all.length <= KEPT) {
      return all;
    }
    float[] some = new float[KEPT];
    for (int i = 0; i < KEPT; i++) {
      some[i] = all[(int) ((long) i * all.length / KEPT)];
    }
    return some;
  }

  /**
   * The root mean square over outputs or gradients of their relative errors. Very small gradients
   * are measured relative to the largest.
   */
  static double distance(
      Map<String, float[]> found, Map<String, float[]> right, boolean gradients) {
    double largest = 0;
    for (Map.Entry<String, float[]> entry : right.entrySet()) {
      if (entry.getKey().startsWith("gradient.") == gradients) {
        largest = Math.max(largest, size(entry.getValue()));
      }
    }
    double sum = 0;
    int count = 0;
    for (Map.Entry<String, float[]> entry : right.entrySet()) {
      if (entry.getKey().startsWith("gradient.") == gradients) {
        float[] a = found.getOrDefault(entry.getKey(), new float[0]);
        float[] b = entry.getValue();
        double difference = 0;
        for (int i = 0; i < b.length; i++) {
          double d = (i < a.length ? a[i] : Double.NaN) - (double) b[i];
          difference += d * d;
        }
        double size = Math.max(size(b), 1e-4 * largest);
        sum += difference / (size * size);
        count++;
      }
    }
    return Math.sqrt(sum / count);
  }

  private static double size(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
