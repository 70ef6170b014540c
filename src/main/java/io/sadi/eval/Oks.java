package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.geom.Box;

/**
 * Object keypoint similarity, from 0 to 1: the mean over a person's annotated joints of exp(-d^2 /
 * (2 s^2 k^2)) with d the distance of the prediction, s^2 the person's area and k twice the joint's
 * sigma.
 */
final class Oks {
  /** pycocotools' guard against an area of 0. */
  private static final double TINY = Math.ulp(1.0);

  private Oks() {}

  /** Whether a person's area is the file's and not that of a box. */
  static boolean saysArea(Person person) {
    return person.source() != null && !Double.isNaN(person.source().area());
  }

  /** A person's area in square pixels: the file's, else the box's, else of the joints' extent. */
  static double area(Person person) {
    if (person.source() != null && !Double.isNaN(person.source().area())) {
      return person.source().area();
    }
    return person.box() == null ? person.extent().area() : person.box().area();
  }

  /**
   * How alike a prediction is to what is annotated. Somebody without joints is compared by the box:
   * a joint within the box, enlarged by its own size on each side, is no distance away.
   *
   * @param spreads twice each joint's sigma, [K]
   */
  static double of(Person truth, Prediction prediction, double[] spreads) {
    double area = area(truth);
    double sum = 0;
    int n = 0;
    for (int k = 0; k < spreads.length; k++) {
      if (truth.annotated(k)) {
        double dx = (double) prediction.x()[k] - truth.x()[k];
        double dy = (double) prediction.y()[k] - truth.y()[k];
        sum += similarity(dx, dy, area, spreads[k]);
        n++;
      }
    }
    return n > 0 ? sum / n : near(truth, area, prediction, spreads);
  }

  private static double near(Person truth, double area, Prediction prediction, double[] spreads) {
    Box box = truth.box();
    if (box == null) {
      return 0;
    }
    double sum = 0;
    for (int k = 0; k < spreads.length; k++) {
      double dx = outside(prediction.x()[k], box.x() - box.width(), box.x() + 2 * box.width());
      double dy = outside(prediction.y()[k], box.y() - box.height(), box.y() + 2 * box.height());
      sum += similarity(dx, dy, area, spreads[k]);
    }
    return sum / spreads.length;
  }

  /** The distance to a range; NaN of NaN. */
  private static double outside(double value, double from, double to) {
    return Math.max(0, from - value) + Math.max(0, value - to);
  }

  /** 0 where the joint was not found. */
  static double similarity(double dx, double dy, double area, double spread) {
    double e = (dx * dx + dy * dy) / (spread * spread) / (area + TINY) / 2;
    return Double.isNaN(e) ? 0 : Math.exp(-e);
  }
}
