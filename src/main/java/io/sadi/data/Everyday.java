package io.sadi.data;

import io.sadi.config.Config;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * How photos are varied before crops are cut, towards what everyday photos show and photos made for
 * a dataset do not.
 *
 * @param cut share of crops whose person is cut by the frame
 * @param others share with another training person beside the one in question
 * @param lowResolution share with few pixels
 * @param noise share with a sensor's noise
 * @param jpeg share that is compressed much
 */
public record Everyday(double cut, double others, double lowResolution, double noise, double jpeg) {
  /** Photos as they are. */
  public static final Everyday NONE = new Everyday(0, 0, 0, 0, 0);

  /** Pixels of a crop's side that are left where there are few. */
  private static final double FEWEST = 32;

  private static final double FEW = 96;
  private static final double NOISE_MIN = 4;
  private static final double NOISE_MAX = 20;
  private static final int JPEG_MIN = 8;
  private static final int JPEG_MAX = 50;

  /**
   * One crop's variation.
   *
   * @param cut null: none
   * @param neighbour null: nobody
   */
  record EverydayDraw(
      @Nullable FrameCut cut, @Nullable Neighbour neighbour, Degradation degradation) {
    static final EverydayDraw NONE = new EverydayDraw(null, null, Degradation.NONE);

    boolean isNone() {
      return cut == null && neighbour == null && degradation.isNone();
    }
  }

  static Everyday from(Config config) {
    return new Everyday(
        config.number(
            "augment.cut", 0, 0, 1, "share of crops whose person is cut by the photo's frame"),
        config.number(
            "augment.others", 0, 0, 1, "share of crops with another training person pasted beside"),
        config.number(
            "augment.low_resolution", 0, 0, 1, "share of crops of 32 to 96 pixels, made larger"),
        config.number("augment.noise", 0, 0, 1, "share of crops with a sensor's noise"),
        config.number("augment.jpeg", 0, 0, 1, "share of crops that JPEG has compressed much"));
  }

  /**
   * Draws one crop's variation. Each part has a generator of its own, so that switching one off
   * leaves the others' draws as they were.
   *
   * @param people whom others are drawn from
   */
  EverydayDraw draw(
      Person person, List<Person> people, Skeleton skeleton, SplittableRandom random) {
    SplittableRandom forCut = random.split();
    SplittableRandom forOthers = random.split();
    SplittableRandom forPixels = random.split();
    SplittableRandom forNoise = random.split();
    SplittableRandom forJpeg = random.split();
    FrameCut drawn = forCut.nextDouble() < cut ? FrameCut.draw(person, forCut) : null;
    Person seen = drawn == null ? person : drawn.apply(person);
    Neighbour neighbour =
        forOthers.nextDouble() < others ? Neighbour.draw(seen, people, skeleton, forOthers) : null;
    double pixels =
        forPixels.nextDouble() < lowResolution
            ? FEWEST * Math.pow(FEW / FEWEST, forPixels.nextDouble())
            : 0;
    double deviation =
        forNoise.nextDouble() < noise
            ? NOISE_MIN + forNoise.nextDouble() * (NOISE_MAX - NOISE_MIN)
            : 0;
    int quality =
        forJpeg.nextDouble() < jpeg ? JPEG_MIN + forJpeg.nextInt(JPEG_MAX - JPEG_MIN + 1) : 0;
    Degradation degradation =
        pixels == 0 && deviation == 0 && quality == 0
            ? Degradation.NONE
            : new Degradation(pixels, deviation, quality, forNoise.nextLong());
    return new EverydayDraw(drawn, neighbour, degradation);
  }
}
