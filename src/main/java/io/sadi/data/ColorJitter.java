package io.sadi.data;

import io.sadi.image.Image;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A change of a picture's colours, as by other light or another camera: one affine map of (red,
 * green, blue) that keeps greys grey.
 *
 * @param brightness factor of all channels
 * @param contrast factor of the distance from {@link Image#OUTSIDE}'s grey
 * @param saturation factor of the distance from a pixel's own grey; 0: a grey picture
 * @param hue angle about the grey axis in radians
 */
public record ColorJitter(double brightness, double contrast, double saturation, double hue) {
  /** The luma's weights (ITU-R BT.601). */
  private static final double[] GREY = {0.299, 0.587, 0.114};

  /**
   * Draws a change. The limits stand to each other as in torchvision's usual {@code
   * ColorJitter(0.4, 0.4, 0.4, 0.1)}, which is a strength of 0.4.
   *
   * @param strength 0..1: the factors are uniform in 1 +- strength, the hue in +- a quarter of a
   *     turn x strength
   */
  static ColorJitter draw(double strength, RandomGenerator random) {
    return new ColorJitter(
        1 + strength * (2 * random.nextDouble() - 1),
        1 + strength * (2 * random.nextDouble() - 1),
        1 + strength * (2 * random.nextDouble() - 1),
        Math.PI / 2 * strength * (2 * random.nextDouble() - 1));
  }

  /** The same without colours. */
  static ColorJitter grey(@Nullable ColorJitter jitter) {
    return jitter == null
        ? new ColorJitter(1, 1, 0, 0)
        : new ColorJitter(jitter.brightness, jitter.contrast, 0, jitter.hue);
  }

  /**
   * The map of colours.
   *
   * @return [3, 4] row by row: what a red, green and blue of 0..255 and 1 give each new channel
   */
  public double[] matrix() {
    double cos = Math.cos(hue);
    double same = (1 - cos) / 3;
    double next = Math.sin(hue) / Math.sqrt(3);
    // Rodrigues' rotation about (1, 1, 1): channels are mixed in a circle.
    double[] turn = {cos + same, same - next, same + next};
    double scale = brightness * contrast;
    double offset = (1 - contrast) * grey(Image.OUTSIDE);
    double[] matrix = new double[12];
    for (int to = 0; to < 3; to++) {
      for (int from = 0; from < 3; from++) {
        double grey = 0;
        for (int c = 0; c < 3; c++) {
          grey += GREY[c] * turn[Math.floorMod(from - c, 3)];
        }
        double turned = turn[Math.floorMod(from - to, 3)];
        matrix[4 * to + from] = scale * (saturation * turned + (1 - saturation) * grey);
      }
      matrix[4 * to + 3] = offset;
    }
    return matrix;
  }

  private static double grey(int rgb) {
    return GREY[0] * (rgb >> 16 & 0xFF) + GREY[1] * (rgb >> 8 & 0xFF) + GREY[2] * (rgb & 0xFF);
  }
}
