package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A number that is chosen on whom it is measured on is no promise for anybody else. */
class CrossFitTest {
  private static final Skeleton LSP = Skeleton.lsp14();
  private static final PoseMetric METRIC = PoseMetric.parse("pck@0.2");

  /** Predictions that find each person whole or not at all. */
  private static Predictions guesses(List<Person> people, double chance, Random random) {
    Predictions predictions = new Predictions();
    for (Person person : people) {
      double off = random.nextDouble() < chance ? 0 : 1;
      predictions.add(People.moved(person, LSP, ReferenceLength.TORSO, off, 0));
    }
    return predictions;
  }

  private static double mean(List<Person> people, Predictions predictions) {
    return MetricResult.of(METRIC, "x", LSP, people, predictions, false).meanJointWeighted();
  }

  /**
   * Ten readings that are equally good, each by its own luck: the best of them is not better than
   * 60 % on anybody else, and what is reported must not say so.
   */
  @Test
  void bestOfEqualsIsNoBetterThanTheyAre() {
    Random random = new Random(1);
    int worlds = 200;
    double inSample = 0;
    double crossFitted = 0;
    for (int world = 0; world < worlds; world++) {
      List<Person> people = People.random(LSP, 60, random);
      List<Predictions> readings = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        readings.add(guesses(people, 0.6, random));
      }
      CrossFit fit = CrossFit.of(METRIC, LSP, people, null, readings);
      inSample += mean(people, readings.get(fit.best())) / worlds;
      crossFitted += mean(people, fit.predictions()) / worlds;
    }
    // One reading's deviation is 6.3 points: the best of ten is 1.5 deviations above the truth.
    assertThat(inSample).isBetween(68.0, 71.0);
    assertThat(crossFitted).isCloseTo(60, within(1.5)); // deviation 0.45
  }

  /** What is really better is chosen by both halves, and its number is the one of all people. */
  @Test
  void readingThatIsBetterIsChosen() {
    Random random = new Random(2);
    List<Person> people = People.random(LSP, 200, random);
    Predictions better = guesses(people, 0.9, random);
    CrossFit fit =
        CrossFit.of(
            METRIC,
            LSP,
            people,
            null,
            List.of(guesses(people, 0.5, random), better, guesses(people, 0.5, random)));
    assertThat(fit.best()).isEqualTo(1);
    assertThat(fit.bestOfHalves()).containsExactly(1, 1);
    assertThat(mean(people, fit.predictions())).isEqualTo(mean(people, better));
  }

  /** By hand: each half is measured with what the other half found best. */
  @Test
  void eachHalfHasTheChoiceOfTheOther() {
    List<Person> people = People.random(LSP, 40, new Random(3));
    Predictions first = new Predictions(); // finds the one half alone
    Predictions second = new Predictions(); // and the other
    for (Person person : people) {
      boolean zero = CrossFit.half(person) == 0;
      first.add(People.moved(person, LSP, ReferenceLength.TORSO, zero ? 0 : 1, 0));
      second.add(People.moved(person, LSP, ReferenceLength.TORSO, zero ? 1 : 0, 0));
    }
    CrossFit fit = CrossFit.of(METRIC, LSP, people, null, List.of(first, second));
    assertThat(fit.bestOfHalves()).containsExactly(0, 1);
    assertThat(mean(people, fit.predictions())).isZero();
  }

  /** The first is the plainest, as w = 0 is h1: nothing is fused for nothing. */
  @Test
  void ofEqualsTheFirstIsChosenAndNobodyChoosesTheFirst() {
    List<Person> people = People.random(LSP, 20, new Random(4));
    Predictions perfect = People.perfect(people);
    assertThat(CrossFit.of(METRIC, LSP, people, null, List.of(perfect, perfect)).best()).isZero();
    CrossFit nobody = CrossFit.of(METRIC, LSP, List.of(), null, List.of(perfect, perfect));
    assertThat(nobody.best()).isZero();
    assertThat(nobody.bestOfHalves()).containsExactly(0, 0);
  }

  /** A run that goes on elsewhere, or sees its people in another order, has the same halves. */
  @Test
  void halvesDependOnImageAndPersonAlone() {
    assertThat(
            Map.of(
                "im0001.jpg 0", CrossFit.half(People.person("im0001.jpg", 0, LSP, 1)),
                "im0001.jpg 1", CrossFit.half(People.person("im0001.jpg", 1, LSP, 1)),
                "im0002.jpg 0", CrossFit.half(People.person("im0002.jpg", 0, LSP, 1)),
                "im0003.jpg 0", CrossFit.half(People.person("im0003.jpg", 0, LSP, 1))))
        .isEqualTo(
            Map.of("im0001.jpg 0", 1, "im0001.jpg 1", 0, "im0002.jpg 0", 1, "im0003.jpg 0", 0));

    Random random = new Random(5);
    List<Person> people = People.random(LSP, 2000, random);
    assertThat(people.stream().filter(p -> CrossFit.half(p) == 0).count()).isBetween(930L, 1070L);
    List<Predictions> readings =
        List.of(guesses(people, 0.5, random), guesses(people, 0.5, random));
    CrossFit fit = CrossFit.of(METRIC, LSP, people, null, readings);
    List<Person> shuffled = new ArrayList<>(people);
    Collections.shuffle(shuffled, random);
    CrossFit again = CrossFit.of(METRIC, LSP, shuffled, null, readings);
    assertThat(again.bestOfHalves()).isEqualTo(fit.bestOfHalves());
    assertThat(people)
        .allMatch(person -> fit.predictions().of(person) == again.predictions().of(person));
  }
}
