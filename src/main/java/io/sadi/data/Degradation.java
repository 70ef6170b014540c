package io.sadi.data;

import io.sadi.image.Image;
import java.util.SplittableRandom;

/**
 * What a cheap or distant camera leaves of a photo, in this order: few pixels, their noise, JPEG's
 * blocks. The picture keeps its size.
 *
 * @param pixels of a crop's side that are left; 0: all
 * @param noise standard deviation of each channel, of 255; 0: none
 * @param jpeg quality, 1 to 100; 0: not compressed
 * @param seed of the noise
 */
public record Degradation(double pixels, double noise, int jpeg, long seed) {
  /** A photo as it is. */
  public static final Degradation NONE = new Degradation(0, 0, 0, 0);

  boolean isNone() {
    return pixels == 0 && noise == 0 && jpeg == 0;
  }

  /**
   * What is left of a picture, which whoever asks closes.
   *
   * @param side of the person's crop in the picture's pixels
   */
  public Image of(Image picture, double side) {
    double factor = pixels == 0 ? 1 : Math.min(1, pixels / side);
    int width = (int) Math.max(1, Math.rint(picture.width() * factor));
    int height = (int) Math.max(1, Math.rint(picture.height() * factor));
    Image left = picture.resized(width, height);
    if (noise > 0) {
      left.addNoise(noise, new SplittableRandom(seed));
    }
    if (jpeg > 0) {
      left = instead(left, Image.decode(left.jpeg(jpeg)));
    }
    return width == picture.width() && height == picture.height()
        ? left
        : instead(left, left.resized(picture.width(), picture.height()));
  }

  private static Image instead(Image before, Image after) {
    before.close();
    return after;
  }
}
