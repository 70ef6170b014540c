package io.sadi.eval;

import io.sadi.data.Dataset;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Made-up people for the tests of metrics. */
final class People {
  private People() {}

  /** People with every joint annotated at random and heads of 20 to 60 px, two in an image. */
  static List<Person> random(Skeleton skeleton, int n, RandomGenerator random) {
    List<Person> people = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Person person = person("im" + i / 2 + ".jpg", i % 2, skeleton, 20 + 40 * random.nextDouble());
      for (int k = 0; k < skeleton.size(); k++) {
        person.x()[k] = (float) (500 * random.nextDouble());
        person.y()[k] = (float) (500 * random.nextDouble());
      }
      people.add(person);
    }
    return people;
  }

  /** One person, every joint visible at (0, 0). */
  static Person person(String image, int person, Skeleton skeleton, double headSize) {
    int k = skeleton.size();
    byte[] visibility = new byte[k];
    Arrays.fill(visibility, Person.VISIBLE);
    return new Person(
        image, person, 0, 0, new float[k], new float[k], visibility, null, 0, 0, 1, headSize, null);
  }

  /** What is annotated, moved by (dx, dy) reference lengths. */
  static Prediction moved(
      Person person, Skeleton skeleton, ReferenceLength by, double dx, double dy) {
    Prediction prediction = Prediction.empty(person.image(), person.person(), skeleton.size());
    double length = by.of(person, skeleton);
    for (int k = 0; k < skeleton.size(); k++) {
      prediction.x()[k] = (float) (person.x()[k] + dx * length);
      prediction.y()[k] = (float) (person.y()[k] + dy * length);
    }
    return prediction;
  }

  /** Exactly what is annotated. */
  static Prediction perfect(Person person) {
    Prediction prediction = Prediction.empty(person.image(), person.person(), person.x().length);
    System.arraycopy(person.x(), 0, prediction.x(), 0, person.x().length);
    System.arraycopy(person.y(), 0, prediction.y(), 0, person.y().length);
    return prediction;
  }

  static Predictions perfect(List<Person> people) {
    return new Predictions(people.stream().map(People::perfect).toList());
  }

  /** A dataset that lies nowhere. */
  static Dataset dataset(Skeleton skeleton, Metric metric) {
    return new Dataset(
        Path.of("made-up"), "made-up", skeleton, metric, Map.of("val", 1), Path.of("made-up"));
  }
}
