package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.eval.SeedComparison.NetworkPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Variance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against known answers: networks are made up whose true differences are known, many studies of
 * them are simulated, and what is said of each is counted.
 */
class SeedComparisonTest {
  private static final List<String> JOINTS =
      List.of("left_wrist", "right_wrist", "left_ankle", "right_ankle", "pelvis");
  private static final PoseMetric METRIC = PoseMetric.parse("pckh@0.5");
  private static final int PEOPLE = 120;

  // Fewer than in a report, for time's sake: a covariance needs no tails.
  private static final int RESAMPLES = 200;
  private static final int FLIPS = 299;

  /**
   * Networks and people, both drawn anew for every study.
   *
   * @param effect by how much a joint is found more often with the other kind of network, over all
   *     people and seeds
   * @param ofSeeds deviation of that between seeds
   * @param ofPeople deviation of that between people, the same in all seeds
   */
  private record World(double effect, double ofSeeds, double ofPeople) {

    /** One baseline network a seed, and one network a seed for each of several kinds. */
    List<List<NetworkPair>> study(int kinds, int seeds, RandomGenerator random) {
      double[] hard = random.doubles(PEOPLE, 0.35, 0.65).toArray();
      double[][] taste = new double[kinds][PEOPLE];
      for (double[] of : taste) {
        Arrays.setAll(of, i -> ofPeople * Math.sqrt(3) * (2 * random.nextDouble() - 1));
      }
      List<List<NetworkPair>> study = new ArrayList<>();
      IntStream.range(0, kinds).forEach(kind -> study.add(new ArrayList<>()));
      for (int s = 0; s < seeds; s++) {
        double luck = ofSeeds / Math.sqrt(2) * random.nextGaussian();
        PersonErrors baseline = network(i -> hard[i] + luck, random);
        for (int kind = 0; kind < kinds; kind++) {
          double own = ofSeeds / Math.sqrt(2) * random.nextGaussian();
          double[] likes = taste[kind];
          study
              .get(kind)
              .add(
                  new NetworkPair(
                      network(i -> hard[i] + effect + own + likes[i], random), baseline));
        }
      }
      return study;
    }
  }

  private static PersonErrors network(IntToDoubleFunction right, RandomGenerator random) {
    double[][] errors = new double[PEOPLE][JOINTS.size()];
    for (int i = 0; i < PEOPLE; i++) {
      for (int k = 0; k < JOINTS.size(); k++) {
        errors[i][k] = random.nextDouble() < right.applyAsDouble(i) ? 0.2 : 0.8;
      }
    }
    return errors(errors);
  }

  private static PersonErrors errors(double[][] errors) {
    return new PersonErrors(
        JOINTS,
        IntStream.range(0, errors.length)
            .mapToObj(i -> new PersonErrors.Who(i + ".jpg", 0))
            .toList(),
        Map.of("h1", errors));
  }

  private static boolean holds(Interval interval, double value) {
    return interval.low() <= value && value <= interval.high();
  }

  /**
   * What came of many studies.
   *
   * @param held the share of them whose 95 % interval holds the truth
   * @param width of an interval, as a multiple of the one that the differences' own deviation gives
   */
  private record Intervals(double held, double width) {
    static Intervals of(World world, int seeds, int studies, SplittableRandom random) {
      int held = 0;
      double width = 0;
      double[] differences = new double[studies];
      for (int study = 0; study < studies; study++) {
        SeedComparison comparison =
            SeedComparison.of(METRIC, world.study(1, seeds, random), RESAMPLES, 1).get(0);
        Interval interval = comparison.intervals95().meanJointWeighted();
        held += holds(interval, 100 * world.effect) ? 1 : 0;
        width += (interval.high() - interval.low()) / studies;
        differences[study] = comparison.differences().meanJointWeighted();
      }
      double ideal = 2 * 1.96 * Math.sqrt(Variance.of(differences).getAsDouble());
      return new Intervals((double) held / studies, width / ideal);
    }
  }

  /**
   * Whether seeds or people make networks differ, and for few seeds: the 95 % interval holds the
   * truth about 95 times of 100.
   */
  @ParameterizedTest
  @CsvSource({
    "3, 0.06, 0",
    "3, 0, 0.25",
    "3, 0.03, 0.15",
    "5, 0.05, 0.05",
    "5, 0, 0.1",
    "2, 0.1, 0.15"
  })
  void intervalsHoldTheTruthAsOftenAsTheySay(int seeds, double ofSeeds, double ofPeople) {
    World world = new World(0.04, ofSeeds, ofPeople);
    // The share's own deviation is 0.01.
    assertThat(Intervals.of(world, seeds, 500, new SplittableRandom(5)).held())
        .isBetween(0.92, 0.98);
  }

  /**
   * Two or three seeds cannot rule out that they matter: where they do not, nearly all intervals
   * hold the truth, and how much wider they are for that has a bound of its own. (A t-test's would
   * be 2.2 and 6.5 times as wide.)
   */
  @ParameterizedTest
  @CsvSource({"3, 0, 0, 2.1", "2, 0, 0.15, 4.6"})
  void intervalsAreNotWiderThanFewSeedsMakeThem(
      int seeds, double ofSeeds, double ofPeople, double wider) {
    World world = new World(0.04, ofSeeds, ofPeople);
    Intervals intervals = Intervals.of(world, seeds, 500, new SplittableRandom(5));
    assertThat(intervals.held()).isBetween(0.97, 1.0);
    assertThat(intervals.width()).isBetween(1.0, wider);
  }

  /** One pair says nothing of other seeds, and its interval does not pretend to. */
  @Test
  void aSinglePairIsJudgedOverPeopleAlone() {
    SplittableRandom random = new SplittableRandom(6);
    World noSeeds = new World(0.04, 0, 0.2);
    assertThat(SeedComparison.of(METRIC, noSeeds.study(1, 1, random), RESAMPLES, 1).get(0).pSeeds())
        .isNaN();
    assertThat(Intervals.of(noSeeds, 1, 500, random).held()).isBetween(0.92, 0.98);
  }

  /** Four kinds as good as the baseline: one of them is called different in one study of 20. */
  @ParameterizedTest
  @CsvSource({"2, 0.1, 0", "3, 0.1, 0", "3, 0.05, 0", "3, 0.04, 0.2", "5, 0.05, 0.05"})
  void nothingIsFoundWhereThereIsNothing(int ofSeeds, double luck, double taste) {
    SplittableRandom random = new SplittableRandom(7);
    World alike = new World(0, 0, 0);
    World lucky = new World(0, luck, taste);
    int people = 0;
    int seeds = 0;
    int studies = 200;
    for (int study = 0; study < studies; study++) {
      people +=
          SeedComparison.of(METRIC, alike.study(4, 2, random), 2, 99).stream()
                  .anyMatch(of -> of.pPeople() < 0.05)
              ? 1
              : 0;
      seeds +=
          SeedComparison.of(METRIC, lucky.study(4, ofSeeds, random), RESAMPLES, 1).stream()
                  .anyMatch(of -> of.pSeeds() < 0.05)
              ? 1
              : 0;
    }
    // 10 expected, standard deviation 3.
    assertThat(people).isBetween(2, 19);
    assertThat(seeds).isLessThan(19);
  }

  /** Networks that differ by luck do differ: the test over people alone must not be the verdict. */
  @Test
  void luckOfTheSeedsIsSeenByTheOneTestAndNotByTheOther() {
    SplittableRandom random = new SplittableRandom(8);
    World lucky = new World(0, 0.08, 0);
    int people = 0;
    int seeds = 0;
    for (int study = 0; study < 100; study++) {
      SeedComparison of =
          SeedComparison.of(METRIC, lucky.study(1, 3, random), RESAMPLES, FLIPS).get(0);
      people += of.pPeople() < 0.05 ? 1 : 0;
      seeds += of.pSeeds() < 0.05 ? 1 : 0;
    }
    assertThat(people).isGreaterThan(30);
    assertThat(seeds).isLessThan(13);
  }

  @Test
  void effectsAreFound() {
    SplittableRandom random = new SplittableRandom(9);
    World better = new World(0.2, 0.01, 0.05);
    int found = 0;
    for (int study = 0; study < 50; study++) {
      for (SeedComparison of :
          SeedComparison.of(METRIC, better.study(3, 3, random), RESAMPLES, FLIPS)) {
        found += of.pPeople() < 0.05 && of.pSeeds() < 0.05 ? 1 : 0;
      }
    }
    assertThat(found).isGreaterThan(135); // of 150
  }

  @Test
  void differencesAreMeansOverSeedsOfWhatTheTablesSay() {
    List<NetworkPair> pairs = new World(0.1, 0.1, 0.1).study(1, 3, new SplittableRandom(1)).get(0);
    SeedComparison of = SeedComparison.of(METRIC, List.of(pairs), RESAMPLES, FLIPS).get(0);
    double mean = 0;
    double wrist = 0;
    for (int s = 0; s < 3; s++) {
      Summary<Double> network = pairs.get(s).network().tally("h1", METRIC).percentages();
      Summary<Double> baseline = pairs.get(s).baseline().tally("h1", METRIC).percentages();
      double difference = network.meanJointWeighted() - baseline.meanJointWeighted();
      assertThat(of.bySeed().get(s)).isCloseTo(difference, within(1e-9));
      mean += difference / 3;
      wrist += (network.groups().get("wrist") - baseline.groups().get("wrist")) / 3;
    }
    assertThat(of.differences().meanJointWeighted()).isCloseTo(mean, within(1e-9));
    assertThat(of.differences().groups().get("wrist")).isCloseTo(wrist, within(1e-9));
    assertThat(of.differences().joints()).containsOnlyKeys(JOINTS);
    assertThat(of.pJoints()).containsOnlyKeys(JOINTS);
  }

  @Test
  void networksThatFindTheSameDoNotDiffer() {
    PersonErrors one = network(i -> 0.5, new SplittableRandom(3));
    SeedComparison of =
        SeedComparison.of(
                METRIC, List.of(List.of(new NetworkPair(one, one), new NetworkPair(one, one))))
            .get(0);
    assertThat(of.differences().meanJointWeighted()).isZero();
    assertThat(of.intervals95().meanJointWeighted()).isEqualTo(new Interval(0, 0));
    assertThat(of.pPeople()).isEqualTo(1);
    assertThat(of.pSeeds()).isEqualTo(1);
  }

  /** Better at one wrist alone: it is found, and nothing else. */
  @Test
  void jointsAreTestedByThemselves() {
    SplittableRandom random = new SplittableRandom(4);
    List<NetworkPair> pairs = new ArrayList<>();
    for (int s = 0; s < 3; s++) {
      PersonErrors baseline = network(i -> 0.5, random);
      double[][] better =
          Arrays.stream(baseline.decodes().get("h1")).map(double[]::clone).toArray(double[][]::new);
      for (int i = s; i < 60; i++) {
        better[i][0] = 0.1;
      }
      pairs.add(new NetworkPair(errors(better), baseline));
    }
    SeedComparison of = SeedComparison.of(METRIC, List.of(pairs), RESAMPLES, FLIPS).get(0);
    assertThat(of.pJoints().get("left_wrist")).isLessThan(0.01);
    assertThat(of.pJoints().get("right_wrist")).isEqualTo(1);
  }

  /** The exact answer where all flips can be written down: 2 of 2^6 are as extreme. */
  @Test
  void flipsGiveTheExactChance() {
    double[] p = SignFlips.correctedP(new double[][] {{1, 1, 1, 1, 1, 1}});
    assertThat(p[0]).isCloseTo(2.0 / 64, within(0.008));
    // A second one with nothing in it costs nothing; the same one again costs nothing either.
    assertThat(SignFlips.correctedP(new double[][] {{1, 1, 1, 1, 1, 1}, new double[6]}))
        .containsExactly(p[0], 1);
    assertThat(SignFlips.correctedP(new double[][] {{1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2}}))
        .containsExactly(p[0], p[0]);
    // An independent one does: 1 - (1 - 2/64)^2.
    double[] two =
        SignFlips.correctedP(
            new double[][] {
              {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}
            });
    assertThat(two[0]).isCloseTo(0.0615, within(0.011));
  }

  /** Holm's own procedure, step by step. */
  @Test
  void holmMultipliesTheSmallestByAllAndTheNextByOneLess() {
    assertThat(CrossedDesign.holm(new double[] {0.02, 0.01, 0.04, Double.NaN}))
        .usingComparatorWithPrecision(1e-12)
        .containsExactly(0.04, 0.03, 0.04, Double.NaN);
    assertThat(CrossedDesign.holm(new double[] {0.9, 0.8})).containsExactly(1, 1);
  }

  /** By hand: seeds alone make the paired t-test, people alone the normal one. */
  @Test
  void withoutWhatPeopleShareItIsTheTTest() {
    CrossedDesign.MeanEstimate of =
        new CrossedDesign(3).estimate(new double[] {1, 2, 3}, new double[3][3]);
    assertThat(of.interval95().high() - 2).isCloseTo(4.3027 / Math.sqrt(3), within(0.02));
    assertThat(of.p()).isCloseTo(0.0742, within(1e-3)); // t = 3.4641, 2 degrees of freedom

    double[][] shared = {{0.25, 0.25, 0.25}, {0.25, 0.25, 0.25}, {0.25, 0.25, 0.25}};
    of = new CrossedDesign(3).estimate(new double[] {2, 2, 2}, shared);
    assertThat(of.interval95().high() - 2).isCloseTo(1.96 * 0.5, within(1e-3));
    assertThat(of.p()).isCloseTo(6.334e-5, within(1e-7)); // z = 4
  }

  /** Two seeds that agree by luck are no more certain than the people they were measured on. */
  @Test
  void seedsThatAgreeAreNotCertain() {
    double[][] covariances = {{0.09, 0.01}, {0.01, 0.09}};
    CrossedDesign.MeanEstimate of = new CrossedDesign(2).estimate(new double[] {1, 1}, covariances);
    assertThat(of.interval95().high() - 1)
        .isCloseTo(1.96 * Math.sqrt((0.09 - 0.01) / 2 + 0.01), within(1e-3));
  }

  /** The jackknife is what the bootstrap comes to. */
  @Test
  void variancesOverPeopleAreThoseOfTheBootstrap() {
    SplittableRandom random = new SplittableRandom(11);
    PersonErrors baseline = network(i -> 0.5, random);
    Tally tally =
        network(i -> 0.3 + 0.4 * (i % 2), random)
            .tally("h1", METRIC)
            .minus(baseline.tally("h1", METRIC));
    double[][] without = tally.fractionsWithoutEach();
    double[][] draws = Bootstrap.draws(tally.people(), 20_000, tally::fractions);
    for (int n = 0; n < draws.length; n++) {
      int number = n;
      double jackknife =
          Jackknife.covariances(
              new double[][] {Arrays.stream(without).mapToDouble(of -> of[number]).toArray()})[0][
              0];
      double bootstrap = Variance.of(draws[n]).getAsDouble();
      assertThat(jackknife / bootstrap).isCloseTo(1, within(0.04));
    }
  }

  /** Other people, or other joints of them: they must not be compared row by row. */
  @Test
  void onlyErrorsOfTheSameJointsOfTheSamePeopleAreCompared() {
    PersonErrors whole = network(i -> 0.5, new SplittableRandom(12));
    double[][] less =
        Arrays.stream(whole.decodes().get("h1")).map(double[]::clone).toArray(double[][]::new);
    Arrays.fill(less[3], Double.NaN);
    PersonErrors withoutOne = errors(less);
    assertThat(whole.isOfSame(withoutOne)).isFalse();
    assertThat(withoutOne.isOfSame(withoutOne)).isTrue();
    assertThatThrownBy(
            () -> SeedComparison.of(METRIC, List.of(List.of(new NetworkPair(withoutOne, whole)))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
