package io.sadi.predict;

import io.sadi.film.Film;
import io.sadi.film.FilmWriter;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Workers;
import io.sadi.predict.Frames.FrameStream;
import io.sadi.predict.Frames.SourceFrame;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.output.OutputFolder;
import io.sadi.predict.output.Pictures;
import io.sadi.show.OverlayPicture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Draws people over a film's frames while the network goes on: as a film, or a picture a frame in a
 * folder. The frames are decoded once more for it.
 */
final class FilmPictures implements AutoCloseable {
  private final FrameStream stream;
  private final Film.FrameRate rate;
  private final OverlayPicture overlay;
  private final Path target;

  /** How the film is written; null where the target is a folder. */
  private final FilmWriter.@Nullable Encoding encoding;

  private final int threads;
  private final Progress progress;
  private final Workers<Drawn> workers;
  private @Nullable FilmWriter film;
  private boolean ended;

  /** An image, and the picture of it, which whoever takes it closes. */
  private record Drawn(ImageOutcome image, @Nullable Image picture) {}

  /**
   * Begins.
   *
   * @param frames from the first on
   * @param target a film or a folder
   * @param encoding of the film; null for a folder
   */
  FilmPictures(
      Frames frames,
      OverlayPicture overlay,
      Path target,
      FilmWriter.@Nullable Encoding encoding,
      int threads,
      Progress progress)
      throws IOException {
    this.stream = frames.after(0);
    this.rate = frames.rate();
    this.overlay = overlay;
    this.target = target;
    this.encoding = encoding;
    this.threads = threads;
    this.progress = progress;
    this.workers = new Workers<>("sadi-pictures", threads);
  }

  /** The same images in the same order, each once it is drawn. Some more are pulled. */
  Iterator<ImageOutcome> drawn(Iterator<ImageOutcome> images) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return workers.underWay() > 0 || images.hasNext();
      }

      @Override
      public ImageOutcome next() {
        try {
          while (workers.underWay() <= 2 * threads && images.hasNext()) {
            submit(images.next());
          }
          Drawn drawn = workers.next();
          try (Image picture = drawn.picture) {
            if (picture != null && encoding != null) {
              append(picture, encoding);
            }
          }
          return drawn.image;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private void submit(ImageOutcome image) throws IOException {
    SourceFrame frame = stream.next();
    while (frame != null && !frame.name().equals(image.name())) {
      frame = stream.next();
    }
    if (frame == null && !ended) {
      ended = true;
      progress.warn(
          target
              + ": the film could not be decoded as far once more; from "
              + image.name()
              + " on nobody is drawn");
    }
    SourceFrame shown = frame;
    workers.submit(
        () ->
            shown != null && image instanceof FoundImage found
                ? draw(found, shown)
                : new Drawn(image, null));
  }

  private Drawn draw(FoundImage found, SourceFrame frame) throws IOException {
    try (LazyImage photo = frame.pixels().read()) {
      Image picture = overlay.draw(photo.whole(), found.people());
      if (encoding != null) {
        return new Drawn(found, picture);
      }
      try (picture) {
        picture.writeJpeg(OutputFolder.picture(target, found.name()), Pictures.QUALITY);
      }
    } catch (BadInputException e) { // it could be read a moment ago
      progress.warn(e.getMessage() + "; its people were found, but not drawn");
    }
    return new Drawn(found, null);
  }

  private void append(Image picture, FilmWriter.Encoding how) throws IOException {
    if (film == null) {
      film = new FilmWriter(target, how, rate, picture.width(), picture.height());
    }
    film.write(picture);
  }

  /** Gives the film its name. */
  void finish() throws IOException {
    if (film != null) {
      film.finish();
    }
  }

  /** Of a film that is not finished nothing stays. */
  @Override
  public void close() throws IOException {
    workers.close();
    stream.close();
    if (film != null) {
      film.close();
    }
  }
}
