package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.Checksum;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The best of several sets of predictions of the same people, and what choosing it is worth on
 * people whom it was not chosen on: the people are in two halves, and each half has the predictions
 * of the set that is best on the other half.
 *
 * @param best number of the set that is best on all people; the first of equals
 * @param bestOfHalves likewise on each half; 0 where nobody in it counts
 * @param predictions of everybody, cross-fitted
 */
public record CrossFit(int best, List<Integer> bestOfHalves, Predictions predictions) {
  public CrossFit {
    bestOfHalves = List.copyOf(bestOfHalves);
  }

  /**
   * Chooses by the joint-weighted mean.
   *
   * @param oks null where the metric is not OKS
   * @param candidates the sets, at least one
   */
  public static CrossFit of(
      PoseMetric metric,
      Skeleton skeleton,
      List<Person> people,
      @Nullable OksTruth oks,
      List<Predictions> candidates) {
    List<Integer> best = new ArrayList<>();
    for (int half = 0; half < 2; half++) {
      int number = half;
      List<Person> some = people.stream().filter(person -> half(person) == number).toList();
      best.add(best(metric, skeleton, some, oks, candidates));
    }
    Predictions predictions = new Predictions();
    for (Person person : people) {
      Prediction found = candidates.get(best.get(1 - half(person))).of(person);
      if (found != null) {
        predictions.add(found);
      }
    }
    return new CrossFit(best(metric, skeleton, people, oks, candidates), best, predictions);
  }

  private static int best(
      PoseMetric metric,
      Skeleton skeleton,
      List<Person> people,
      @Nullable OksTruth oks,
      List<Predictions> candidates) {
    int best = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates.size(); i++) {
      JointErrors errors =
          JointErrors.of(people, candidates.get(i), skeleton, metric.reference(), oks);
      double mean = Tally.of(errors, metric, skeleton.joints()).percentages().meanJointWeighted();
      if (mean > highest) {
        best = i;
        highest = mean;
      }
    }
    return best;
  }

  /**
   * Which half a person is in, 0 or 1: by a hash of the image's name and the person's number, so
   * that it depends on neither the order of the people nor the machine nor who else there is.
   */
  static int half(Person person) {
    String hash = Checksum.sha256(List.of(person.image(), String.valueOf(person.person())));
    return Character.digit(hash.charAt(0), 16) & 1;
  }
}
