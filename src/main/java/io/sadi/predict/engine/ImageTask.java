package io.sadi.predict.engine;

import io.sadi.data.PersonBox;
import io.sadi.geom.Affine;
import io.sadi.image.LazyImage;
import io.sadi.image.SmallImage;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image to find people in.
 *
 * @param name what the result calls it
 * @param pixels where its pixels come from
 * @param people where they are; null for those that the finder finds
 * @param finder asked where people are not given
 */
public record ImageTask(
    String name, PixelSource pixels, @Nullable List<PersonBox> people, PersonFinder finder) {

  /** Without people one person, who fills the image. */
  public ImageTask(String name, PixelSource pixels, @Nullable List<PersonBox> people) {
    this(name, pixels, people, PersonFinder.WHOLE);
  }

  /**
   * Gives an image's pixels. It is asked by another thread, and twice where the image is looked at
   * twice; whoever asks closes what it gets.
   */
  @FunctionalInterface
  public interface PixelSource {
    /**
     * The image, of which nothing may be decoded yet.
     *
     * @throws BadInputException where it cannot be read: why, without the image's name
     */
    LazyImage read() throws IOException;

    /**
     * The image for crops that are known before; what is at hand of it may do.
     *
     * @param crops from their pixels to the image's
     */
    default LazyImage read(List<Affine> crops) throws IOException {
      return read();
    }
  }

  /** An image in a file. */
  public static ImageTask of(InputImage image, @Nullable List<PersonBox> people) {
    return of(image, people, PersonFinder.WHOLE);
  }

  /** An image in a file, whose people are found where they are not given. */
  public static ImageTask of(
      InputImage image, @Nullable List<PersonBox> people, PersonFinder finder) {
    return new ImageTask(image.name(), () -> read(image.file()), people, finder);
  }

  /** The same image with the people elsewhere. */
  ImageTask at(List<PersonBox> places) {
    return new ImageTask(name, pixels, places, finder);
  }

  /** The same image, of which something is at hand. */
  ImageTask knowing(SmallImage small) {
    return new ImageTask(name, new KnownPixels(small, pixels), people, finder);
  }

  private record KnownPixels(SmallImage small, PixelSource all) implements PixelSource {
    @Override
    public LazyImage read() throws IOException {
      return all.read();
    }

    @Override
    public LazyImage read(List<Affine> crops) throws IOException {
      return small.suits(crops) ? small.open() : all.read();
    }
  }

  /** The message of a failure does not begin with the file: the task has a name. */
  private static LazyImage read(Path file) throws IOException {
    try {
      return LazyImage.read(file);
    } catch (AccessDeniedException e) {
      throw new BadInputException("permission denied", e);
    } catch (BadInputException | IOException e) {
      String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      String prefix = file + ": ";
      if (message.startsWith(prefix)) {
        throw new BadInputException(message.substring(prefix.length()), e);
      }
      throw e;
    }
  }
}
