package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whether a change made a model better must not be a matter of luck. */
class ComparisonTest {
  private static final Skeleton LSP = Skeleton.lsp14();
  private static final Details TO_BASELINE = new Details(false, false, false, "baseline");

  /** The share of people given is off by a torso, all joints at once. */
  private static Predictions wrong(List<Person> people, double share, Random random) {
    Predictions predictions = new Predictions();
    for (Person person : people) {
      double move = random.nextDouble() < share ? 1 : 0;
      predictions.add(People.moved(person, LSP, ReferenceLength.TORSO, move, 0));
    }
    return predictions;
  }

  private static Evaluation evaluation(
      List<Person> people, Predictions predictions, Predictions baseline, String metric) {
    Map<String, Predictions> sets = new LinkedHashMap<>();
    sets.put("predictions", predictions);
    sets.put("baseline", baseline);
    return Evaluation.of(
        People.dataset(LSP, Metric.PCK_02),
        "val",
        people,
        sets,
        List.of(PoseMetric.parse(metric)),
        TO_BASELINE);
  }

  private static Comparison compare(
      List<Person> people, Predictions predictions, Predictions baseline, String metric) {
    return evaluation(people, predictions, baseline, metric).comparisons().get(0);
  }

  @Test
  void differencesAreThoseOfThePercentages() {
    Random random = new Random(1);
    List<Person> people = People.random(LSP, 50, random);
    people.get(0).visibility()[LSP.index("left_hip")] = Person.NOT_ANNOTATED;
    people.get(1).visibility()[LSP.index("right_hip")] = Person.NOT_ANNOTATED; // no torso
    Predictions baseline = wrong(people, 0.5, random);
    Predictions predictions = wrong(people.subList(0, 40), 0.2, random); // 10 people missing
    for (String metric : List.of("pck@0.2", "pck-auc@0.2")) {
      Evaluation evaluation = evaluation(people, predictions, baseline, metric);
      MetricResult one = evaluation.results().get(0);
      MetricResult other = evaluation.results().get(1);
      Comparison comparison = evaluation.comparisons().get(0);
      assertThat(other.decode()).isEqualTo("baseline");
      assertThat(comparison.differences().meanJointWeighted())
          .isCloseTo(one.meanJointWeighted() - other.meanJointWeighted(), within(1e-9));
      assertThat(comparison.differences().meanUnweighted())
          .isCloseTo(one.meanUnweighted() - other.meanUnweighted(), within(1e-9));
      comparison
          .differences()
          .joints()
          .forEach(
              (joint, difference) ->
                  assertThat(difference)
                      .as(joint)
                      .isCloseTo(
                          one.joints().get(joint) - other.joints().get(joint), within(1e-9)));
      Comparison.Moved hip = comparison.joints().get("left_hip");
      assertThat(hip.counted()).isEqualTo(48);
      assertThat(comparison.differences().joints().get("left_hip"))
          .isCloseTo(100 * (hip.better() - hip.worse()) / 48.0, within(1e-9));
    }
  }

  /** One wrist alone is better, on people where all else is equally wrong in both. */
  @Test
  void onlyWhatMovedIsSaidToHaveMoved() {
    List<Person> people = People.random(LSP, 200, new Random(2));
    Predictions predictions = wrong(people, 0.4, new Random(3));
    Predictions baseline = wrong(people, 0.4, new Random(3)); // the same errors
    int wrist = LSP.index("right_wrist");
    for (Person person : people.subList(0, 30)) {
      Prediction right = predictions.of(person);
      Prediction wrong = baseline.of(person);
      assertThat(right).isNotNull();
      assertThat(wrong).isNotNull();
      right.x()[wrist] = person.x()[wrist];
      wrong.x()[wrist] = person.x()[wrist] + 10_000;
    }
    Comparison comparison = compare(people, predictions, baseline, "pck@0.2");
    comparison
        .intervals95()
        .joints()
        .forEach(
            (joint, interval) ->
                assertThat(Comparison.direction(interval))
                    .as(joint)
                    .isEqualTo(joint.equals("right_wrist") ? "up" : ""));
    assertThat(comparison.differences().joints()).containsEntry("right_wrist", 15.0);
    // 15 % of 200 people: a standard deviation of 2.5. Unpaired it would be 4.9.
    Interval interval = comparison.intervals95().joints().get("right_wrist");
    assertThat(interval.high() - interval.low()).isBetween(8.0, 12.0);
    assertThat(comparison.joints().get("right_wrist")).isEqualTo(new Comparison.Moved(200, 30, 0));

    Comparison turned = compare(people, baseline, predictions, "pck@0.2");
    assertThat(Comparison.direction(turned.intervals95().joints().get("right_wrist")))
        .isEqualTo("down");
    assertThat(turned.differences().meanUnweighted())
        .isEqualTo(-comparison.differences().meanUnweighted());
  }

  /** Two equally good sets of predictions differ by chance, beyond the interval 1 time in 20. */
  @Test
  void equallyGoodPredictionsSeldomLookDifferent() {
    Random random = new Random(4);
    int different = 0;
    for (int trial = 0; trial < 150; trial++) {
      List<Person> people = People.random(LSP, 60, random);
      Comparison comparison =
          compare(people, wrong(people, 0.3, random), wrong(people, 0.3, random), "pck@0.2");
      Interval interval = comparison.intervals95().meanJointWeighted();
      different += Comparison.direction(interval).isEmpty() ? 0 : 1;
    }
    // 7.5 expected, standard deviation 2.7.
    assertThat(different).isBetween(1, 16);
  }

  @Test
  void everyFormatSaysWhatIsSubtractedFromWhat() {
    List<Person> people = People.random(LSP, 20, new Random(5));
    Evaluation evaluation =
        evaluation(
            people, People.perfect(people), People.perfect(people.subList(0, 10)), "pck@0.2");
    JsonObject json =
        EvaluationFormat.json(evaluation).getAsJsonArray("comparisons").get(0).getAsJsonObject();
    assertThat(json.get("metric").getAsString()).isEqualTo("pck@0.2");
    assertThat(json.get("decode").getAsString()).isEqualTo("predictions");
    assertThat(json.get("minus").getAsString()).isEqualTo("baseline");
    assertThat(json.getAsJsonObject("differences").get("mean_joint_weighted").getAsInt())
        .isEqualTo(50);
    assertThat(json.getAsJsonObject("intervals_95").getAsJsonArray("mean_unweighted")).hasSize(2);
    assertThat(json.getAsJsonObject("joints").get("neck").toString())
        .isEqualTo("{\"counted\":20,\"better\":10,\"worse\":0}");
    assertThat(json.getAsJsonArray("joints_up")).hasSize(14);
    assertThat(json.getAsJsonArray("joints_down")).isEmpty();
    assertThat(EvaluationFormat.CSV.write(evaluation))
        .containsPattern(
            "\nmade-up,val,pck@0.2,predictions minus baseline,joint,neck,50,20,[0-9.]+,[0-9.]+\n");
    assertThat(EvaluationFormat.TABLE.write(evaluation))
        .contains("\npck@0.2: predictions minus baseline, person by person\n")
        .containsPattern("\nneck +\\+50.00 +\\+[0-9.]+ to \\+[0-9.]+ +up +20 +10 +0\n");
    assertThat(EvaluationFormat.MARKDOWN.write(evaluation))
        .contains("|  | difference | its 95 % interval | moved | counted | better | worse |");
  }
}
