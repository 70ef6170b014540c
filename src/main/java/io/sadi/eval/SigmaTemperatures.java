package io.sadi.eval;

import io.sadi.data.Person;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Factors of predicted deviations, one a joint, with which the 90 % ellipse holds 90 % of the
 * annotated joints. The likeliest factor would follow the few joints that are far off (left taken
 * for right), and make every other ellipse too large.
 */
public final class SigmaTemperatures {
  /** The share that the ellipse is to hold. */
  private static final double SHARE = 0.9;

  /** Joints of a kind that say something of it; with fewer, all kinds share one factor. */
  private static final int ENOUGH = 30;

  private SigmaTemperatures() {}

  /**
   * The factors of predictions for these people.
   *
   * @param joints how many a person has, K
   * @return above 0, [K]; 1 where nothing is annotated or predicted
   */
  public static List<Double> fit(List<Person> people, Predictions predictions, int joints) {
    double all = factor(distances(people, predictions, IntStream.range(0, joints).toArray()), 1, 1);
    List<Double> factors = new ArrayList<>();
    for (int k = 0; k < joints; k++) {
      factors.add(factor(distances(people, predictions, new int[] {k}), ENOUGH, all));
    }
    return factors;
  }

  /**
   * What calibrated deviations are worth on people whom the factors were not fitted on: every
   * second person's deviations times the factors of the others.
   */
  public static Predictions crossFitted(List<Person> people, Predictions predictions, int joints) {
    List<List<Person>> halves = List.of(everySecond(people, 0), everySecond(people, 1));
    Predictions calibrated = new Predictions();
    for (int half = 0; half < 2; half++) {
      List<Double> factors = fit(halves.get(1 - half), predictions, joints);
      for (Person person : halves.get(half)) {
        Prediction prediction = predictions.of(person);
        if (prediction != null) {
          calibrated.add(scaled(prediction, factors));
        }
      }
    }
    return calibrated;
  }

  private static List<Person> everySecond(List<Person> people, int first) {
    return IntStream.range(0, people.size())
        .filter(i -> i % 2 == first)
        .mapToObj(people::get)
        .toList();
  }

  private static Prediction scaled(Prediction prediction, List<Double> factors) {
    int k = factors.size();
    Prediction scaled = Prediction.empty(prediction.image(), prediction.person(), k);
    for (int j = 0; j < k; j++) {
      scaled.x()[j] = prediction.x()[j];
      scaled.y()[j] = prediction.y()[j];
      scaled.score()[j] = prediction.score()[j];
      scaled.sigmaX()[j] = (float) (prediction.sigmaX()[j] * factors.get(j));
      scaled.sigmaY()[j] = (float) (prediction.sigmaY()[j] * factors.get(j));
    }
    return scaled;
  }

  /** Errors of these joints in deviations, those that are annotated and have a deviation. */
  private static double[] distances(List<Person> people, Predictions predictions, int[] joints) {
    DoubleStream.Builder distances = DoubleStream.builder();
    for (Person person : people) {
      Prediction found = predictions.of(person);
      if (found == null) {
        continue;
      }
      for (int k : joints) {
        if (person.annotated(k) && found.isPlaced(k) && found.sigmaX()[k] > 0) {
          distances.add(
              Math.hypot(
                  (found.x()[k] - person.x()[k]) / found.sigmaX()[k],
                  (found.y()[k] - person.y()[k]) / found.sigmaY()[k]));
        }
      }
    }
    return distances.build().sorted().toArray();
  }

  private static double factor(double[] sorted, int enough, double otherwise) {
    if (sorted.length < enough) {
      return otherwise;
    }
    double radius = Math.sqrt(-2 * Math.log1p(-SHARE));
    double measured = sorted[(int) Math.ceil(SHARE * sorted.length) - 1] / radius;
    return measured > 0 ? measured : otherwise;
  }
}
