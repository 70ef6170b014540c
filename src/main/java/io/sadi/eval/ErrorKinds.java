package io.sadi.eval;

import io.sadi.config.Config;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of errors of joints, after Ronchi and Perona, "Benchmarking and Error Diagnosis in
 * Multi-Instance Pose Estimation" (ICCV 2017), with the metric's threshold in the place of their
 * similarities.
 *
 * @param metric one with a threshold
 * @param decode the set of predictions
 * @param counts of every joint, and of all that the means are over
 */
public record ErrorKinds(PoseMetric metric, String decode, PerJoint<Counts> counts) {

  /** In the order in which they are tested: the first that applies counts. */
  public enum ErrorKind {
    /** Within the threshold. */
    RIGHT,
    /** No place was predicted. */
    NOT_FOUND,
    /** Within the threshold of the other side's joint of the same person. */
    INVERSION,
    /** Within the threshold of such a joint, of either side, of another person in the image. */
    SWAP,
    /** Within twice the threshold. */
    JITTER,
    /** Anywhere else. */
    MISS;

    /** As reports write it: {@code not-found}. */
    @Override
    public String toString() {
      return Config.name(this);
    }
  }

  /** How many joints are of each kind; no kind is left out. */
  public record Counts(Map<ErrorKind, Integer> of) {
    public Counts {
      of = Collections.unmodifiableMap(new EnumMap<>(of));
    }

    /** Joints of a kind. */
    int count(ErrorKind kind) {
      return of.getOrDefault(kind, 0);
    }

    /** Joints that count. */
    int counted() {
      return of.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Joints of a kind as a percentage of those that count; NaN where none does. */
    double percent(ErrorKind kind) {
      return counted() == 0 ? Double.NaN : 100.0 * count(kind) / counted();
    }
  }

  /** Whether a metric has a threshold that tells right from wrong. */
  public static boolean fits(PoseMetric metric) {
    return !metric.area() && !metric.isSimilarity();
  }

  /**
   * Sorts the joints of everybody.
   *
   * @param metric one with a threshold
   * @param people everybody in the split: those beside a person are looked for here
   * @return for each of the people, what each joint is that counts, by the joint's number
   */
  public static List<Map<Integer, ErrorKind>> ofEach(
      PoseMetric metric, List<Person> people, Predictions predictions, Skeleton skeleton) {
    Map<String, List<Person>> byImage = new LinkedHashMap<>();
    people.forEach(p -> byImage.computeIfAbsent(p.image(), name -> new ArrayList<>()).add(p));
    int[] otherSide = skeleton.flipPermutation();
    List<Map<Integer, ErrorKind>> kinds = new ArrayList<>();
    for (Person person : people) {
      Map<Integer, ErrorKind> own = new TreeMap<>();
      kinds.add(own);
      double length = metric.reference().of(person, skeleton);
      if (Double.isNaN(length)) {
        continue;
      }
      Prediction found = predictions.of(person);
      List<Person> others =
          byImage.getOrDefault(person.image(), List.of()).stream()
              .filter(p -> p.person() != person.person())
              .toList();
      for (int k = 0; k < otherSide.length; k++) {
        if (person.annotated(k)) {
          own.put(k, kind(person, others, found, k, otherSide[k], metric.threshold() * length));
        }
      }
    }
    return kinds;
  }

  /** Counts what {@link #ofEach} says. */
  static ErrorKinds of(
      PoseMetric metric,
      String decode,
      List<Person> people,
      Predictions predictions,
      Skeleton skeleton) {
    List<Map<ErrorKind, Integer>> counts = new ArrayList<>();
    skeleton.joints().forEach(name -> counts.add(new EnumMap<>(ErrorKind.class)));
    for (Map<Integer, ErrorKind> person : ofEach(metric, people, predictions, skeleton)) {
      person.forEach((k, kind) -> counts.get(k).merge(kind, 1, Integer::sum));
    }
    return new ErrorKinds(
        metric,
        decode,
        PerJoint.of(
            skeleton.joints(),
            joints -> {
              Map<ErrorKind, Integer> sum = new EnumMap<>(ErrorKind.class);
              for (int k : joints) {
                counts.get(k).forEach((kind, n) -> sum.merge(kind, n, Integer::sum));
              }
              return new Counts(sum);
            }));
  }

  /**
   * The kind of one joint.
   *
   * @param mirrored the joint's number on the other side; k itself where there is none
   * @param near the threshold in pixels
   */
  private static ErrorKind kind(
      Person person,
      List<Person> others,
      @Nullable Prediction found,
      int k,
      int mirrored,
      double near) {
    if (found == null || !found.isPlaced(k)) {
      return ErrorKind.NOT_FOUND;
    }
    double own = distance(found, k, person, k);
    if (own <= near) {
      return ErrorKind.RIGHT;
    }
    // A place nearer to its own joint is that joint placed badly, and no inversion.
    double other = mirrored == k ? Double.POSITIVE_INFINITY : distance(found, k, person, mirrored);
    if (other <= near && other < own) {
      return ErrorKind.INVERSION;
    }
    for (Person beside : others) {
      double there = Math.min(distance(found, k, beside, k), distance(found, k, beside, mirrored));
      if (there <= near && there < own) {
        return ErrorKind.SWAP;
      }
    }
    return own <= 2 * near ? ErrorKind.JITTER : ErrorKind.MISS;
  }

  /** In pixels; infinite where the joint is not annotated. */
  private static double distance(Prediction found, int k, Person person, int joint) {
    return person.annotated(joint)
        ? Math.hypot(
            (double) found.x()[k] - person.x()[joint], (double) found.y()[k] - person.y()[joint])
        : Double.POSITIVE_INFINITY;
  }
}
