package io.sadi.eval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How networks of one kind differ from networks of another, in pairs of one seed, person by person.
 * What is hard for both, and what the seed decides for both, cancels out.
 *
 * <p>Two questions are answered. {@link #pPeople}: do these networks differ, or only the luck of
 * whom they were measured on? {@link #intervals95} and {@link #pSeeds}: would networks of other
 * seeds, measured on other people, differ too?
 *
 * @param bySeed the difference of the joint-weighted mean, of each pair
 * @param differences means over the pairs, in percentage points
 * @param intervals95 of the differences, each by itself: over people and seeds, see {@link
 *     CrossedDesign}; of a single pair over people alone
 * @param pPeople that the joint-weighted mean does not differ, permutation test over people,
 *     corrected for the number of comparisons
 * @param pSeeds that it does not differ, over people and seeds, corrected in the same way; NaN for
 *     a single pair
 * @param pJoints as pPeople, of every joint, corrected for all joints of all comparisons
 */
public record SeedComparison(
    List<Double> bySeed,
    Summary<Double> differences,
    Summary<Interval> intervals95,
    double pPeople,
    double pSeeds,
    Map<String, Double> pJoints) {

  public SeedComparison {
    bySeed = List.copyOf(bySeed);
    pJoints = Collections.unmodifiableMap(new LinkedHashMap<>(pJoints));
  }

  /**
   * Networks of one seed.
   *
   * @param network whose first decode counts
   * @param baseline likewise, measured on the same people
   */
  public record Pair(PersonErrors network, PersonErrors baseline) {}

  /** How many pairs there are. */
  public int seeds() {
    return bySeed.size();
  }

  /**
   * Compares several kinds of networks with one baseline.
   *
   * @param kinds each with at least one pair, all of the same people
   */
  public static List<SeedComparison> of(PoseMetric metric, List<List<Pair>> kinds) {
    return of(metric, kinds, Bootstrap.RESAMPLES, SignFlips.FLIPS);
  }

  static List<SeedComparison> of(
      PoseMetric metric, List<List<Pair>> kinds, int resamples, int flips) {
    if (kinds.isEmpty()) {
      return List.of();
    }
    List<String> joints = kinds.get(0).get(0).network().joints();
    List<List<Tally>> tallies = new ArrayList<>();
    for (List<Pair> pairs : kinds) {
      tallies.add(pairs.stream().map(pair -> difference(pair, metric)).toList());
    }
    double[] pPeople =
        SignFlips.correctedP(
            tallies.stream().map(SeedComparison::byPerson).toArray(double[][]::new), flips);
    double[] pJoints =
        SignFlips.correctedP(
            tallies.stream()
                .flatMap(
                    of -> IntStream.range(0, joints.size()).mapToObj(k -> byPerson(of, List.of(k))))
                .toArray(double[][]::new),
            flips);
    List<CrossedDesign.Estimate[]> estimates = new ArrayList<>();
    for (List<Tally> of : tallies) {
      estimates.add(estimates(of, resamples));
    }
    double[] pSeeds =
        CrossedDesign.holm(estimates.stream().mapToDouble(numbers -> numbers[0].p()).toArray());
    List<SeedComparison> comparisons = new ArrayList<>();
    for (int kind = 0; kind < kinds.size(); kind++) {
      List<Tally> of = tallies.get(kind);
      CrossedDesign.Estimate[] numbers = estimates.get(kind);
      Summary.Layout layout = of.get(0).layout();
      Map<String, Double> ofJoints = new LinkedHashMap<>();
      for (int k = 0; k < joints.size(); k++) {
        ofJoints.put(joints.get(k), pJoints[kind * joints.size() + k]);
      }
      comparisons.add(
          new SeedComparison(
              of.stream().map(tally -> tally.percentages().meanJointWeighted()).toList(),
              layout.summary(at -> 100 * numbers[at].mean()),
              layout.summary(at -> numbers[at].interval95().times(100)),
              pPeople[kind],
              pSeeds[kind],
              ofJoints));
    }
    return comparisons;
  }

  private static Tally difference(Pair pair, PoseMetric metric) {
    if (!pair.network.people().equals(pair.baseline.people())) {
      throw new IllegalArgumentException("other people");
    }
    return pair.network
        .tally(pair.network.first(), metric)
        .minus(pair.baseline.tally(pair.baseline.first(), metric));
  }

  /** All numbers of a summary. */
  private static CrossedDesign.Estimate[] estimates(List<Tally> pairs, int resamples) {
    int people = pairs.get(0).people();
    int[] everybody = IntStream.range(0, people).toArray();
    double[][] bySeed =
        pairs.stream().map(pair -> pair.fractions(everybody)).toArray(double[][]::new);
    int numbers = bySeed[0].length;
    double[][] resampled =
        Bootstrap.draws(
            people,
            resamples,
            drawn -> {
              double[] all = new double[pairs.size() * numbers];
              for (int s = 0; s < pairs.size(); s++) {
                System.arraycopy(pairs.get(s).fractions(drawn), 0, all, s * numbers, numbers);
              }
              return all;
            });
    CrossedDesign.Estimate[] estimates = new CrossedDesign.Estimate[numbers];
    for (int n = 0; n < numbers; n++) {
      int number = n;
      if (pairs.size() == 1) {
        estimates[n] =
            new CrossedDesign.Estimate(bySeed[0][n], Bootstrap.central95(resampled[n]), Double.NaN);
      } else {
        estimates[n] =
            CrossedDesign.estimate(
                IntStream.range(0, pairs.size()).mapToDouble(s -> bySeed[s][number]).toArray(),
                IntStream.range(0, pairs.size())
                    .mapToObj(s -> resampled[s * numbers + number])
                    .toArray(double[][]::new));
      }
    }
    return estimates;
  }

  /** What each person adds to the difference of the joint-weighted mean. */
  private static double[] byPerson(List<Tally> pairs) {
    return byPerson(pairs, pairs.get(0).layout().inMean());
  }

  private static double[] byPerson(List<Tally> pairs, List<Integer> joints) {
    double[] differences = new double[pairs.get(0).people()];
    for (Tally pair : pairs) {
      for (int i = 0; i < differences.length; i++) {
        for (int k : joints) {
          differences[i] += pair.credit(i, k);
        }
      }
    }
    return differences;
  }
}
