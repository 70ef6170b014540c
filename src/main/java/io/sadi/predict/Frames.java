package io.sadi.predict;

import io.sadi.film.Film;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.ImageTask.PixelSource;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chosen frames of a film, which can be gone through more than once. */
interface Frames {
  /**
   * A frame.
   *
   * @param name what the output calls it
   * @param pixels of it
   */
  record SourceFrame(String name, FrameTime at, PixelSource pixels) {}

  /** Frames one after the other. */
  interface FrameStream extends AutoCloseable {
    /** Waits for the next; null where there are no more. */
    @Nullable SourceFrame next() throws IOException;

    /** After the last: why there are no more, without the film's name; null where all is well. */
    @Nullable String problem();

    /** After the last: what the decoder complained about, though all came. */
    List<String> complaints();

    /** After the last: when the film ended, in seconds, whatever was chosen; NaN if unknown. */
    double end();

    @Override
    void close();
  }

  /** What messages call the film. */
  String name();

  /** All of them by name; null where that is found out by decoding them. */
  @Nullable List<String> names();

  /** Frames a second. */
  Film.FrameRate rate();

  /** About how many there are after so many; 0 where nobody knows. */
  long count(long done);

  /**
   * Begins to go through them.
   *
   * @param done how many are left out at the beginning
   */
  FrameStream after(long done) throws IOException;
}
