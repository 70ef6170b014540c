package io.sadi.eval;

import io.sadi.data.Person;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Predicted people, found by image and person, at most one each. */
public final class Predictions {
  private record PersonKey(String image, int person) {}

  private final Map<PersonKey, Prediction> byPerson = new LinkedHashMap<>();

  /** As a file has them; empty where there is none. */
  private final List<Detection> detections = new ArrayList<>();

  public Predictions() {}

  /** Those of a file, which says more of them than where the joints are. */
  static Predictions ofFile(List<Detection> detections) {
    Predictions predictions = new Predictions(detections.stream().map(Detection::joints).toList());
    predictions.detections.addAll(detections);
    return predictions;
  }

  public Predictions(Collection<Prediction> predictions) {
    for (Prediction prediction : predictions) {
      if (!add(prediction)) {
        throw new IllegalArgumentException(
            "two predictions for " + prediction.image() + ", person " + prediction.person());
      }
    }
  }

  /** Adds one, or returns false if the person already has one. */
  public boolean add(Prediction prediction) {
    return byPerson.putIfAbsent(new PersonKey(prediction.image(), prediction.person()), prediction)
        == null;
  }

  /** The prediction for an annotated person, or null. */
  public @Nullable Prediction of(Person person) {
    return byPerson.get(new PersonKey(person.image(), person.person()));
  }

  /** In their order, as average precision takes them. */
  List<Detection> detections() {
    return detections.isEmpty()
        ? byPerson.values().stream().map(Detection::of).toList()
        : List.copyOf(detections);
  }

  /** In the order they were added. */
  public Collection<Prediction> all() {
    return byPerson.values();
  }

  public int size() {
    return byPerson.size();
  }

  /** The people without a prediction. */
  public List<Person> missing(List<Person> people) {
    return people.stream().filter(person -> of(person) == null).toList();
  }

  /** The predictions for nobody among {@code people}. */
  List<Prediction> unknown(List<Person> people) {
    Map<PersonKey, Prediction> rest = new LinkedHashMap<>(byPerson);
    people.forEach(person -> rest.remove(new PersonKey(person.image(), person.person())));
    return new ArrayList<>(rest.values());
  }
}
