package io.sadi.image;

import io.sadi.geom.Affine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A photo that was decoded at a fraction of its size, kept in Java's memory for a second look: it
 * is small, and decoding it again takes as long as the first time. Instances do not change.
 */
public final class SmallImage {
  /** Bytes that one may have. A photo of 20 million pixels has as many at an eighth. */
  private static final int MOST = 1_000_000;

  private final byte[] rgb;
  private final int width;
  private final int height;
  private final LazyImage.Sampling sampling;

  private SmallImage(Image pixels, LazyImage.Sampling sampling) {
    this.rgb = pixels.rgb();
    this.width = pixels.width();
    this.height = pixels.height();
    this.sampling = sampling;
  }

  /** Null where it is not small. */
  static @Nullable SmallImage of(Image pixels, LazyImage.Sampling sampling) {
    return sampling.reduction() > 1 && 3L * pixels.width() * pixels.height() <= MOST
        ? new SmallImage(pixels, sampling)
        : null;
  }

  /**
   * Whether the photo, opened for these outputs, would be decoded at this size.
   *
   * @param outputsToImage where their pixels lie in the whole picture
   */
  public boolean suits(List<Affine> outputsToImage) {
    return LazyImage.reduction(outputsToImage) == sampling.reduction();
  }

  /** The picture, of which there is no more than this. */
  public LazyImage open() {
    return LazyImage.of(Image.of(rgb, width, height), sampling);
  }
}
