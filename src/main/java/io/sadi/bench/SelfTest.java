package io.sadi.bench;

import io.sadi.config.Config;
import io.sadi.image.Image;
import io.sadi.io.FailedException;
import io.sadi.model.LossConfig;
import io.sadi.model.Losses;
import io.sadi.model.ModelConfig;
import io.sadi.model.Parameter;
import io.sadi.model.SadiNet;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A little of what the other commands do, with results that are known. */
final class SelfTest {
  private static final String CONFIG =
      """
      model: {input: 64, stem: 8, channels: [8, 8, 8, 8, 8], blocks: [1, 1, 1, 1, 1], features: 8}
      sfm: {width: [8, 8, 8, 8], attention: 8, planes: [8, 8, 8, 8], final: 16}
      dlm: {lattice: 33, training_lattice: 33}
      """;

  private static final int JOINTS = 3;
  private static final int BATCH = 2;

  /** The mean square of the first heatmaps, the same with AVX2, SSE 4.1 and no vectors at all. */
  static final double HEATMAPS = 0.18312;

  /** TF32 on a GPU keeps ten bits. */
  private static final double TOLERANCE = 0.02;

  private SelfTest() {}

  /**
   * A step of training without the optimizer on the tiniest whole network.
   *
   * @return what came out, for a person
   * @throws FailedException if it is not what it should be
   */
  static String network(ComputeDevice device, Precision precision) {
    Config config = Config.parse(CONFIG, "self-test");
    ModelConfig model = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, model);
    try (SadiNet net = SadiNet.create(model, JOINTS, device, true, 1);
        PointerScope scope = new PointerScope()) {
      setWeights(net);
      Tensor image = Tensors.of(wave(BATCH * 3 * 64 * 64), device, BATCH, 3, 64, 64);
      double heatmaps = meanSquare(net, image);
      if (!(Math.abs(heatmaps - HEATMAPS) <= TOLERANCE * HEATMAPS)) {
        throw new FailedException(
            String.format(
                Locale.ROOT,
                "the network computes %.5f on %s where %.5f is right",
                heatmaps,
                device,
                HEATMAPS));
      }
      double total = step(net, image, loss, precision);
      return String.format(
          Locale.ROOT,
          "a small network's output is right, loss %.2f and gradients are finite (%s, %s)",
          total,
          device,
          precision.name().toLowerCase(Locale.ROOT));
    }
  }

  private static void setWeights(SadiNet net) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
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
  }

  /** Values from -1 to 1 that no two neighbours share, the same everywhere. */
  private static float[] wave(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.sin(i * (double) i * 0.37 + i);
    }
    return values;
  }

  private static double meanSquare(SadiNet net, Tensor image) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      return net.forward(image, false).h1().square().mean().item_float();
    }
  }

  private static double step(SadiNet net, Tensor image, LossConfig loss, Precision precision) {
    Losses.Targets targets =
        new Losses.Targets(
            Tensors.of(new float[BATCH * JOINTS * 2], net.device(), BATCH, JOINTS, 2),
            torch.ones(new long[] {BATCH, JOINTS}, net.device().floats()));
    SadiNet.Output<Tensor> output;
    try (Autocast autocast = Autocast.of(precision, net.device())) {
      output = net.forward(image, true);
    }
    Tensor total = Losses.of(net, output, targets, loss).total();
    total.backward();
    if (!torch.isfinite(total).item_bool()
        || !torch.isfinite(net.parameters().gradients()).all().item_bool()) {
      throw new FailedException(
          "the network's loss or gradients are not finite on " + net.device());
    }
    return total.item_float();
  }

  /**
   * Writes and reads an image in both formats.
   *
   * @return what came out, for a person
   * @throws FailedException if it is not what it should be
   */
  static String images() throws IOException {
    Path file = Files.createTempFile("sadi-doctor", ".image");
    try (Image image = Image.filled(32, 24, 0x3366CC)) {
      image.canvas().disc(16, 12, 6, 0xFFFFFF);
      Files.write(file, image.png());
      double png = difference(image, file);
      Files.write(file, image.jpeg(95));
      double jpeg = difference(image, file);
      if (png != 0 || jpeg > 4) {
        throw new FailedException(
            String.format(
                Locale.ROOT, "images change when written: PNG by %.2f, JPEG by %.2f", png, jpeg));
      }
      return "PNG and JPEG are written and read";
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** The mean absolute difference of an image and a file's. */
  private static double difference(Image image, Path file) throws IOException {
    try (Image read = Image.read(file)) {
      byte[] a = image.rgb();
      byte[] b = read.rgb();
      if (a.length != b.length) {
        return Double.POSITIVE_INFINITY;
      }
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
      }
      return sum / a.length;
    }
  }
}
