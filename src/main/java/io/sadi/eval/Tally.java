package io.sadi.eval;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What every joint of every person is worth under one metric. People none of whose joints counts
 * are left out.
 */
final class Tally {
  /** Where the count begins in a cell: room for the credits of 2^39 joints below it. */
  private static final int COUNT = 40;

  private final Summary.Layout layout;
  private final int joints;
  private final int fullCredit;

  /**
   * [people x K]: the credit, from 0 to fullCredit or a difference of two such, and above its bits
   * 1 where the joint counts. One number for both, because bootstrapping is adding these up.
   */
  private final long[] cells;

  private Tally(Summary.Layout layout, int joints, int fullCredit, long[] cells) {
    this.layout = layout;
    this.joints = joints;
    this.fullCredit = fullCredit;
    this.cells = cells;
  }

  static Tally of(JointErrors errors, PoseMetric metric, List<String> joints) {
    int[] people =
        IntStream.range(0, errors.people())
            .filter(i -> IntStream.range(0, joints.size()).anyMatch(k -> errors.counts(i, k)))
            .toArray();
    long[] cells = new long[people.length * joints.size()];
    int at = 0;
    for (int i : people) {
      for (int k = 0; k < joints.size(); k++, at++) {
        if (errors.counts(i, k)) {
          cells[at] = (1L << COUNT) + metric.credit(errors.error(i, k));
        }
      }
    }
    return new Tally(new Summary.Layout(joints), joints.size(), metric.fullCredit(), cells);
  }

  /** The credits in a cell, or in a sum of cells. */
  private static long credit(long sum) {
    return sum << (Long.SIZE - COUNT) >> (Long.SIZE - COUNT);
  }

  /** The count in a cell, or in a sum of cells. */
  private static long count(long sum) {
    return (sum - credit(sum)) >> COUNT;
  }

  /** How many people have joint k annotated. */
  int count(int k) {
    return (int) cells(k).map(Tally::count).sum();
  }

  /** How many people's credits for joint k are such; 0 where it does not count. */
  int countCredits(int k, LongPredicate such) {
    return (int) cells(k).map(Tally::credit).filter(such).count();
  }

  private LongStream cells(int k) {
    return IntStream.range(0, people()).mapToLong(i -> cells[i * joints + k]);
  }

  /** This minus what other predictions of the same people are worth under the same metric. */
  Tally minus(Tally other) {
    long[] difference = new long[cells.length];
    for (int at = 0; at < difference.length; at++) {
      if (count(cells[at]) != count(other.cells[at])) {
        throw new IllegalArgumentException("other people");
      }
      difference[at] = cells[at] - credit(other.cells[at]);
    }
    return new Tally(layout, joints, fullCredit, difference);
  }

  /** Percentages; NaN where nothing counts. */
  Summary<Double> percentages() {
    int[] everybody = IntStream.range(0, people()).toArray();
    double[] fractions = fractions(everybody);
    return layout.summary(at -> 100 * fractions[at]);
  }

  /**
   * The 95 % intervals of {@link #percentages} if people were drawn again; NaN where nothing
   * counts.
   */
  Summary<Interval> intervals95() {
    Interval[] fractions = Bootstrap.intervals95(people(), this::fractions);
    return layout.summary(at -> fractions[at].times(100));
  }

  /** How many people count. */
  int people() {
    return cells.length / joints;
  }

  /** What person i's joint k is worth; 0 where it does not count. */
  long credit(int i, int k) {
    return credit(cells[i * joints + k]);
  }

  /** What a joint without error is worth. */
  int fullCredit() {
    return fullCredit;
  }

  /** Names the places of a vector of {@link #fractions}. */
  Summary.Layout layout() {
    return layout;
  }

  /**
   * The numbers of {@link #percentages} as fractions, of some people.
   *
   * @param people their numbers, some of them several times
   */
  double[] fractions(int[] people) {
    return fractions(sums(people));
  }

  /**
   * The numbers of {@link #percentages} as fractions, of all people but one.
   *
   * @return [people x numbers]
   */
  double[][] fractionsWithoutEach() {
    long[] all = sums(IntStream.range(0, people()).toArray());
    double[][] without = new double[people()][];
    for (int i = 0; i < without.length; i++) {
      long[] sums = all.clone();
      for (int k = 0; k < joints; k++) {
        sums[k] -= cells[i * joints + k];
      }
      without[i] = fractions(sums);
    }
    return without;
  }

  private long[] sums(int[] people) {
    long[] sums = new long[joints];
    for (int i : people) {
      int at = i * joints;
      for (int k = 0; k < sums.length; k++) {
        sums[k] += cells[at + k];
      }
    }
    return sums;
  }

  private double[] fractions(long[] sums) {
    return layout.fractions(
        Arrays.stream(sums).mapToDouble(Tally::credit).toArray(),
        Arrays.stream(sums).mapToDouble(sum -> (double) fullCredit * count(sum)).toArray());
  }
}
