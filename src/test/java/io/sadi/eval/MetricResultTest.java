package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrong number here is a wrong number in somebody's paper. */
class MetricResultTest {
  private static final Skeleton MPII = Skeleton.mpii16();
  private static final Skeleton LSP = Skeleton.lsp14();

  private static MetricResult measure(
      String metric, Skeleton skeleton, List<Person> people, Predictions predictions) {
    return MetricResult.of(
        PoseMetric.parse(metric), "h1", skeleton, people, predictions, /* withInterval= */ false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pckh@0.5", "pckh@0.1", "pck@0.2", "pckh-auc@0.5", "pck-auc@0.2"})
  void perfectPredictionsAre100(String metric) {
    for (Skeleton skeleton : List.of(MPII, LSP)) {
      List<Person> people = People.random(skeleton, 20, new Random(1));
      MetricResult result = measure(metric, skeleton, people, People.perfect(people));
      assertThat(result.meanJointWeighted()).isEqualTo(100);
      assertThat(result.meanUnweighted()).isEqualTo(100);
      assertThat(result.joints().values()).hasSize(skeleton.size()).containsOnly(100.0);
      assertThat(result.groups().values()).hasSize(7).containsOnly(100.0);
      assertThat(result.counted().values()).containsOnly(20);
      assertThat(result.notes()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pckh@0.5", "pckh@0.05", "pck@0.2", "pck@0.1"})
  void justUnderTheThresholdIsRightAndJustOverIsWrong(String name) {
    PoseMetric metric = PoseMetric.parse(name);
    Random random = new Random(2);
    List<Person> people = People.random(MPII, 30, random);
    for (double factor : new double[] {0.999, 1.001}) {
      Predictions predictions = new Predictions();
      for (Person person : people) {
        double angle = 2 * Math.PI * random.nextDouble();
        double r = factor * metric.threshold();
        predictions.add(
            People.moved(
                person, MPII, metric.reference(), r * Math.cos(angle), r * Math.sin(angle)));
      }
      MetricResult result = measure(name, MPII, people, predictions);
      assertThat(result.joints().values()).containsOnly(factor < 1 ? 100.0 : 0.0);
    }
  }

  @Test
  void anErrorOfExactlyTheThresholdIsRight() {
    Person person = People.person("a.jpg", 0, MPII, 40);
    Predictions predictions =
        new Predictions(List.of(People.moved(person, MPII, ReferenceLength.HEAD, 0.5, 0)));
    assertThat(measure("pckh@0.5", MPII, List.of(person), predictions).meanUnweighted())
        .isEqualTo(100);
  }

  /**
   * Left out, a network that has overflowed would be measured on the joints that it still finds.
   */
  @Test
  void aJointWithoutAPlaceIsWrongAndCounts() {
    List<Person> people = People.random(LSP, 10, new Random(1));
    Predictions predictions = People.perfect(people);
    Prediction first = predictions.all().iterator().next();
    first.x()[2] = Float.NaN;
    first.y()[3] = Float.NEGATIVE_INFINITY;
    for (int k = 0; k < LSP.size(); k++) {
      first.sigmaX()[k] = 3;
      first.sigmaY()[k] = 3;
    }
    MetricResult result = measure("pck@0.2", LSP, people, predictions);
    assertThat(result.counted().values()).containsOnly(10);
    assertThat(result.joints().values()).contains(90.0, 100.0);
    assertThat(result.meanJointWeighted()).isEqualTo(100 * 138 / 140.0, within(1e-9));
    assertThat(measure("pck-auc@0.2", LSP, people, predictions).counted().values())
        .containsOnly(10);
    // Nor does it spoil what is measured of the others' deviations.
    assertThat(SigmaTemperatures.fit(people, predictions, LSP.size())).doesNotContain(Double.NaN);
    Calibration calibration = Calibration.ofSigma("mu", people, predictions, LSP.joints());
    assertThat(calibration.sigma().inMeans().counted()).isEqualTo(LSP.size() - 2);
    assertThat(calibration.sigma().inMeans().nll()).isFinite();
  }

  /** evaluatePCKh.m: trapz(0:0.01:0.2, pck) / 0.2. */
  @Test
  void theAreaIsThatOfTheOfficialCurve() {
    Random random = new Random(3);
    List<Person> people = People.random(LSP, 25, random);
    Predictions predictions = new Predictions();
    for (Person person : people) {
      double move = random.nextInt(5) == 0 ? 0 : 0.3 * random.nextDouble();
      predictions.add(People.moved(person, LSP, ReferenceLength.TORSO, move, 0));
    }
    double sum = measure("pck@0.000001", LSP, people, predictions).meanJointWeighted() / 2;
    for (int i = 1; i <= 20; i++) {
      double pck = measure("pck@" + i / 100.0, LSP, people, predictions).meanJointWeighted();
      sum += i < 20 ? pck : pck / 2;
    }
    assertThat(measure("pck-auc@0.2", LSP, people, predictions).meanJointWeighted())
        .isCloseTo(sum / 20, within(1e-9))
        .isBetween(20.0, 80.0);
  }

  @Test
  void theOrderOfPeopleAndPredictionsDoesNotMatter() {
    Random random = new Random(4);
    List<Person> people = new ArrayList<>(People.random(MPII, 50, random));
    List<Prediction> predictions = new ArrayList<>();
    for (Person person : people) {
      predictions.add(People.moved(person, MPII, ReferenceLength.HEAD, random.nextDouble(), 0));
    }
    MetricResult before = measure("pckh@0.5", MPII, people, new Predictions(predictions));
    Collections.shuffle(people, random);
    Collections.shuffle(predictions, random);
    assertThat(measure("pckh@0.5", MPII, people, new Predictions(predictions))).isEqualTo(before);
    assertThat(before.meanJointWeighted()).isBetween(10.0, 90.0);
  }

  @Test
  void pelvisAndThoraxAreOutsideTheMeansAndTheNeckOutsideTheHead() {
    Person person = People.person("a.jpg", 0, MPII, 40);
    Prediction prediction = People.perfect(person);
    prediction.x()[MPII.index("pelvis")] += 1000;
    prediction.x()[MPII.index("thorax")] += 1000;
    Predictions predictions = new Predictions(List.of(prediction));

    MetricResult result = measure("pckh@0.5", MPII, List.of(person), predictions);
    assertThat(result.meanJointWeighted()).isEqualTo(100);
    assertThat(result.meanUnweighted()).isEqualTo(100);
    assertThat(result.joints()).containsEntry("pelvis", 0.0).containsEntry("thorax", 0.0);

    prediction.x()[MPII.index("upper_neck")] += 1000;
    result = measure("pckh@0.5", MPII, List.of(person), predictions);
    assertThat(result.meanJointWeighted()).isCloseTo(100 * 13 / 14.0, within(1e-9));
    assertThat(result.meanUnweighted()).isCloseTo(100 * 13 / 14.0, within(1e-9));
    assertThat(result.groups()).containsEntry("head", 100.0);
    assertThat(result.groups().keySet())
        .containsExactly("head", "shoulder", "elbow", "wrist", "hip", "knee", "ankle");
  }

  @Test
  void lspsHeadIsNeckAndHeadTopAndSidesAreAveraged() {
    Person person = People.person("a.jpg", 0, LSP, Double.NaN);
    person.x()[LSP.index("left_shoulder")] = 100;
    Prediction prediction = People.perfect(person);
    prediction.x()[LSP.index("neck")] += 21;
    prediction.x()[LSP.index("right_knee")] += 19;
    prediction.x()[LSP.index("left_knee")] -= 21;
    MetricResult result =
        measure("pck@0.2", LSP, List.of(person), new Predictions(List.of(prediction)));
    assertThat(result.groups())
        .containsEntry("head", 50.0)
        .containsEntry("knee", 50.0)
        .containsEntry("hip", 100.0);
    assertThat(result.meanJointWeighted()).isCloseTo(100 * 12 / 14.0, within(1e-9));
  }

  @Test
  void bothMeansCountAnnotatedJointsOccludedOnesToo() {
    // Knees: 1 of 1 right. Wrists: 1 of 3 right. Pooled 2/4, plain mean 2/3.
    Skeleton skeleton = new Skeleton(List.of("left_knee", "left_wrist"), List.of(), List.of());
    List<Person> people = new ArrayList<>();
    Predictions predictions = new Predictions();
    for (int i = 0; i < 3; i++) {
      Person person = People.person("im" + i, 0, skeleton, 10);
      person.visibility()[0] = i == 0 ? Person.OCCLUDED : Person.NOT_ANNOTATED;
      Prediction prediction = People.perfect(person);
      prediction.y()[1] += i == 0 ? 0 : 6;
      people.add(person);
      predictions.add(prediction);
    }
    MetricResult result = measure("pckh@0.5", skeleton, people, predictions);
    assertThat(result.meanJointWeighted()).isEqualTo(50);
    assertThat(result.meanUnweighted()).isCloseTo(200 / 3.0, within(1e-9));
    assertThat(result.counted()).isEqualTo(Map.of("left_knee", 1, "left_wrist", 3));
  }

  @Test
  void aPersonWithoutAPredictionIsWrongAndReported() {
    List<Person> people = People.random(LSP, 4, new Random(5));
    Predictions predictions = People.perfect(people.subList(0, 3));
    predictions.add(Prediction.empty("elsewhere.jpg", 0, LSP.size()));

    MetricResult result = measure("pckh@0.5", LSP, people, predictions);
    assertThat(result.meanJointWeighted()).isEqualTo(75);
    assertThat(result.missing()).isEqualTo(1);
    assertThat(result.notes())
        .containsExactly("1 person without a prediction: all joints count as wrong");
    assertThat(predictions.missing(people)).containsExactly(people.get(3));
    assertThat(predictions.unknown(people))
        .extracting(Prediction::image)
        .containsExactly("elsewhere.jpg");
  }

  @Test
  void peopleWithoutATorsoAreLeftOutAndReported() {
    List<Person> people = People.random(LSP, 3, new Random(6));
    people.get(0).visibility()[LSP.index("left_shoulder")] = Person.NOT_ANNOTATED;
    people.get(1).visibility()[LSP.index("right_hip")] = Person.NOT_ANNOTATED;
    MetricResult result = measure("pck@0.2", LSP, people, People.perfect(people));
    assertThat(result.leftOut()).isEqualTo(2);
    assertThat(result.counted().values()).containsOnly(1);
    assertThat(result.notes())
        .containsExactly("2 people without left_shoulder and right_hip left out of pck@0.2");
  }

  @Test
  void aMetricThatNobodyCanBeMeasuredInSaysSo() {
    List<Person> people = List.of(People.person("a.jpg", 0, LSP, Double.NaN));
    assertThatThrownBy(
            () ->
                Evaluation.of(
                    People.dataset(LSP, Metric.PCK_02),
                    "val",
                    people,
                    Map.of("h1", People.perfect(people)),
                    List.of(PoseMetric.parse("pckh@0.5")),
                    Details.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "made-up: split val: metric pckh@0.5: found no person with a head box, expected at"
                + " least one; choose another --metric");
  }

  @Test
  void aJointThatNobodyHasIsNotANumberAndOutsideTheMean() {
    List<Person> people = People.random(LSP, 3, new Random(7));
    people.forEach(p -> p.visibility()[LSP.index("neck")] = Person.NOT_ANNOTATED);
    MetricResult result = measure("pck@0.2", LSP, people, People.perfect(people));
    assertThat(result.joints().get("neck")).isNaN();
    assertThat(result.meanUnweighted()).isEqualTo(100);
    assertThat(result.groups()).containsEntry("head", 100.0);
  }

  /**
   * Joints of one person succeed and fail together here, so an interval that took joints for
   * independent would be far too narrow.
   */
  @Test
  void intervalsCoverTheTruthNineteenTimesInTwenty() {
    Random random = new Random(8);
    int covered = 0;
    int trials = 400; // the share's own deviation is 0.01
    for (int trial = 0; trial < trials; trial++) {
      List<Person> people = People.random(LSP, 80, random);
      Predictions predictions = new Predictions();
      for (Person person : people) {
        double move = random.nextDouble() < 0.6 ? 0 : 1;
        predictions.add(People.moved(person, LSP, ReferenceLength.TORSO, move, 0));
      }
      MetricResult result =
          MetricResult.of(PoseMetric.parse("pck@0.2"), "h1", LSP, people, predictions, true);
      Interval interval = result.interval95();
      assertThat(interval).isNotNull();
      assertThat(result.meanJointWeighted()).isBetween(interval.low(), interval.high());
      covered += interval.low() <= 60 && 60 <= interval.high() ? 1 : 0;
    }
    assertThat((double) covered / trials).isBetween(0.92, 0.98);
  }

  @Test
  void everyNumberHasAnIntervalAroundIt() {
    List<Person> people = People.random(MPII, 60, new Random(10));
    people.forEach(p -> p.visibility()[MPII.index("thorax")] = Person.NOT_ANNOTATED);
    Predictions predictions = People.perfect(people.subList(0, 45));
    MetricResult result =
        MetricResult.of(PoseMetric.parse("pckh@0.5"), "h1", MPII, people, predictions, true);
    Summary<Interval> intervals = result.intervals95();
    assertThat(intervals).isNotNull();
    // 45 of 60: 1.96 standard deviations of a share of 75 % are 11 points.
    assertThat(intervals.meanUnweighted().low()).isBetween(60.0, 67.0);
    assertThat(intervals.meanUnweighted().high()).isBetween(83.0, 90.0);
    assertThat(intervals.groups()).hasSize(7).containsValue(intervals.joints().get("head_top"));
    assertThat(intervals.joints()).hasSize(16).containsEntry("left_knee", result.interval95());
    assertThat(intervals.joints().get("thorax").low()).isNaN();
  }

  @Test
  void theSameDataGiveTheSameInterval() {
    Random random = new Random(9);
    List<Person> people = People.random(LSP, 40, random);
    Predictions predictions = People.perfect(people.subList(0, 30));
    PoseMetric metric = PoseMetric.parse("pck@0.2");
    assertThat(MetricResult.of(metric, "h1", LSP, people, predictions, true))
        .isEqualTo(MetricResult.of(metric, "h1", LSP, people, predictions, true));
  }
}
