package io.sadi.eval;

import io.sadi.data.Person;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Numbers predictions that do not say which person of the image they are for, as COCO's results do
 * not: each is for the annotated person that it is nearest to, the nearest pair of an image first,
 * one prediction a person. The distance is the mean one of the annotated joints that were found.
 */
final class NearestPerson {
  private record Match(Prediction prediction, Person person, double distance) {}

  private NearestPerson() {}

  /**
   * The predictions in their order, each with a number. What is left when everybody in the image
   * has one gets the numbers after theirs.
   *
   * @param people all annotated people
   */
  static List<Prediction> number(List<Prediction> predictions, List<Person> people) {
    Map<String, List<Person>> byImage = new HashMap<>();
    people.forEach(p -> byImage.computeIfAbsent(p.image(), n -> new ArrayList<>()).add(p));
    Map<String, List<Prediction>> unnumbered = new LinkedHashMap<>();
    Map<String, Set<Integer>> taken = new HashMap<>();
    for (Prediction prediction : predictions) {
      if (prediction.person() == Prediction.UNNUMBERED) {
        unnumbered.computeIfAbsent(prediction.image(), n -> new ArrayList<>()).add(prediction);
      } else {
        taken.computeIfAbsent(prediction.image(), n -> new HashSet<>()).add(prediction.person());
      }
    }
    IdentityHashMap<Prediction, Integer> numbers = new IdentityHashMap<>();
    unnumbered.forEach(
        (image, of) ->
            assign(
                of,
                byImage.getOrDefault(image, List.of()),
                taken.computeIfAbsent(image, n -> new HashSet<>()),
                numbers));
    return predictions.stream()
        .map(
            prediction -> {
              Integer number = numbers.get(prediction);
              return number == null ? prediction : prediction.of(prediction.image(), number);
            })
        .toList();
  }

  private static void assign(
      List<Prediction> predictions,
      List<Person> people,
      Set<Integer> taken,
      IdentityHashMap<Prediction, Integer> numbers) {
    List<Match> pairs = new ArrayList<>();
    for (Prediction prediction : predictions) {
      for (Person person : people) {
        pairs.add(new Match(prediction, person, distance(prediction, person)));
      }
    }
    pairs.sort(Comparator.comparingDouble(Match::distance));
    for (Match pair : pairs) {
      if (!numbers.containsKey(pair.prediction) && taken.add(pair.person.person())) {
        numbers.put(pair.prediction, pair.person.person());
      }
    }
    int next = people.stream().mapToInt(Person::person).max().orElse(-1) + 1;
    for (Prediction prediction : predictions) {
      if (!numbers.containsKey(prediction)) {
        while (!taken.add(next)) {
          next++;
        }
        numbers.put(prediction, next);
      }
    }
  }

  private static double distance(Prediction prediction, Person person) {
    double sum = 0;
    int n = 0;
    for (int k = 0; k < person.x().length; k++) {
      if (person.annotated(k) && prediction.isPlaced(k)) {
        sum +=
            Math.hypot(
                (double) prediction.x()[k] - person.x()[k],
                (double) prediction.y()[k] - person.y()[k]);
        n++;
      }
    }
    return n == 0 ? Double.POSITIVE_INFINITY : sum / n;
  }
}
