package io.sadi.predict;

import io.sadi.data.PersonBox;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Images decoded and cut into crops by threads of their own, a bounded number ahead, handed out in
 * order. An image that cannot be read is handed out as a failure.
 */
final class ImageCrops implements AutoCloseable {

  /** What became of one image. */
  sealed interface Result {
    InputImage image();
  }

  /**
   * An image that was read.
   *
   * @param people in it
   * @param rgb their crops, [people, H, W, 3]
   */
  record Crops(InputImage image, int width, int height, List<PersonBox> people, ByteBuffer rgb)
      implements Result {}

  /** An image that could not be read, and why. */
  record Failed(InputImage image, String error) implements Result {}

  private final Iterator<InputImage> images;
  private final @Nullable Boxes boxes;
  private final int crop;
  private final ExecutorService workers;
  private final Deque<Future<Result>> ahead = new ArrayDeque<>();

  /**
   * @param boxes who is where; null for one person an image, who fills it
   * @param crop side of the crops
   * @param threads that decode; twice as many images wait to be used
   */
  ImageCrops(Iterable<InputImage> images, @Nullable Boxes boxes, int crop, int threads) {
    this.images = images.iterator();
    this.boxes = boxes;
    this.crop = crop;
    this.workers =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "sadi-images");
              thread.setDaemon(true);
              return thread;
            });
    while (ahead.size() < 2 * threads + 1 && submit()) {}
  }

  /** The next image, or null after the last. */
  @Nullable Result next() {
    Future<Result> first = ahead.poll();
    if (first == null) {
      return null;
    }
    try {
      Result result = first.get();
      submit();
      return result;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for an image", e);
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }

  private boolean submit() {
    if (!images.hasNext()) {
      return false;
    }
    InputImage image = images.next();
    ahead.add(workers.submit(() -> read(image)));
    return true;
  }

  private Result read(InputImage input) {
    try (Image image = Image.read(input.file())) {
      List<PersonBox> people =
          boxes == null
              ? List.of(PersonBox.wholeImage(image.width(), image.height()))
              : boxes.of(input.name());
      ByteBuffer rgb = ByteBuffer.allocate(Math.multiplyExact(people.size(), crop * crop * 3));
      for (PersonBox person : people) {
        try (Image warped = image.warp(person.crop(crop).imageToCrop().inverse(), crop, crop)) {
          warped.copyTo(rgb);
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
    return e instanceof java.nio.file.AccessDeniedException ? "permission denied" : message;
  }
}
