package io.sadi.predict.engine;

import io.sadi.data.PersonBox;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Workers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Images decoded and cut into crops by threads of their own, a bounded number ahead, handed out in
 * order. An image that cannot be read is handed out as a failure.
 */
public final class ImageCrops implements AutoCloseable {

  /**
   * An image to cut.
   *
   * @param people where they are; null for one person, who fills the image
   */
  public record Task(InputImage image, @Nullable List<PersonBox> people) {}

  /** What became of one image. */
  sealed interface Result {
    InputImage image();
  }

  /**
   * An image that was read.
   *
   * @param people in it
   * @param rgb their crops, [people, scales, H, W, 3]
   */
  record Crops(InputImage image, int width, int height, List<PersonBox> people, ByteBuffer rgb)
      implements Result {}

  /** An image that could not be read, and why. */
  record Failed(InputImage image, String error) implements Result {}

  private final Iterator<Task> tasks;
  private final int crop;
  private final PixelConvention pixels;
  private final ImagePyramid pyramid;
  private final Workers<Result> workers;

  /**
   * @param crop side of the crops
   * @param pixels where their middle is
   * @param pyramid how much of the image around a person each of the crops shows
   * @param threads that decode; twice as many images wait to be used
   */
  ImageCrops(
      Iterable<Task> tasks, int crop, PixelConvention pixels, ImagePyramid pyramid, int threads) {
    this.pixels = pixels;
    this.tasks = tasks.iterator();
    this.crop = crop;
    this.pyramid = pyramid;
    this.workers = new Workers<>("sadi-images", threads);
    while (workers.underWay() < 2 * threads + 1 && submit()) {}
  }

  /** The next image, or null after the last. */
  @Nullable Result next() throws IOException {
    if (workers.underWay() == 0) {
      return null;
    }
    Result result = workers.next();
    submit();
    return result;
  }

  /** Another crop of an image that has been handed out already. */
  Future<Result> again(InputImage image, PersonBox person, ImagePyramid scales) {
    CompletableFuture<Result> result = new CompletableFuture<>();
    workers.execute(
        () -> {
          try {
            result.complete(read(new Task(image, List.of(person)), scales));
          } catch (Throwable t) { // thrown where the result is waited for
            result.completeExceptionally(t);
          }
        });
    return result;
  }

  @Override
  public void close() {
    workers.close();
  }

  private boolean submit() {
    if (!tasks.hasNext()) {
      return false;
    }
    Task task = tasks.next();
    workers.submit(() -> read(task, pyramid));
    return true;
  }

  private Result read(Task task, ImagePyramid scales) {
    InputImage input = task.image();
    try (Image image = Image.read(input.file())) {
      List<PersonBox> people =
          task.people() == null
              ? List.of(PersonBox.wholeImage(image.width(), image.height()))
              : task.people();
      int crops = Math.multiplyExact(people.size(), scales.size());
      ByteBuffer rgb = ByteBuffer.allocate(Math.multiplyExact(crops, crop * crop * 3));
      for (PersonBox person : people) {
        for (double scale : scales.scales()) {
          PersonBox view = person.zoomed(scale);
          try (Image warped =
              image.warp(view.crop(crop, pixels).imageToCrop().inverse(), crop, crop)) {
            warped.copyTo(rgb);
          }
        }
      }
      return new Crops(input, image.width(), image.height(), people, rgb.flip());
    } catch (BadInputException | IOException e) {
      return new Failed(input, reason(input, e));
    }
  }

  /** The message without the file that it begins with: the failure names it. */
  private static String reason(InputImage input, Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    String prefix = input.file() + ": ";
    if (message.startsWith(prefix)) {
      return message.substring(prefix.length());
    }
    return e instanceof AccessDeniedException ? "permission denied" : message;
  }
}
