package io.sadi.predict.output;

import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Workers;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.InputImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Draws the pictures that were asked for while the network goes on. Photos are decoded a second
 * time for it: to keep them from the first would take 36 MB for each of a phone's in the queue.
 */
public final class Pictures implements AutoCloseable {
  /** Of the JPEG files. */
  public static final int QUALITY = 92;

  /** Draws an image's people; the caller closes what it gives. Several threads may call it. */
  @FunctionalInterface
  public interface Drawing {
    Image draw(Image photo, List<FoundPerson> people);
  }

  /** Pictures of one kind. */
  public record DrawingSeries(OutputFolder folder, Drawing drawing) {}

  private final Map<String, Path> files = new HashMap<>();
  private final List<DrawingSeries> series;
  private final int threads;
  private final Progress progress;
  private final Workers<ImageOutcome> workers;

  /**
   * @param series what is drawn of each image; may be nothing
   * @param threads that draw
   * @param progress is told of pictures that cannot be drawn
   */
  public Pictures(
      List<InputImage> images, List<DrawingSeries> series, int threads, Progress progress) {
    this.series = List.copyOf(series);
    this.threads = threads;
    this.progress = progress;
    this.workers = new Workers<>("sadi-pictures", threads);
    images.forEach(image -> files.put(image.name(), image.file()));
  }

  /**
   * The same images in the same order, each once its pictures are there; without maps then. Some
   * more are pulled, whose pictures are being drawn.
   */
  public Iterable<ImageOutcome> drawn(Iterable<ImageOutcome> images) {
    return series.isEmpty() ? images : () -> drawn(images.iterator());
  }

  private Iterator<ImageOutcome> drawn(Iterator<ImageOutcome> images) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return workers.underWay() > 0 || images.hasNext();
      }

      @Override
      public ImageOutcome next() {
        while (workers.underWay() <= 2 * threads && images.hasNext()) {
          ImageOutcome image = images.next();
          workers.submit(() -> draw(image));
        }
        return workers.take();
      }
    };
  }

  private ImageOutcome draw(ImageOutcome image) throws IOException {
    if (image instanceof FoundImage found) {
      write(found);
      return found.withoutMaps();
    }
    return image;
  }

  @Override
  public void close() {
    workers.close();
  }

  private void write(FoundImage found) throws IOException {
    Path file = files.get(found.name());
    if (file == null) {
      throw new IllegalArgumentException(found.name() + " is none of the images");
    }
    try (Image photo = Image.read(file)) {
      for (DrawingSeries one : series) {
        try (Image picture = one.drawing().draw(photo, found.people())) {
          picture.writeJpeg(one.folder().of(found.name()), QUALITY);
        }
      }
    } catch (BadInputException e) { // it could be read a moment ago
      progress.warn(e.getMessage() + "; its people were found, but not drawn");
    }
  }
}
