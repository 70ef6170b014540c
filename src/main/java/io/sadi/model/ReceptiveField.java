package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The effective receptive field of the first heatmap's middle, after Luo, Li, Urtasun and Zemel
 * (NIPS 2016): the gradient of H1's four middle pixels, summed over joints, with respect to images
 * of normally distributed noise.
 *
 * @param input side of the crop in pixels
 * @param sides of the smallest centred squares that hold {@link #LEVELS} of the gradient's absolute
 *     values, in pixels
 */
public record ReceptiveField(int input, List<Integer> sides) {
  /** Shares of the gradient. */
  public static final List<Double> LEVELS = List.of(0.5, 0.9, 0.99);

  /** With so many images the sides differ by at most two pixels between seeds. */
  private static final int IMAGES = 16;

  private static final long SEED = 1;

  public ReceptiveField {
    sides = List.copyOf(sides);
  }

  /** Measures a network in inference, with its weights. */
  public static ReceptiveField of(SadiNet net) {
    Torch.load();
    int input = net.config().input();
    double[] rings = new double[input / 2]; // by their distance from the middle
    for (int i = 0; i < IMAGES; i++) {
      float[] gradient = gradient(net, input, SEED + i);
      for (int p = 0; p < gradient.length; p++) {
        int x = p % input;
        int y = p / input;
        rings[Math.max(ring(x, input), ring(y, input))] += gradient[p];
      }
    }
    double all = 0;
    for (double ring : rings) {
      all += ring;
    }
    List<Integer> sides = new ArrayList<>();
    for (double level : LEVELS) {
      double sum = 0;
      int ring = 0;
      while (ring < rings.length && sum < level * all) {
        sum += rings[ring++];
      }
      sides.add(2 * ring);
    }
    return new ReceptiveField(input, sides);
  }

  /** Distance of a pixel from the middle, 0 next to it. */
  private static int ring(int x, int input) {
    return x < input / 2 ? input / 2 - 1 - x : x - input / 2;
  }

  /** The gradient's absolute values, summed over colours, [input x input]. */
  private static float[] gradient(SadiNet net, int input, long seed) {
    try (PointerScope scope = new PointerScope()) {
      GeneratorOptional generator = new GeneratorOptional(torch.make_generator_cpu(seed));
      Tensor noise =
          torch.randn(new long[] {1, 3, input, input}, generator, ComputeDevice.CPU.floats());
      Tensor image = Tensors.upload(noise, net.device()).requires_grad_(true);
      int middle = net.config().heatmap() / 2 - 1;
      net.forward(image, false).h1().narrow(2, middle, 2).narrow(3, middle, 2).sum().backward();
      return Tensors.floats(image.grad().abs().sum(1));
    }
  }

  /** For a person. */
  @Override
  public String toString() {
    return "receptive field: "
        + IntStream.range(0, sides.size())
            .mapToObj(
                i ->
                    String.format(
                        Locale.ROOT, "%.0f %% in %d px", 100 * LEVELS.get(i), sides.get(i)))
            .collect(Collectors.joining(", "))
        + " of "
        + input
        + ", squares around the middle";
  }
}
