package io.sadi.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sadi.cli.console.Console;
import io.sadi.cli.console.Terminal;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a script that measures predictions relies on. */
class EvalCommandTest {
  /** Two joints, so that a person is a short line; heads of 10 px, so that 5 px is right. */
  private static final Skeleton SKELETON =
      new Skeleton(
          List.of("left_wrist", "right_wrist"), List.of(new Skeleton.Pair(0, 1)), List.of());

  private final Path folder;
  private final Path data;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  EvalCommandTest(@TempDir Path folder) {
    this.folder = folder;
    this.data = folder.resolve("data é 1");
  }

  @BeforeEach
  void writeDatasetAndPredictions() throws IOException {
    writeDataset("val");
    // The second person's right wrist is 6 px off.
    Files.writeString(
        folder.resolve("p.csv"),
        """
        person,image,right_wrist_y,right_wrist_x,left_wrist_x,left_wrist_y
        0,b/1.jpg,50,40,20,30
        1,b/1.jpg,56,40,20,30
        """);
  }

  private void writeDataset(String split) throws IOException {
    Dataset dataset =
        new Dataset(data, "two wrists", SKELETON, Metric.PCKH_05, Map.of(), data.resolve("x"));
    DatasetWriter.write(dataset, "x", Map.of(), Map.of(split, List.of(person(0), person(1))));
  }

  private static Person person(int index) {
    return new Person(
        "b/1.jpg",
        index,
        100,
        100,
        new float[] {20, 40},
        new float[] {30, 50},
        new byte[] {Person.VISIBLE, Person.OCCLUDED},
        null,
        50,
        50,
        0.5,
        10,
        null);
  }

  private int eval(String... arguments) {
    String[] all =
        Stream.concat(Stream.of("eval", "--data", data.toString()), Stream.of(arguments))
            .toArray(String[]::new);
    return CommandLines.run(new SadiCommand(), new Console(out, err, Terminal.NONE), all);
  }

  private String predictions() {
    return folder.resolve("p.csv").toString();
  }

  @Test
  void printsATableWithBothMeansLabelled() {
    assertThat(eval("--predictions", predictions())).isZero();
    assertThat(out.toString(UTF_8))
        .startsWith("two wrists, split val: 2 people\n")
        .contains("wrist  mean (joint-weighted)  mean (unweighted)")
        .contains("75.00                  75.00              75.00")
        .containsPattern("right_wrist +2 +50.00");
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--format=json", "--json"})
  void jsonGoesToStdoutAlone(String option) {
    assertThat(eval("--predictions", predictions(), option, "--metric", "pckh@0.6,pckh-auc@0.5"))
        .isZero();
    JsonObject root = Json.parse(out.toString(UTF_8), "stdout").getAsJsonObject();
    assertThat(root.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(root.get("split").getAsString()).isEqualTo("val");
    assertThat(root.getAsJsonArray("results"))
        .extracting(r -> r.getAsJsonObject().get("mean_joint_weighted").getAsDouble())
        .containsExactly(100.0, 75.0);
  }

  @Test
  void theOutputFileAppearsAndIsNotReplacedUnasked() throws IOException {
    Path file = folder.resolve("deep/er/scores.csv");
    assertThat(eval("--predictions", predictions(), "--out", file.toString(), "--intervals"))
        .isZero();
    assertThat(Files.readString(file))
        .startsWith("dataset,split,metric,decode,kind,name,value,counted,low,high\n")
        .contains("pckh@0.5,predictions,mean,joint_weighted,75,,50,100\n");
    assertThat(out.toString(UTF_8)).isEmpty();

    Files.writeString(file, "mine");
    assertThat(eval("--predictions", predictions(), "--out", file.toString())).isEqualTo(3);
    assertThat(err.toString(UTF_8)).contains(file + ": exists already").hasLineCount(1);
    assertThat(Files.readString(file)).isEqualTo("mine");

    assertThat(eval("--predictions", predictions(), "--out", file.toString(), "--overwrite"))
        .isZero();
    assertThat(Files.readString(file)).startsWith("dataset,");
  }

  @Test
  void missingAndUnknownPeopleAreSaidAndTheMissingAreWrong() throws IOException {
    Files.writeString(
        folder.resolve("p.csv"),
        """
        image,person,right_wrist_x,right_wrist_y,left_wrist_x,left_wrist_y
        b/1.jpg,0,40,50,20,30
        b/2.jpg,0,40,50,20,30
        """);
    assertThat(eval("--predictions", predictions(), "--format", "csv")).isZero();
    assertThat(out.toString(UTF_8)).contains(",mean,joint_weighted,50,").contains("missing,1,");
    assertThat(err.toString(UTF_8))
        .contains("nothing for 1 of 2 people, who count as wrong; the first is b/1.jpg, person 1")
        .contains(
            "1 of 2 predictions are for images outside split val and do not count; the first is for"
                + " b/2.jpg");
  }

  @Test
  void theBaselineIsMeasuredAndSubtracted() throws IOException {
    Path old = folder.resolve("old.csv");
    Files.writeString(
        old,
        """
        image,person,right_wrist_x,right_wrist_y,left_wrist_x,left_wrist_y
        b/1.jpg,0,40,80,20,30
        """);
    assertThat(eval("--predictions", predictions(), "--compare", old.toString())).isZero();
    assertThat(out.toString(UTF_8))
        .containsPattern("pckh@0.5 +baseline +25.00 +25.00 +25.00")
        .contains("\npckh@0.5: predictions minus baseline, person by person\n")
        .containsPattern("mean \\(joint-weighted\\) +\\+50.00 +\\+50.00 to \\+50.00 +up\n")
        .containsPattern("left_wrist +\\+50.00 .* 2 +1 +0\n");
    assertThat(err.toString(UTF_8)).contains("old.csv: nothing for 1 of 2 people").hasLineCount(1);

    assertThat(eval("--predictions", predictions(), "--compare", folder + "/none.csv"))
        .isEqualTo(3);
    assertThat(err.toString(UTF_8)).contains("none.csv: no such file");
  }

  @Test
  void detailsAreAddedWhereTheyAreAskedFor() throws IOException {
    Files.writeString(
        folder.resolve("scored.csv"),
        """
        image,person,right_wrist_x,right_wrist_y,left_wrist_x,left_wrist_y,left_wrist_score
        b/1.jpg,0,40,50,20,30,0.9
        b/1.jpg,1,40,56,20,30,0.7
        """);
    String scored = folder.resolve("scored.csv").toString();
    assertThat(eval("--predictions", scored, "--quantiles", "--calibration")).isZero();
    assertThat(out.toString(UTF_8))
        .contains("\nErrors of predictions: the share of joints that stays within\n")
        .containsPattern("right_wrist +2 +0.000 +0.600 +0.600 +0.600 +0.0 +6.0 +6.0 +6.0\n")
        .contains("\nScores of predictions and pckh@0.5: expected calibration error (ECE)\n")
        .containsPattern("left_wrist +2 +80.00 +100.00 +20.00");
    assertThat(eval("--predictions", predictions(), "--calibration")).isEqualTo(3);
    assertThat(err.toString(UTF_8)).contains("found neither scores nor sigmas").hasLineCount(1);
  }

  @Test
  void predictionsOfOtherImagesAreRefused() throws IOException {
    Files.writeString(
        folder.resolve("p.csv"),
        """
        image,person,right_wrist_x,right_wrist_y,left_wrist_x,left_wrist_y
        c/1.jpg,0,40,50,20,30
        """);
    assertThat(eval("--predictions", predictions())).isEqualTo(3);
    assertThat(err.toString(UTF_8))
        .contains("found nobody but such as c/1.jpg, person 0")
        .contains("such as b/1.jpg, person 0")
        .hasLineCount(1);
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  /** pycocotools' results say which image by its id, and nothing of the person. */
  @Test
  void cocoResultsAreMeasuredByIdAndPlace() throws IOException {
    JsonObject annotated = Json.readObject(data.resolve("annotations/val.json"));
    String id = annotated.getAsJsonArray("images").get(0).getAsJsonObject().get("id").getAsString();
    Path results = folder.resolve("results.json");
    // The joints in dataset order; the first result is nearer to nobody else, as the two are equal.
    Files.writeString(
        results,
        """
        [{"image_id":%s,"category_id":1,"keypoints":[20,30,0.9,40,50,0.8],"score":0.7},
        {"image_id":%s,"category_id":1,"keypoints":[20,30,0.9,40,56,0.8],"score":0.6}]
        """
            .formatted(id, id));
    assertThat(eval("--predictions", results.toString(), "--format", "csv")).isZero();
    assertThat(out.toString(UTF_8)).contains(",mean,joint_weighted,75,").contains("missing,0,");
    assertThat(err.toString(UTF_8))
        .contains("results.json: 2 results say no person; each is for the one nearest to it")
        .hasLineCount(1);
  }

  @Test
  void withoutAValSplitTheTestSplitIsMeasuredAndSaid() throws IOException {
    Files.delete(data.resolve("annotations/val.json"));
    writeDataset("test");
    assertThat(eval("--predictions", predictions(), "--json")).isZero();
    assertThat(out.toString(UTF_8)).contains("\"split\":\"test\"");
    assertThat(err.toString(UTF_8)).contains("no split val; measuring split test");
  }

  @Test
  void withoutEitherTheSplitMustBeNamed() throws IOException {
    Files.delete(data.resolve("annotations/val.json"));
    writeDataset("train");
    assertThat(eval("--predictions", predictions())).isEqualTo(3);
    assertThat(err.toString(UTF_8)).contains("[train]").contains("--split").hasLineCount(1);
    assertThat(eval("--predictions", predictions(), "--split", "train")).isZero();
  }

  @Test
  void aDryRunSaysWhatItWouldDoAndStops() {
    Path file = folder.resolve("scores.json");
    assertThat(eval("--predictions", predictions(), "--out", file.toString(), "--dry-run"))
        .isZero();
    assertThat(err.toString(UTF_8))
        .contains("would measure pckh@0.5 of 2 people of two wrists, split val");
    assertThat(out.toString(UTF_8)).isEmpty();
    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--metric oks@0.5 | 2 | found 'oks@0.5', expected pckh@T",
        "--metric pckh@0.1..0.25 | 2 | --metric: metric: found 'pckh@0.1..0.25'",
        "--format xml | 2 | expected one of [table, csv, json, markdown]",
        "--by color | 2 | expected one of [visibility, size, joints, folder]",
        "--errors --metric oks | 2 | --errors needs a metric with a threshold",
        "--split none | 3 | no split 'none'",
        "--metric pck@0.2 | 3 | no person with left_shoulder and right_hip",
        "--bogus | 2 | --bogus"
      })
  void wrongOptionsAreOneLine(String options, int exitCode, String message) {
    String[] arguments =
        Stream.concat(Stream.of("--predictions", predictions()), Stream.of(options.split(" ")))
            .toArray(String[]::new);
    assertThat(eval(arguments)).isEqualTo(exitCode);
    assertThat(err.toString(UTF_8)).contains(message).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--split val | give one of --model and --predictions",
        "--predictions p.csv --model m | give one of --model and --predictions",
        "--predictions p.csv --flip | --flip is for --model, not for --predictions",
        "--predictions p.csv --save-predictions q.csv | --save-predictions is for --model",
        "--model m --save-predictions q.mat | --save-predictions writes CSV, .json, .jsonl or .coco",
        "--model m --decode h3 | expected one of [fused, fused-paper, h1, h2, mu] or all",
      })
  void aModelsOptionsBelongToAModel(String options, String message) {
    assertThat(eval(options.split(" "))).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains(message).hasLineCount(1);
  }

  @Test
  void jsonAndJsonlPredictionsGiveTheSame() throws IOException {
    assertThat(eval("--predictions", predictions(), "--json")).isZero();
    String fromCsv = out.toString(UTF_8);
    String image =
        """
        {"image":"b/1.jpg","width":100,"height":100,"people":[
        {"person":0,"keypoints":[{"name":"right_wrist","x":40,"y":50,"score":0.5,"sigma":[1,2]},
        {"name":"left_wrist","x":20,"y":30},{"name":"tail","x":0,"y":0}]},
        {"person":1,"keypoints":[{"name":"right_wrist","x":40,"y":56},
        {"name":"left_wrist","x":20,"y":30,"score":null}]}]}""";
    Path json = folder.resolve("p.json");
    Files.writeString(json, "{\"schema_version\":1,\"images\":[" + image + "]}");
    Path jsonl = folder.resolve("p.jsonl");
    Files.writeString(jsonl, image.replace("\n", " ") + "\n");
    for (Path file : List.of(json, jsonl)) {
      out.reset();
      assertThat(eval("--predictions", file.toString(), "--json")).isZero();
      assertThat(out.toString(UTF_8)).isEqualTo(fromCsv);
    }
  }
}
