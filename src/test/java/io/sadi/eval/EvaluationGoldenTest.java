package io.sadi.eval;

import io.sadi.data.Fingerprint;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.eval.Fusion.ChosenOn;
import io.sadi.testing.Golden;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scripts of others read these files: a byte that moves unasked breaks them. */
class EvaluationGoldenTest {
  private static final Skeleton SKELETON =
      Skeleton.named(
          List.of("left_shoulder", "right_shoulder", "left_hip", "right_hip", "neck", "thorax"),
          List.of(),
          "test");

  @ParameterizedTest
  @EnumSource(EvaluationFormat.class)
  void everyFormatOfEverything(EvaluationFormat format) throws IOException {
    Golden.check("eval/everything." + format.extension(), format.write(everything()));
  }

  @ParameterizedTest
  @EnumSource(EvaluationFormat.class)
  void everyFormatOfPercentagesAlone(EvaluationFormat format) throws IOException {
    Evaluation percentages =
        evaluation(List.of("pckh@0.5", "oks"), Details.NONE).withNetwork(everything().network());
    Golden.check("eval/percentages." + format.extension(), format.write(percentages));
  }

  /** All that can be asked for, with joints that are not annotated and some that are not found. */
  private static Evaluation everything() {
    Details details =
        new Details(true, true, true, List.of(Breakdown.By.values()), true, "baseline");
    Evaluation evaluation = evaluation(List.of("pck@0.2", "oks"), details);
    List<Person> people = People.random(SKELETON, 2, new Random(1));
    return evaluation.withNetwork(
        new MeasuredNetwork(
            "best.safetensors",
            7,
            Fingerprint.of("val", people, SKELETON),
            TestProtocol.PLAIN,
            new Fusion(0.05, ChosenOn.HALVES, List.of(0.02, 0.1))));
  }

  private static Evaluation evaluation(List<String> metrics, Details details) {
    Random random = new Random(3);
    List<Person> people = People.random(SKELETON, 30, random);
    for (Person person : people) {
      for (int k = 0; k < SKELETON.size(); k++) {
        int drawn = random.nextInt(8);
        person.visibility()[k] =
            drawn == 0 ? Person.NOT_ANNOTATED : drawn < 3 ? Person.OCCLUDED : Person.VISIBLE;
      }
    }
    Map<String, Predictions> predictions = new LinkedHashMap<>();
    predictions.put("predictions", near(people.subList(0, 29), 0.12, random));
    predictions.put("baseline", near(people, 0.2, random));
    return Evaluation.of(
        People.dataset(SKELETON, Metric.PCK_02),
        "val",
        people,
        OksTruth.of(people, SKELETON),
        predictions,
        metrics.stream().map(PoseMetric::parse).toList(),
        details);
  }

  /** Predictions off by some head sizes, with scores and deviations. */
  private static Predictions near(List<Person> people, double off, Random random) {
    List<Prediction> all = new ArrayList<>();
    for (Person person : people) {
      Prediction prediction = People.perfect(person);
      for (int k = 0; k < SKELETON.size(); k++) {
        double sigma = off * person.headSize() * (1 + 3 * random.nextDouble());
        prediction.x()[k] += (float) (sigma * random.nextGaussian());
        prediction.y()[k] += (float) (sigma * random.nextGaussian());
        prediction.sigmaX()[k] = (float) sigma;
        prediction.sigmaY()[k] = (float) sigma;
        prediction.score()[k] = random.nextFloat();
        if (random.nextInt(9) == 0) {
          prediction.x()[k] = Float.NaN;
          prediction.y()[k] = Float.NaN;
        }
      }
      all.add(prediction);
    }
    return new Predictions(all);
  }
}
