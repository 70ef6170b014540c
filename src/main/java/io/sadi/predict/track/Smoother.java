package io.sadi.predict.track;

import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the jitter out of joints that are followed: a Kalman filter for each coordinate, which
 * expects a joint to go on as it moves. What is measured weighs as the network's sigma says: an
 * unsure joint follows its motion so far, a sure one the frame. It looks at the frames so far and
 * none that come.
 */
public final class Smoother {
  /**
   * How much a joint's velocity changes by itself: the square root of the white acceleration's
   * density, in person sizes a second to the power of 1.5. Chosen on films of drawn people who
   * walk, at 25 and 30 frames a second, with a network's own sigma: the error's second difference,
   * which is what shakes, becomes 0.48 of what it was, the error 1.06, and joints lag by 0.28
   * frames. A One-Euro filter, its cutoff weighed by sigma, with the same effect on what shakes has
   * 1.26 and lags by 0.65 frames.
   */
  private static final double LIVELINESS = 2.5;

  /** A joint's sigma where the network gives none, in person sizes. */
  private static final double UNKNOWN = 0.02;

  /** A joint that is further from where it should be, in person sizes, begins anew. */
  private static final double JUMP = 0.5;

  /** Seconds after which a person who was not seen begins anew. */
  private static final double PATIENCE = 2;

  private final Map<Integer, Moving> people = new HashMap<>();

  /** A coordinate that moves: its place and velocity, and how sure both are. */
  static final class Coordinate {
    private double place = Double.NaN;
    private double velocity;
    private double placeVariance;
    private double covariance;
    private double velocityVariance;

    /**
     * Takes a measurement.
     *
     * @param passed seconds since the last one
     * @param liveliness the acceleration's density in this coordinate's units
     * @param sigma of the measurement
     * @param jump beyond which it begins anew
     * @return where the coordinate is
     */
    double measured(double at, double passed, double liveliness, double sigma, double jump) {
      if (!Double.isFinite(at)) {
        place = Double.NaN;
        return at;
      }
      double noise = sigma * sigma;
      double density = liveliness * liveliness;
      place += velocity * passed;
      placeVariance +=
          passed * (2 * covariance + passed * (velocityVariance + density * passed / 3));
      covariance += passed * (velocityVariance + density * passed / 2);
      velocityVariance += density * passed;
      double off = at - place;
      if (!(Math.abs(off) <= jump)) { // at first, too
        place = at;
        velocity = 0;
        placeVariance = noise;
        covariance = 0;
        velocityVariance = jump * jump;
        return at;
      }
      double gain = placeVariance / (placeVariance + noise);
      double push = covariance / (placeVariance + noise);
      place += gain * off;
      velocity += push * off;
      velocityVariance -= push * covariance;
      covariance -= gain * covariance;
      placeVariance -= gain * placeVariance;
      return place;
    }
  }

  /** A person who moves. */
  private static final class Moving {
    private final Coordinate[] x;
    private final Coordinate[] y;
    private double seen = Double.NaN;

    Moving(int joints) {
      x = new Coordinate[joints];
      y = new Coordinate[joints];
      for (int k = 0; k < joints; k++) {
        x[k] = new Coordinate();
        y[k] = new Coordinate();
      }
    }
  }

  /** The next frame's people with their joints smoothed. */
  public FoundImage smooth(FoundImage image) {
    FrameTime frame = image.frame();
    if (frame == null) {
      throw new IllegalArgumentException(image.name() + " is no frame");
    }
    double time = frame.seconds();
    people.values().removeIf(person -> time - person.seen > PATIENCE);
    List<FoundPerson> smoothed = new ArrayList<>();
    for (FoundPerson person : image.people()) {
      smoothed.add(person.with(smooth(person, time)));
    }
    return image.with(smoothed);
  }

  private Prediction smooth(FoundPerson person, double time) {
    Prediction found = person.joints();
    int joints = found.x().length;
    Moving moving = people.computeIfAbsent(person.track(), track -> new Moving(joints));
    double passed = Double.isNaN(moving.seen) ? 0 : time - moving.seen;
    moving.seen = time;
    Box box = person.place().box();
    double size = Math.max(box.width(), box.height());
    float[] x = new float[joints];
    float[] y = new float[joints];
    for (int k = 0; k < joints; k++) {
      x[k] = place(moving.x[k], found.x()[k], found.sigmaX()[k], passed, size);
      y[k] = place(moving.y[k], found.y()[k], found.sigmaY()[k], passed, size);
    }
    return new Prediction(
        found.image(), found.person(), x, y, found.score(), found.sigmaX(), found.sigmaY());
  }

  private static float place(Coordinate moving, float at, float sigma, double passed, double size) {
    double noise = sigma > 0 ? sigma : UNKNOWN * size;
    return (float) moving.measured(at, passed, LIVELINESS * size, noise, JUMP * size);
  }
}
