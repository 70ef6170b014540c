package io.sadi.data;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is learned from.
 *
 * @param people with the joints to learn
 * @param weights how much each joint counts in the loss, [people][K], beside the others' 1; null
 *     where all annotated ones count alike
 * @param often how often somebody is drawn, as against others, [people]; null where all are drawn
 *     once an epoch
 */
public record TrainingSet(
    List<Person> people, @Nullable List<float[]> weights, @Nullable List<Double> often) {
  public TrainingSet {
    people = List.copyOf(people);
    weights = weights == null ? null : List.copyOf(weights);
    often = often == null ? null : List.copyOf(often);
    if ((weights != null && weights.size() != people.size())
        || (often != null && often.size() != people.size())) {
      throw new IllegalArgumentException("as many as the " + people.size() + " people");
    }
  }

  /** People as they are annotated. */
  public static TrainingSet of(List<Person> people) {
    return new TrainingSet(people, null, null);
  }

  /**
   * The same with upright people more often: those whose shoulders are above their hips, within 30
   * degrees.
   *
   * @param factor how often, as against the others
   */
  public TrainingSet withUpright(double factor, Skeleton skeleton) {
    if (factor == 1) {
      return this;
    }
    return new TrainingSet(
        people,
        weights,
        people.stream()
            .map(
                person -> {
                  Torso torso = Torso.of(person, skeleton);
                  return torso != null && torso.upright() ? factor : 1;
                })
            .toList());
  }

  /** How much each joint of a person counts, [K]; null where all annotated ones count alike. */
  float @Nullable [] weights(int person) {
    return weights == null ? null : weights.get(person);
  }

  /**
   * Who is seen in an epoch, as many as there are people: a person's place in the list, plus the
   * number of people for each time that they come again. Everybody comes as often as {@link #often}
   * says, up or down to a whole number.
   */
  int[] places(long seed) {
    int n = people.size();
    int[] places = new int[n];
    if (often == null) {
      Arrays.setAll(places, i -> i);
      return places;
    }
    double step = often.stream().mapToDouble(Double::doubleValue).sum() / n;
    double next = step * new SplittableRandom(seed).nextDouble();
    double reached = 0;
    int at = 0;
    for (int i = 0; i < n && at < n; i++) {
      reached += often.get(i);
      for (int place = i; next < reached && at < n; next += step) {
        places[at++] = place;
        place = Math.addExact(place, n);
      }
    }
    for (; at < n; at++) { // rounding
      places[at] = at;
    }
    return places;
  }
}
