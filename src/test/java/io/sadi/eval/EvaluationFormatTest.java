package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sadi.data.Fingerprint;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.eval.Fusion.ChosenOn;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other programs read these; a person must see at once which mean is which. */
class EvaluationFormatTest {
  private static final Details INTERVALS = new Details(true, false, false, null);
  private static final Details QUANTILES = new Details(false, true, false, null);

  private final Locale locale = Locale.getDefault();

  /** Digits, decimal point and upper case of their own, all at once. */
  @BeforeEach
  void useAForeignLocale() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
  }

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(locale);
  }

  /** Three of four people predicted, one of the four without a torso. */
  private static Evaluation evaluation(Details details) {
    Skeleton skeleton = Skeleton.lsp14();
    List<Person> people = People.random(skeleton, 4, new Random(1));
    people.get(0).visibility()[skeleton.index("right_hip")] = Person.NOT_ANNOTATED;
    Map<String, Predictions> predictions = new LinkedHashMap<>();
    predictions.put("h1", People.perfect(people.subList(0, 3)));
    predictions.put("mu", People.perfect(people));
    return Evaluation.of(
        People.dataset(skeleton, Metric.PCK_02),
        "val",
        people,
        predictions,
        List.of(PoseMetric.parse("pck@0.2"), PoseMetric.parse("pckh@0.5")),
        details);
  }

  /** Which network, on whom, and whether the number of fused is one for others, too. */
  @Test
  void networkThatWasMeasuredIsSaid(@TempDir Path folder) throws IOException {
    List<Person> people = People.random(Skeleton.lsp14(), 4, new Random(1));
    Fingerprint measured = Fingerprint.of("val", people, Skeleton.lsp14());
    for (ChosenOn chosenOn : ChosenOn.values()) {
      List<Double> halves = chosenOn == ChosenOn.HALVES ? List.of(0.02, 0.1) : List.of();
      Evaluation evaluation =
          evaluation(Details.NONE)
              .withNetwork(
                  new MeasuredNetwork(
                      "best.safetensors",
                      7,
                      measured,
                      new TestProtocol(true, List.of(0.9, 1.0), "dark"),
                      new Fusion(0.05, chosenOn, halves)));
      Path file = folder.resolve(chosenOn + ".json");
      Json.write(file, EvaluationFormat.json(evaluation));
      assertThat(EvaluationReader.read(file).network()).isEqualTo(evaluation.network());
      String table = EvaluationFormat.TABLE.write(evaluation);
      assertThat(
              table.contains("fused: its weight 0.05 was chosen on these people, which flatters"))
          .isEqualTo(chosenOn == ChosenOn.SAME_PEOPLE);
      assertThat(table.contains("fused is h1: the network was trained without people"))
          .isEqualTo(chosenOn == ChosenOn.NOBODY);
    }
    assertThat(Json.readObject(folder.resolve("HALVES.json")).get("network").toString())
        .isEqualTo(
            "{\"file\":\"best.safetensors\",\"epoch\":7,\"measured_on\":{\"split\":\"val\","
                + "\"people\":4,\"sha256\":\""
                + measured.sha256()
                + "\"},\"test\":{\"flip\":true,\"scales\":[0.9,1.0],\"refine\":\"dark\"},\"fusion\":{\"weight\":0.05,\"chosen_on\":\"halves\","
                + "\"of_halves\":[0.02,0.1]}}");
    assertThat(Json.readObject(folder.resolve("SAME_PEOPLE.json")).get("network").toString())
        .contains("\"fusion\":{\"weight\":0.05,\"chosen_on\":\"same-people\"}");
  }

  /** A reader would look for a loss where there is none. */
  @Test
  void aDifferenceThatRoundsToNothingHasNoMinus() {
    Skeleton skeleton = Skeleton.lsp14();
    List<Person> people = People.random(skeleton, 200, new Random(1));
    Predictions perfect = People.perfect(people);
    Predictions nearly = People.perfect(people);
    Prediction first = nearly.all().iterator().next();
    first.x()[0] += 0.01f * (float) ReferenceLength.TORSO.of(people.get(0), skeleton);
    Map<String, Predictions> predictions = new LinkedHashMap<>();
    predictions.put("predictions", nearly);
    predictions.put("baseline", perfect);
    Evaluation evaluation =
        Evaluation.of(
            People.dataset(skeleton, Metric.PCK_02),
            "val",
            people,
            predictions,
            List.of(PoseMetric.parse("pck-auc@0.2")),
            new Details(true, false, false, "baseline"));
    double difference = evaluation.comparisons().get(0).differences().meanJointWeighted();
    assertThat(difference).isNegative().isGreaterThan(-0.005);
    for (EvaluationFormat format : EvaluationFormat.values()) {
      assertThat(format.write(evaluation))
          .as(format.toString())
          .doesNotContainPattern("-0[.]?0*([^.0-9]|$)");
    }
    assertThat(EvaluationFormat.TABLE.write(evaluation)).contains("+0.00");
  }

  @Test
  void jsonIsAsOtherProgramsReadIt() {
    String text = EvaluationFormat.JSON.write(evaluation(Details.NONE));
    JsonObject root = Json.parse(text, "json").getAsJsonObject();
    assertThat(root.keySet())
        .containsExactly("schema_version", "dataset", "split", "people", "results");
    assertThat(root.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(root.get("people").getAsInt()).isEqualTo(4);
    assertThat(root.getAsJsonArray("results")).hasSize(4);
    JsonObject result = root.getAsJsonArray("results").get(0).getAsJsonObject();
    assertThat(result.keySet())
        .containsExactly(
            "metric",
            "decode",
            "mean_joint_weighted",
            "mean_unweighted",
            "interval_95",
            "groups",
            "joints",
            "counted",
            "left_out",
            "missing");
    assertThat(result.get("metric").getAsString()).isEqualTo("pck@0.2");
    assertThat(result.get("decode").getAsString()).isEqualTo("h1");
    assertThat(result.get("mean_joint_weighted").toString()).isEqualTo("66.6667");
    assertThat(result.get("interval_95").isJsonNull()).isTrue();
    assertThat(result.getAsJsonObject("groups").keySet())
        .containsExactly("head", "shoulder", "elbow", "wrist", "hip", "knee", "ankle");
    assertThat(result.getAsJsonObject("counted").get("neck").getAsInt()).isEqualTo(3);
    assertThat(result.get("left_out").getAsInt()).isEqualTo(1);
    assertThat(result.get("missing").getAsInt()).isEqualTo(1);
  }

  @Test
  void intervalsAreTwoNumbers() {
    JsonObject root = EvaluationFormat.json(evaluation(INTERVALS));
    for (var result : root.getAsJsonArray("results")) {
      var interval = result.getAsJsonObject().getAsJsonArray("interval_95");
      assertThat(interval).hasSize(2);
      assertThat(interval.get(0).getAsDouble())
          .isLessThanOrEqualTo(result.getAsJsonObject().get("mean_joint_weighted").getAsDouble());
      JsonObject all = result.getAsJsonObject().getAsJsonObject("intervals_95");
      assertThat(all.get("mean_joint_weighted")).isEqualTo(interval);
      assertThat(all.getAsJsonObject("groups").keySet()).hasSize(7);
      assertThat(all.getAsJsonObject("joints").getAsJsonArray("neck")).hasSize(2);
    }
  }

  @Test
  void theTableLabelsBothMeansAndLinesUp() {
    assertThat(EvaluationFormat.TABLE.write(evaluation(Details.NONE)))
        .startsWith(
            """
            made-up, split val: 4 people

            metric    decode    head  shoulder   elbow   wrist     hip    knee   ankle  mean (joint-weighted)  mean (unweighted)
            pck@0.2   h1       66.67     66.67   66.67   66.67   66.67   66.67   66.67                  66.67              66.67
            pck@0.2   mu      100.00    100.00  100.00  100.00  100.00  100.00  100.00                 100.00             100.00
            """)
        .contains("joint           counted  pck@0.2 h1  pck@0.2 mu  counted  pckh@0.5 h1")
        .contains("right_ankle           3       66.67      100.00        4        75.00")
        .contains("\n1 person without left_shoulder and right_hip left out of pck@0.2\n")
        .endsWith("\n1 person without a prediction: all joints count as wrong\n");
  }

  @Test
  void markdownIsTheSameInPipes() {
    assertThat(EvaluationFormat.MARKDOWN.write(evaluation(INTERVALS)))
        .startsWith("### made-up, split val: 4 people\n\n| metric | decode | head |")
        .contains(
            "| mean (joint-weighted) | its 95 % interval | mean (unweighted) | its 95 % interval |\n"
                + "| --- | --- | ---: |")
        .contains("| pck@0.2 | mu | 100.00 |")
        .contains("| 100.00 | 100.00 to 100.00 | 100.00 | 100.00 to 100.00 |\n");
  }

  @Test
  void csvIsOneRowAValue() {
    String csv = EvaluationFormat.CSV.write(evaluation(INTERVALS));
    assertThat(csv)
        .startsWith("dataset,split,metric,decode,kind,name,value,counted,low,high\n")
        .containsPattern("\nmade-up,val,pck@0.2,h1,mean,joint_weighted,66.6667,,[0-9.]+,[0-9.]+\n")
        .contains("\nmade-up,val,pck@0.2,mu,mean,unweighted,100,,100,100\n")
        .containsPattern("\nmade-up,val,pckh@0.5,h1,joint,right_ankle,75,4,[0-9.]+,100\n")
        .contains("\nmade-up,val,pck@0.2,h1,people,left_out,1,,,\n");
    // 2 means, 7 groups, 14 joints, 3 counts; 4 results and a header.
    assertThat(csv.lines()).hasSize(4 * (2 + 7 + 14 + 3) + 1);
    assertThat(EvaluationFormat.CSV.write(evaluation(Details.NONE)))
        .contains("\nmade-up,val,pckh@0.5,h1,joint,right_ankle,75,4,,\n");
  }

  @Test
  void everyFormatHasTheErrorsQuantiles() {
    Evaluation evaluation = evaluation(QUANTILES);
    assertThat(evaluation.errors()).hasSize(4); // two references, two sets of predictions
    JsonObject errors =
        EvaluationFormat.json(evaluation)
            .getAsJsonArray("error_quantiles")
            .get(2)
            .getAsJsonObject();
    assertThat(errors.get("reference").getAsString()).isEqualTo("head");
    assertThat(errors.get("levels").toString()).isEqualTo("[0.5,0.75,0.9,0.95]");
    // Three of four people are perfect, nothing is known of the fourth.
    assertThat(errors.getAsJsonObject("joints").get("neck").toString())
        .isEqualTo("{\"counted\":4,\"lengths\":[0,0,null,null],\"pixels\":[0,0,null,null]}");
    assertThat(errors.getAsJsonObject("in_means").get("counted").getAsInt()).isEqualTo(4 * 14 - 1);
    assertThat(EvaluationFormat.CSV.write(evaluation))
        .contains("\nmade-up,val,head-error@0.75,h1,joint,neck,0,4,,\n")
        .contains("\nmade-up,val,pixel-error@0.9,h1,mean,joint_weighted,inf,55,,\n");
    assertThat(EvaluationFormat.TABLE.write(evaluation))
        .contains("\nErrors of h1: the share of joints that stays within\njoint ")
        .containsPattern("neck +4 +0.000 +0.000 +none +none +0.0 +0.0 +none +none\n");
    assertThat(EvaluationFormat.MARKDOWN.write(evaluation))
        .contains("| joint | counted | 50 %, head sizes | 75 %, head sizes |");
  }

  @Test
  void whatWasWrittenIsReadAgain(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("e.json");
    for (Details details : List.of(Details.NONE, INTERVALS)) {
      Evaluation evaluation = evaluation(details);
      Json.write(file, EvaluationFormat.json(evaluation));
      Evaluation read = EvaluationReader.read(file);
      assertThat(EvaluationFormat.json(read)).isEqualTo(EvaluationFormat.json(evaluation));
    }
  }
}
