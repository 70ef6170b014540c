package io.sadi.predict;

import io.sadi.film.Film;
import io.sadi.film.FilmFrame;
import io.sadi.film.FilmReader;
import io.sadi.film.FrameChoice;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.io.BadInputException;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.ImageTask.PixelSource;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a film in a file, {@code FILM/NUMBER} by name. What is looked at twice is decoded
 * twice: to keep frames until then would take as much memory as a batch has of them.
 */
final class FilmFrames implements Frames {
  private final Film film;
  private final FrameChoice choice;

  FilmFrames(Film film, FrameChoice choice) {
    this.film = film;
    this.choice = choice;
  }

  @Override
  public String name() {
    return film.file().toString();
  }

  @Override
  public @Nullable List<String> names() {
    return null;
  }

  @Override
  public Film.FrameRate rate() {
    return film.rate().everyOf(choice.every());
  }

  @Override
  public long count(long done) {
    return film.count(choice.after(done));
  }

  @Override
  public FrameStream after(long done) throws IOException {
    return new DecodedFrames(choice.after(done));
  }

  /** As ffmpeg decodes them. */
  private final class DecodedFrames implements FrameStream {
    private final FilmReader reader;
    private final SecondDecoding again;

    DecodedFrames(FrameChoice chosen) throws IOException {
      reader = new FilmReader(film, chosen);
      again = new SecondDecoding(chosen);
    }

    @Override
    public @Nullable SourceFrame next() throws IOException {
      FilmFrame frame = reader.next();
      if (frame == null) {
        return null;
      }
      return new SourceFrame(
          String.format(Locale.ROOT, "%s/%06d", film.file().getFileName(), frame.number()),
          new FrameTime(frame.number(), frame.time()),
          new FramePixels(frame, reader, again));
    }

    @Override
    public @Nullable String problem() {
      return reader.problem();
    }

    @Override
    public List<String> complaints() {
      return reader.complaints();
    }

    @Override
    public double end() {
      return reader.lastTime() + 1 / film.rate().aSecond();
    }

    @Override
    public void close() {
      reader.close();
      again.close();
    }
  }

  /**
   * A frame's pixels: at first those that were decoded with it, later those of a second decoding.
   */
  private static final class FramePixels implements PixelSource {
    private final long number;
    private final FilmReader reader;
    private final SecondDecoding again;
    private @Nullable FilmFrame frame;

    FramePixels(FilmFrame frame, FilmReader reader, SecondDecoding again) {
      this.number = frame.number();
      this.frame = frame;
      this.reader = reader;
      this.again = again;
    }

    @Override
    public LazyImage read() throws IOException {
      FilmFrame first = take();
      return LazyImage.of(first == null ? again.read(number) : image(first, reader));
    }

    private synchronized @Nullable FilmFrame take() {
      FilmFrame first = frame;
      frame = null;
      return first;
    }
  }

  private static Image image(FilmFrame frame, FilmReader reader) {
    Image image = Image.of(frame.rgb(), frame.width(), frame.height());
    reader.reuse(frame.rgb());
    return image;
  }

  /** Frames asked for once more, each once and almost in their order, by several threads. */
  private final class SecondDecoding implements AutoCloseable {
    private final FrameChoice chosen;
    private final Map<Long, FilmFrame> early = new HashMap<>();
    private @Nullable FilmReader reader;
    private boolean closed;

    SecondDecoding(FrameChoice chosen) {
      this.chosen = chosen;
    }

    synchronized Image read(long number) throws IOException {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      if (reader == null) {
        reader = new FilmReader(film, chosen);
      }
      FilmFrame frame = early.remove(number);
      while (frame == null) {
        FilmFrame next = reader.next();
        if (next == null) {
          throw new BadInputException("the frame was not decoded a second time");
        }
        if (next.number() == number) {
          frame = next;
        } else {
          early.put(next.number(), next);
        }
      }
      return image(frame, reader);
    }

    @Override
    public synchronized void close() {
      closed = true;
      if (reader != null) {
        reader.close();
      }
    }
  }
}
