package io.sadi.predict.engine;

import io.sadi.data.PersonBox;
import io.sadi.geom.Affine;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.image.SmallImage;
import io.sadi.io.BadInputException;
import io.sadi.io.Workers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;

/**
 * Images decoded and cut into crops by threads, a bounded number ahead of whoever pulls them, in
 * order.
 */
final class ImageCrops implements Iterator<ImageCrops.Cut> {

  /** What became of one image. */
  sealed interface Cut {
    ImageTask task();
  }

  /**
   * An image that was read.
   *
   * @param width in pixels; 0 where nobody has looked
   * @param height in pixels; 0 where nobody has looked
   * @param people in it
   * @param rgb their crops, [people, scales, H, W, 3]
   */
  record CutCrops(ImageTask task, int width, int height, List<PersonBox> people, ByteBuffer rgb)
      implements Cut {}

  /** An image that could not be read, and why. */
  record Unreadable(ImageTask task, String error) implements Cut {}

  private final Iterator<Callable<Cut>> images;
  private final Workers<Cut> threads;
  private final int ahead;

  /**
   * @param images each a call that cuts it
   * @param threads that make the calls
   * @param ahead images that are cut, or being cut, before they are asked for
   */
  ImageCrops(Iterator<Callable<Cut>> images, Workers<Cut> threads, int ahead) {
    this.images = images;
    this.threads = threads;
    this.ahead = ahead;
  }

  @Override
  public boolean hasNext() {
    return threads.underWay() > 0 || images.hasNext();
  }

  @Override
  public Cut next() {
    fill();
    if (threads.underWay() == 0) {
      throw new NoSuchElementException();
    }
    Cut cut = threads.take();
    fill();
    return cut;
  }

  private void fill() {
    while (threads.underWay() < ahead && images.hasNext()) {
      threads.submit(images.next());
    }
  }

  /**
   * How people are cut out of their images.
   *
   * @param side of the crops, in pixels
   * @param pixels where their middle is
   * @param pyramid how much of the image around a person each of the crops shows
   */
  record Cutter(int side, PixelConvention pixels, ImagePyramid pyramid) {

    Cut cut(ImageTask task) {
      List<PersonBox> given = task.people();
      try (LazyImage image =
          given == null ? task.pixels().read() : task.pixels().read(crops(given))) {
        List<PersonBox> people = given == null ? task.finder().find(image) : given;
        List<Affine> crops = crops(people);
        image.decode(crops);
        ByteBuffer rgb = ByteBuffer.allocate(Math.multiplyExact(crops.size(), side * side * 3));
        for (Affine crop : crops) {
          try (Image warped = image.warp(crop, side, side)) {
            warped.copyTo(rgb);
          }
        }
        // For a closer look, which follows where the people had to be found.
        SmallImage small = given == null ? image.small() : null;
        return new CutCrops(
            small == null ? task : task.knowing(small),
            image.width(),
            image.height(),
            people,
            rgb.flip());
      } catch (BadInputException | IOException e) {
        String message = e.getMessage();
        return new Unreadable(task, message == null ? e.getClass().getSimpleName() : message);
      }
    }

    /** From the crops' pixels to the image's. */
    private List<Affine> crops(List<PersonBox> people) {
      List<Affine> crops = new ArrayList<>();
      for (PersonBox person : people) {
        for (double scale : pyramid.scales()) {
          crops.add(person.zoomed(scale).crop(side, pixels).cropToImage());
        }
      }
      return crops;
    }
  }
}
