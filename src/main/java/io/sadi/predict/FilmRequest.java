package io.sadi.predict;

import io.sadi.film.FrameChoice;
import io.sadi.io.BadInputException;

/**
 * What is asked of a film, beside what is asked of photos.
 *
 * @param frames which of them count
 * @param frameRate frames a second of numbered pictures; NaN where the input is a film in a file
 * @param smooth whether joints are smoothed from frame to frame
 */
public record FilmRequest(FrameChoice frames, double frameRate, boolean smooth) {
  private static final double FASTEST = 100_000;

  public FilmRequest {
    if (frames.every() < 1) {
      throw BadInputException.at("--every", "" + frames.every(), "1 or more", "");
    }
    if (!(frames.from() >= 0 && frames.from() < frames.to())) {
      throw BadInputException.at(
          "--from and --to", frames.from() + " and " + frames.to() + " s", "from before to", "");
    }
    if (!Double.isNaN(frameRate) && !(frameRate >= 0.001 && frameRate <= FASTEST)) {
      throw BadInputException.at("--frame-rate", "" + frameRate, "frames a second, above 0", "");
    }
  }
}
