package io.sadi.bench;

import io.sadi.config.Config;
import io.sadi.image.Image;
import io.sadi.io.FailedException;
import io.sadi.model.Arithmetic;
import io.sadi.model.KnownNetwork;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Small computations with known results. */
final class SelfTest {
  private static final int JOINTS = 16;
  private static final int BATCH = 16;

  private SelfTest() {}

  /**
   * Compares outputs and gradients of a small network with known ones.
   *
   * @return the errors, one line
   * @throws FailedException if rounding does not explain them, or every way gives wrong results for
   *     a layer
   */
  static String network(ComputeDevice device, Precision precision) {
    KnownNetwork.Difference difference = KnownNetwork.of(device, precision);
    String found =
        String.format(
            Locale.ROOT,
            "%s on %s: outputs off by %.2g %%, gradients by %.2g %%",
            precision.name().toLowerCase(Locale.ROOT),
            device,
            100 * difference.outputs(),
            100 * difference.gradients());
    if (precision == Precision.BF16) {
      found +=
          String.format(
              Locale.ROOT,
              " (rounding alone %.2g and %.2g)",
              100 * difference.roundedOutputs(),
              100 * difference.roundedGradients());
    }
    if (!difference.right()) {
      throw new FailedException("a small network comes out wrong in " + found);
    }
    return found;
  }

  /**
   * The results for the layers of the presets' networks.
   *
   * @param count of them
   * @param fallbacks the layers that are not computed by the rule, and how
   * @param slower whether any of these is slower
   */
  record Layers(int count, List<String> fallbacks, boolean slower) {}

  /**
   * Checks the arithmetic of the presets, whatever was found of it before.
   *
   * @throws FailedException if every way gives wrong results for a layer
   */
  static Layers layers(Precision precision) {
    Set<String> fallbacks = new LinkedHashSet<>();
    int layers = 0;
    boolean slower = false;
    List<SadiNet> networks = new ArrayList<>();
    try {
      for (String preset : List.of("tiny", "compact", "builtin")) {
        ModelConfig model = ModelConfig.from(Config.preset(preset, List.of(), Map.of()));
        networks.add(SadiNet.describe(model, JOINTS));
        layers += SadiNet.costs(model, JOINTS).size();
      }
      for (Arithmetic arithmetic : Arithmetic.anew(networks, precision, BATCH)) {
        fallbacks.addAll(arithmetic.fallbacks());
        slower |= arithmetic.slower();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      networks.forEach(SadiNet::close);
    }
    return new Layers(layers, List.copyOf(fallbacks), slower);
  }

  /**
   * Writes and reads an image in both formats.
   *
   * @return the result, one line
   * @throws FailedException if the image differs
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
