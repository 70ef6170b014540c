package io.sadi.image;

import io.sadi.geom.Affine;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A picture whose size is known and whose pixels are decoded when it is known what is made of them:
 * a JPEG of twelve megapixels of which a crop of 192 pixels is wanted is decoded at an eighth of
 * its size, in less than half of the time. Coordinates are always those of the whole picture,
 * upright. Whoever makes one closes it. Instances are not safe for use by several threads at once.
 */
public final class LazyImage implements AutoCloseable {
  private final @Nullable Encoded encoded;
  private Sampling sampling;
  private @Nullable Image pixels;

  /**
   * A file's bytes.
   *
   * @param decoder gives the picture at a fraction of its size
   */
  private record Encoded(ImageHeader header, IntFunction<Image> decoder) {}

  /**
   * Which pixels of a picture there are.
   *
   * @param width of the whole picture
   * @param height of the whole picture
   * @param reduction how many pixels became one, along each axis
   * @param imageToPixels from the whole picture's pixels to those that there are
   */
  record Sampling(int width, int height, int reduction, Affine imageToPixels) {
    static Sampling whole(int width, int height) {
      return new Sampling(width, height, 1, Affine.IDENTITY);
    }
  }

  private LazyImage(@Nullable Encoded encoded, Sampling sampling, @Nullable Image pixels) {
    this.encoded = encoded;
    this.sampling = sampling;
    this.pixels = pixels;
  }

  /**
   * Reads a photo's file as {@link Image#read} does, but for its pixels.
   *
   * @throws BadInputException where the file is missing, empty, cut off, no image, or has more than
   *     134 million pixels; whether it is damaged shows when it is decoded
   */
  public static LazyImage read(Path file) throws IOException {
    return of(file, Image.bytes(file));
  }

  /**
   * The same of a file's bytes.
   *
   * @throws BadInputException as {@link #read} does; the message names no file
   */
  public static LazyImage of(byte[] bytes) {
    return Image.unnamed(() -> of(Image.UNNAMED, bytes));
  }

  private static LazyImage of(Path file, byte[] bytes) {
    ImageHeader header = Image.header(file, bytes);
    ImageSize size = header.upright();
    Sampling whole = Sampling.whole(size.width(), size.height());
    IntFunction<Image> decoder = reduction -> Image.decode(file, bytes, header, reduction);
    return new LazyImage(new Encoded(header, decoder), whole, null);
  }

  /** A picture that is decoded already, which this one takes over. */
  public static LazyImage of(Image image) {
    return of(image, Sampling.whole(image.width(), image.height()));
  }

  static LazyImage of(Image pixels, Sampling sampling) {
    return new LazyImage(null, sampling, pixels);
  }

  /** Of the whole picture, in pixels, after orientation. */
  public int width() {
    return sampling.width();
  }

  /** Of the whole picture, in pixels, after orientation. */
  public int height() {
    return sampling.height();
  }

  /**
   * At what fraction of its size a JPEG suffices for all of some outputs: 8, 2 or 1 pixels become
   * one. An output is then the same as of the whole picture, to a level of 256 nearly everywhere,
   * for {@link Warp} averages blocks that are made of these.
   *
   * @param outputsToImage where the outputs' pixels lie in the whole picture
   */
  static int reduction(List<Affine> outputsToImage) {
    int most = 8;
    for (Affine map : outputsToImage) {
      most = Math.min(most, Warp.parts(map));
    }
    return most;
  }

  /**
   * Decodes the picture, unless that was done, as finely as all of some outputs need it; without
   * any, as coarsely as can be.
   *
   * @param outputsToImage where the outputs' pixels lie in the whole picture
   * @throws BadInputException where the picture is damaged
   */
  public void decode(List<Affine> outputsToImage) {
    decoded(outputsToImage);
  }

  private Image decoded(List<Affine> outputsToImage) {
    Image decoded = pixels;
    if (encoded == null) {
      if (decoded == null) {
        throw new IllegalStateException("the image is closed");
      }
      return decoded;
    }
    int wanted = encoded.header().reducible() ? reduction(outputsToImage) : 1;
    if (decoded != null && sampling.reduction() <= wanted) {
      return decoded;
    }
    close();
    decoded = encoded.decoder().apply(wanted);
    pixels = decoded;
    sampling = new Sampling(width(), height(), wanted, encoded.header().uprightToReduced(wanted));
    return decoded;
  }

  /**
   * The whole picture, decoded as it is; it stays this one's.
   *
   * @throws BadInputException where the picture is damaged
   */
  public Image whole() {
    return decoded(List.of(Affine.IDENTITY));
  }

  /**
   * The picture under an affine map, as {@link Image#warp} gives it.
   *
   * @param outputToImage where the output's pixels lie in the whole picture
   * @throws BadInputException where the picture is damaged
   */
  public Image warp(Affine outputToImage, int outputWidth, int outputHeight) {
    Image decoded = decoded(List.of(outputToImage));
    return decoded.warp(sampling.imageToPixels().after(outputToImage), outputWidth, outputHeight);
  }

  /**
   * The first half of {@link #warp}, as {@link Image#source} gives it.
   *
   * @param outputToImage where the output's pixels lie in the whole picture
   * @throws BadInputException where the picture is damaged
   */
  public Image.Source source(Affine outputToImage, int outputWidth, int outputHeight) {
    Image decoded = decoded(List.of(outputToImage));
    Affine toPixels = sampling.imageToPixels();
    Image.Source source = decoded.source(toPixels.after(outputToImage), outputWidth, outputHeight);
    return new Image.Source(source.pixels(), source.imageToPixels().after(toPixels));
  }

  /** What was decoded of it; null where nothing was, or where it is not small. */
  public @Nullable SmallImage small() {
    return pixels == null ? null : SmallImage.of(pixels, sampling);
  }

  /** Frees the pixels. */
  @Override
  public void close() {
    if (pixels != null) {
      pixels.close();
      pixels = null;
    }
  }
}
