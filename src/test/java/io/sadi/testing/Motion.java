package io.sadi.testing;

import io.sadi.data.Person;
import io.sadi.eval.Prediction;
import java.util.ArrayList;
import java.util.List;

/** How joints that were found move beside where they are, over the frames of a film. */
public final class Motion {
  private static final int SETTLED = 8;

  private final List<double[]> truths = new ArrayList<>();
  private final List<double[]> errors = new ArrayList<>();

  /** The next frame. */
  public void add(Person truth, Prediction found) {
    int joints = truth.x().length;
    double[] place = new double[2 * joints];
    double[] error = new double[2 * joints];
    for (int k = 0; k < joints; k++) {
      place[2 * k] = truth.x()[k];
      place[2 * k + 1] = truth.y()[k];
      error[2 * k] = found.x()[k] - truth.x()[k];
      error[2 * k + 1] = found.y()[k] - truth.y()[k];
    }
    truths.add(place);
    errors.add(error);
  }

  /** What shakes: the root mean square of the error's second difference, in pixels. */
  public double jitter() {
    double sum = 0;
    int n = 0;
    for (int i = SETTLED; i < errors.size(); i++) {
      for (int k = 0; k < errors.get(i).length; k++) {
        double second = errors.get(i)[k] - 2 * errors.get(i - 1)[k] + errors.get(i - 2)[k];
        sum += second * second;
        n++;
      }
    }
    return Math.sqrt(sum / n);
  }

  /** The root mean square of a coordinate's error, in pixels. */
  public double error() {
    double sum = 0;
    int n = 0;
    for (int i = SETTLED; i < errors.size(); i++) {
      for (double error : errors.get(i)) {
        sum += error * error;
        n++;
      }
    }
    return Math.sqrt(sum / n);
  }

  /** How many frames joints are behind: the shift that explains most of their error. */
  public double lag() {
    double behind = 0;
    double moved = 0;
    for (int i = SETTLED; i < errors.size() - 1; i++) {
      for (int k = 0; k < errors.get(i).length; k++) {
        double velocity = (truths.get(i + 1)[k] - truths.get(i - 1)[k]) / 2;
        behind -= velocity * errors.get(i)[k];
        moved += velocity * velocity;
      }
    }
    return behind / moved;
  }
}
