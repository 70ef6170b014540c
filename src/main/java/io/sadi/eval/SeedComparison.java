package io.sadi.eval;

import java.util.ArrayList;
import java.util.Arrays;
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
  public record NetworkPair(PersonErrors network, PersonErrors baseline) {}

  /** How many pairs there are. */
  public int seeds() {
    return bySeed.size();
  }

  /**
   * Compares several kinds of networks with one baseline.
   *
   * @param kinds each with at least one pair, all of the same people and joints
   * @throws IllegalArgumentException if they are not, see {@link PersonErrors#isOfSame}
   */
  public static List<SeedComparison> of(PoseMetric metric, List<List<NetworkPair>> kinds) {
    return of(metric, kinds, Bootstrap.RESAMPLES, SignFlips.FLIPS);
  }

  static List<SeedComparison> of(
      PoseMetric metric, List<List<NetworkPair>> kinds, int resamples, int flips) {
    if (kinds.isEmpty()) {
      return List.of();
    }
    PersonErrors first = kinds.get(0).get(0).network();
    List<String> joints = first.joints();
    List<List<Tally>> tallies = new ArrayList<>();
    for (List<NetworkPair> pairs : kinds) {
      tallies.add(pairs.stream().map(pair -> difference(pair, first, metric)).toList());
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
    List<CrossedDesign.MeanEstimate[]> estimates = new ArrayList<>();
    for (List<Tally> of : tallies) {
      estimates.add(estimates(of, resamples));
    }
    double[] pSeeds =
        CrossedDesign.holm(estimates.stream().mapToDouble(numbers -> numbers[0].p()).toArray());
    List<SeedComparison> comparisons = new ArrayList<>();
    for (int kind = 0; kind < kinds.size(); kind++) {
      List<Tally> of = tallies.get(kind);
      CrossedDesign.MeanEstimate[] numbers = estimates.get(kind);
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

  private static Tally difference(NetworkPair pair, PersonErrors first, PoseMetric metric) {
    if (!pair.network.isOfSame(first) || !pair.baseline.isOfSame(first)) {
      throw new IllegalArgumentException("other people");
    }
    return pair.network
        .tally(pair.network.first(), metric)
        .minus(pair.baseline.tally(pair.baseline.first(), metric));
  }

  /** All numbers of a summary. */
  private static CrossedDesign.MeanEstimate[] estimates(List<Tally> pairs, int resamples) {
    return pairs.size() == 1 ? overPeople(pairs.get(0), resamples) : overPeopleAndSeeds(pairs);
  }

  private static CrossedDesign.MeanEstimate[] overPeople(Tally pair, int resamples) {
    double[] fractions = pair.fractions(everybody(pair));
    double[][] resampled = Bootstrap.draws(pair.people(), resamples, pair::fractions);
    CrossedDesign.MeanEstimate[] estimates = new CrossedDesign.MeanEstimate[fractions.length];
    for (int n = 0; n < estimates.length; n++) {
      estimates[n] =
          new CrossedDesign.MeanEstimate(
              fractions[n], Bootstrap.central95(resampled[n]), Double.NaN);
    }
    return estimates;
  }

  private static CrossedDesign.MeanEstimate[] overPeopleAndSeeds(List<Tally> pairs) {
    CrossedDesign design = new CrossedDesign(pairs.size());
    double[][] bySeed =
        pairs.stream().map(pair -> pair.fractions(everybody(pair))).toArray(double[][]::new);
    List<double[][]> without = pairs.stream().map(Tally::fractionsWithoutEach).toList();
    CrossedDesign.MeanEstimate[] estimates = new CrossedDesign.MeanEstimate[bySeed[0].length];
    for (int n = 0; n < estimates.length; n++) {
      int number = n;
      estimates[n] =
          design.estimate(
              Arrays.stream(bySeed).mapToDouble(seed -> seed[number]).toArray(),
              Jackknife.covariances(
                  without.stream()
                      .map(of -> Arrays.stream(of).mapToDouble(all -> all[number]).toArray())
                      .toArray(double[][]::new)));
    }
    return estimates;
  }

  private static int[] everybody(Tally pair) {
    return IntStream.range(0, pair.people()).toArray();
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
