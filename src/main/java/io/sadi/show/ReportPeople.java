package io.sadi.show;

import io.sadi.data.Person;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Numbers about all people that are found, and a bounded number of them to show: everybody where
 * there are few, else as many of the least sure as of the others, whom chance picks: the same ones
 * whatever the order in which they came. Memory does not grow with the people.
 */
final class ReportPeople {
  private static final int BINS = 20;

  /**
   * Somebody to show.
   *
   * @param index place among all people
   * @param people in the same image
   */
  record Shown(int index, String image, int people, FoundPerson person) {
    /** A number that says nothing about the person. */
    private long lot() {
      CRC32 sum = new CRC32();
      sum.update((person.place().person() + " " + image).getBytes(StandardCharsets.UTF_8));
      return sum.getValue();
    }
  }

  private static final Comparator<Shown> BY_SCORE =
      Comparator.<Shown>comparingDouble(shown -> shown.person().score())
          .thenComparingInt(Shown::index);
  private static final Comparator<Shown> BY_LOT =
      Comparator.comparingLong(Shown::lot).thenComparingInt(Shown::index);

  private final int limit;

  // The first ones of each order; the last of them is at the head.
  private final PriorityQueue<Shown> leastSure = new PriorityQueue<>(BY_SCORE.reversed());
  private final PriorityQueue<Shown> drawn = new PriorityQueue<>(BY_LOT.reversed());

  private int images;
  private int people;
  private double scores;
  private final int[] histogram = new int[BINS];
  private final double[] jointScores;
  private final int[] unsure;
  private final double[] sigmas;

  /**
   * @param joints of a person
   * @param limit at most so many are shown, at least 2
   */
  ReportPeople(int joints, int limit) {
    this.limit = limit;
    this.jointScores = new double[joints];
    this.unsure = new int[joints];
    this.sigmas = new double[joints];
  }

  /** Takes an image's people. */
  void add(FoundImage found) {
    FoundImage image = found.withoutMaps();
    images++;
    for (FoundPerson person : image.people()) {
      Shown shown = new Shown(people++, image.name(), image.people().size(), person);
      keep(leastSure, shown, limit / 2);
      keep(drawn, shown, limit);
      count(person);
    }
  }

  private static void keep(PriorityQueue<Shown> kept, Shown shown, int most) {
    kept.add(shown);
    if (kept.size() > most) {
      kept.remove();
    }
  }

  private void count(FoundPerson person) {
    double score = person.score();
    scores += score;
    histogram[(int) Math.max(0, Math.min(BINS - 1, score * BINS))]++;
    double side = person.place().scale() * Person.SCALE_UNIT;
    for (int k = 0; k < jointScores.length; k++) {
      jointScores[k] += person.joints().score()[k];
      unsure[k] += SkeletonDrawing.sure(person.joints(), k) ? 0 : 1;
      sigmas[k] += (person.joints().sigmaX()[k] + person.joints().sigmaY()[k]) / 2 / side;
    }
  }

  /** Those to show, in the order they came. */
  List<Shown> shown() {
    List<Shown> chosen = new ArrayList<>(people <= limit ? List.of() : leastSure);
    Set<Integer> taken = new HashSet<>();
    chosen.forEach(shown -> taken.add(shown.index()));
    drawn.stream()
        .sorted(BY_LOT)
        .filter(shown -> !taken.contains(shown.index()))
        .limit(limit - chosen.size())
        .forEach(chosen::add);
    chosen.sort(Comparator.comparingInt(Shown::index));
    return chosen;
  }

  int images() {
    return images;
  }

  int people() {
    return people;
  }

  /** The mean over all people, 0 to 1; NaN where there are none. */
  double score() {
    return scores / people;
  }

  /** How many people have which score, in bars of equal width from 0 to 1. */
  List<Integer> histogram() {
    return Arrays.stream(histogram).boxed().toList();
  }

  /** The mean over all people of a joint's score. */
  double score(int joint) {
    return jointScores[joint] / people;
  }

  /** How many people's joint is drawn as unsure. */
  int unsure(int joint) {
    return unsure[joint];
  }

  /**
   * The mean over all people of a joint's deviation, as a share of the crop; NaN without the SFM.
   */
  double sigma(int joint) {
    return sigmas[joint] / people;
  }
}
