package io.sadi.predict.track;

import io.sadi.eval.OksSigmas;
import io.sadi.eval.Prediction;
import io.sadi.eval.SamePose;
import io.sadi.geom.Box;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gives the people of a film numbers that they keep, from 0. A track is moved to where it should be
 * by now, by how its joints have moved so far, and compared with each person of the frame: half the
 * object keypoint similarity of the poses and half the overlap of the boxes (intersection over
 * union). The assignment with the largest sum counts; pairs below {@link #LEAST} are none. A person
 * without a track begins one at once; a track without a person waits {@link #PATIENCE} for one.
 */
public final class Tracker {
  /** What two must have in common to be one person, 0 to 1. */
  static final double LEAST = 0.2;

  /**
   * Seconds after which somebody who was not seen is gone, or two frames that are further apart.
   */
  static final double PATIENCE = 1;

  /** How much of a velocity the newest step is. */
  private static final double NEWEST = 0.5;

  /** Seconds for which a joint moves on as it does; then it goes along with the body. */
  private static final double SWING = 0.1;

  private final OksSigmas sigmas;
  private final boolean single;
  private List<Track> tracks = new ArrayList<>();
  private int count;
  private double before = Double.NaN;

  /** Somebody who is followed. */
  private static final class Track {
    private final int number;
    private Prediction joints;
    private Box box;
    private double seen;

    /** Of each joint, in pixels a second; 0 until two frames have been seen. */
    private final double[] velocityX;

    private final double[] velocityY;
    private boolean moved;

    Track(int number, FoundPerson person, double time) {
      this.number = number;
      this.joints = person.joints();
      this.box = person.place().box();
      this.seen = time;
      this.velocityX = new double[joints.x().length];
      this.velocityY = new double[joints.x().length];
    }

    void see(FoundPerson person, double time) {
      double passed = time - seen;
      double share = moved ? NEWEST : 1;
      for (int k = 0; k < velocityX.length; k++) {
        double x = ((double) person.joints().x()[k] - joints.x()[k]) / passed;
        double y = ((double) person.joints().y()[k] - joints.y()[k]) / passed;
        if (Double.isFinite(x) && Double.isFinite(y)) { // it has a place, and time has passed
          velocityX[k] += share * (x - velocityX[k]);
          velocityY[k] += share * (y - velocityY[k]);
          moved = true;
        }
      }
      joints = person.joints();
      box = person.place().box();
      seen = time;
    }

    /** How alike the person is to this one, moved to where it should be by now. */
    double likeness(FoundPerson person, double time, OksSigmas sigmas) {
      double passed = time - seen;
      double swing = Math.min(passed, SWING);
      double walkX = Arrays.stream(velocityX).average().orElse(0);
      double walkY = Arrays.stream(velocityY).average().orElse(0);
      float[] x = joints.x().clone();
      float[] y = joints.y().clone();
      for (int k = 0; k < x.length; k++) {
        x[k] += (float) (walkX * passed + (velocityX[k] - walkX) * swing);
        y[k] += (float) (walkY * passed + (velocityY[k] - walkY) * swing);
      }
      Prediction there =
          new Prediction(
              joints.image(),
              joints.person(),
              x,
              y,
              joints.score(),
              joints.sigmaX(),
              joints.sigmaY());
      Box then =
          new Box(box.x() + walkX * passed, box.y() + walkY * passed, box.width(), box.height());
      return (SamePose.similarity(there, person.joints(), sigmas)
              + overlap(then, person.place().box()))
          / 2;
    }
  }

  /**
   * A tracker.
   *
   * @param sigmas of the joints
   * @param single whether each frame has one person, who is the same all along
   */
  public Tracker(OksSigmas sigmas, boolean single) {
    this.sigmas = sigmas;
    this.single = single;
  }

  private static double overlap(Box a, Box b) {
    double width = Math.min(a.x() + a.width(), b.x() + b.width()) - Math.max(a.x(), b.x());
    double height = Math.min(a.y() + a.height(), b.y() + b.height()) - Math.max(a.y(), b.y());
    double common = Math.max(0, width) * Math.max(0, height);
    double all = a.area() + b.area() - common;
    return all > 0 ? common / all : 0;
  }

  /** How many people there were so far. */
  public int count() {
    return count;
  }

  /** The next frame's people with their numbers. */
  public FoundImage follow(FoundImage image) {
    FrameTime frame = image.frame();
    if (frame == null) {
      throw new IllegalArgumentException(image.name() + " is no frame");
    }
    List<FoundPerson> people = image.people();
    if (single) {
      count = Math.max(count, people.size());
      return image.with(people.stream().map(person -> person.onTrack(0)).toList());
    }
    double time = frame.seconds();
    forget(time);
    double[][] likeness = new double[people.size()][tracks.size()];
    for (int p = 0; p < people.size(); p++) {
      for (int t = 0; t < tracks.size(); t++) {
        double alike = tracks.get(t).likeness(people.get(p), time, sigmas);
        likeness[p][t] = alike < LEAST ? 0 : alike;
      }
    }
    int[] partners = BestPairs.of(likeness);
    List<FoundPerson> followed = new ArrayList<>();
    for (int p = 0; p < people.size(); p++) {
      FoundPerson person = people.get(p);
      Track track;
      if (partners[p] >= 0 && likeness[p][partners[p]] > 0) {
        track = tracks.get(partners[p]);
        track.see(person, time);
      } else {
        track = new Track(count++, person, time);
        tracks.add(track);
      }
      followed.add(person.onTrack(track.number));
    }
    return image.with(followed);
  }

  private void forget(double time) {
    double patience =
        Double.isNaN(before) ? PATIENCE : Math.max(PATIENCE, 2 * (time - before) * 1.01);
    before = time;
    tracks = new ArrayList<>(tracks.stream().filter(t -> time - t.seen <= patience).toList());
  }
}
