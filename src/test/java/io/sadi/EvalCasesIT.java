package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Predictions and annotations as people have them, measured as they would: the folders of {@code
 * $SADI_SHARED/cases} that are for eval, and files of its own. A row that fails is somebody's file
 * that is refused, or worse, measured wrongly.
 */
class EvalCasesIT {
  @TempDir private Path folder;

  /** How a case's dataset is made, in a copy of its folder. */
  private static final Map<String, List<String>> PREPARE =
      Map.of(
          "coco-results-ids",
          coco("people.json", "images"),
          "coco-results-ids-silent",
          coco("people.json", "images"),
          "eval-multi-person",
          coco("people.json", "images"),
          "eval-missing-joints",
          csv("joints.csv", "photos"),
          "eval-mmpose-inferencer",
          csv("joints.csv", "photos"),
          "eval-hrnet-pred-mat",
          List.of("mpii", "--annotations", "valid.json", "--images", "images"));

  /**
   * What predictions of a case come to.
   *
   * @param mean joint-weighted; NaN where they are refused
   * @param wrist the right wrist alone
   * @param said on stderr, among others
   */
  private record Expected(
      String name, String predictions, double mean, double wrist, String said) {}

  private static final double WITHOUT_WRISTS = 100 * (6 * 14 - 3) / (6 * 14.0);
  private static final double REFUSED = Double.NaN;

  private static final List<Expected> EXPECTED =
      List.of(
          new Expected("coco-results-ids", "results.json", 100, 100, ""),
          new Expected("coco-results-ids-silent", "results.json", 100, 100, ""),
          new Expected("eval-multi-person", "results.json", 100, 100, "for nobody in split val"),
          missing("empty.csv"),
          missing("nan.csv"),
          missing("nan.json"),
          missing("null.json"),
          new Expected("eval-missing-joints", "noperson.csv", 100, 100, "say no person"),
          new Expected("eval-missing-joints", "dropped.csv", REFUSED, REFUSED, "no column neck_x"),
          new Expected("eval-mmpose-inferencer", "predictions", 100, 100, ""),
          new Expected("eval-mmpose-inferencer", "openpose", 100, 100, ""),
          new Expected("eval-mmpose-inferencer", "predictions.json", 100, 100, ""),
          new Expected("eval-mmpose-inferencer", "alphapose-results.json", 100, 100, "for nobody"),
          new Expected(
              "eval-mmpose-inferencer",
              "one.json",
              REFUSED,
              REFUSED,
              "one.json: found nobody but such as one.json, person 0"),
          new Expected("eval-hrnet-pred-mat", "pred.mat", 100, 100, ""));

  private static Expected missing(String file) {
    return new Expected(
        "eval-missing-joints",
        file,
        WITHOUT_WRISTS,
        50,
        file + ": 3 joints were not found (empty, NaN or null) and count as wrong");
  }

  private static List<String> coco(String annotations, String images) {
    return List.of("coco", "--annotations", annotations, "--images", images);
  }

  private static List<String> csv(String annotations, String images) {
    return List.of("csv", "--annotations", annotations, "--images", images);
  }

  @TestFactory
  List<DynamicTest> everyCaseComesToItsValue() throws IOException {
    Path cases = Shared.require("cases");
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : PREPARE.keySet().stream().sorted().toList()) {
      Path from = cases.resolve(name);
      if (Files.isDirectory(from)) {
        tests.add(dynamicTest(name, () -> check(name, from)));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private void check(String name, Path from) throws IOException {
    Path copy = folder.resolve(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path to = copy.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
    List<String> prepare = new ArrayList<>(List.of("prepare"));
    prepare.addAll(PREPARE.getOrDefault(name, List.of()));
    prepare.addAll(List.of("--split", "val=1.0", "--out", "data", "-q"));
    ended(new BinSadi().in(copy).run(prepare.toArray(String[]::new)));
    for (Expected expected : EXPECTED) {
      if (expected.name.equals(name)) {
        check(expected, copy);
      }
    }
  }

  private static void check(Expected expected, Path copy) {
    BinSadi.Result result =
        new BinSadi()
            .in(copy)
            .run("eval", "--predictions", expected.predictions, "--data", "data", "--json");
    assertThat(result.err()).as(expected.predictions).contains(expected.said);
    assertThat(result.errLines().stream().filter(line -> line.contains("not found")))
        .as("said once")
        .hasSizeLessThan(2);
    if (Double.isNaN(expected.mean)) {
      assertThat(result.exitCode()).as(expected.predictions).isEqualTo(3);
      return;
    }
    ended(result);
    JsonObject measured = first(result.out());
    assertThat(measured.get("mean_joint_weighted").getAsDouble())
        .as(expected.predictions)
        .isCloseTo(expected.mean, within(1e-3));
    assertThat(measured.getAsJsonObject("joints").get("right_wrist").getAsDouble())
        .as(expected.predictions)
        .isEqualTo(expected.wrist);
  }

  private static void ended(BinSadi.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private static JsonObject first(String json) {
    return JsonParser.parseString(json)
        .getAsJsonObject()
        .getAsJsonArray("results")
        .get(0)
        .getAsJsonObject();
  }

  /** Two people and a crowd in an image with a text id, nobody in another. */
  private static final String PEOPLE =
      """
      {"images":[{"id":"b","file_name":"b.jpg"},{"id":7,"file_name":"a.jpg"}],
       "categories":[{"id":3,"name":"person","keypoints":["left_hip","right_hip"]}],
       "annotations":[
        {"id":0,"image_id":"b","category_id":3,"iscrowd":0,"area":2500,"bbox":[0,0,50,50],
         "num_keypoints":2,"keypoints":[10,10,2,40,10,2]},
        {"id":1,"image_id":"b","category_id":3,"iscrowd":0,"area":40000,"bbox":[100,0,200,200],
         "num_keypoints":2,"keypoints":[150,50,2,250,50,1]},
        {"id":2,"image_id":"b","category_id":3,"iscrowd":1,"area":10000,"bbox":[500,0,100,100],
         "num_keypoints":0,"keypoints":[0,0,0,0,0,0]}]}
      """;

  /** The first person found, one in the crowd, one in the empty image, one of another image. */
  private static final String RESULTS =
      """
      [{"image_id":"b","category_id":3,"score":0.8,"keypoints":[10,10,1,40,10,1]},
       {"image_id":"b","category_id":3,"score":0.9,"keypoints":[520,20,1,550,20,1]},
       {"image_id":7,"category_id":3,"score":0.1,"keypoints":[10,10,1,40,10,1]},
       {"image_id":99,"category_id":3,"score":1.0,"keypoints":[10,10,1,40,10,1]}]
      """;

  @Test
  void aCocoFileIsMeasuredWithoutAFolder() throws IOException {
    Files.writeString(folder.resolve("people.json"), PEOPLE);
    Files.writeString(folder.resolve("results.json"), RESULTS);
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .run("eval", "--predictions", "results.json", "--data", "people.json", "--json");
    ended(result);
    JsonObject measured = first(result.out());
    assertThat(measured.get("metric").getAsString()).isEqualTo("oks");
    // Found first, before anything wrong: a precision of 1 up to a recall of 1/2.
    assertThat(measured.get("AP").getAsDouble()).isCloseTo(100 * 51 / 101.0, within(1e-3));
    assertThat(measured.get("AR").getAsDouble()).isEqualTo(50);
    assertThat(measured.get("APm").getAsDouble()).isEqualTo(100);
    assertThat(measured.get("APl").getAsDouble()).isZero();
    assertThat(measured.get("ignored").getAsInt()).isEqualTo(1);
    assertThat(result.errLines())
        .anySatisfy(line -> assertThat(line).contains("sigmas are a guess", "--oks-sigmas"))
        .anySatisfy(line -> assertThat(line).contains("an annotation has the id 0"))
        .anySatisfy(line -> assertThat(line).contains("1 of 4 predictions are for images outside"));
  }

  @Test
  void twoFilesOfResultsAreComparedInEveryFormat() throws IOException {
    Files.writeString(folder.resolve("people.json"), PEOPLE);
    Files.writeString(folder.resolve("new.json"), RESULTS);
    Files.writeString(folder.resolve("old.json"), RESULTS.replace("[10,10,1", "[11,12,1"));
    for (String format : List.of("table", "markdown", "csv")) {
      BinSadi.Result result =
          new BinSadi()
              .in(folder)
              .run(
                  "eval",
                  "-q",
                  "--predictions",
                  "new.json",
                  "--compare",
                  "old.json",
                  "--data",
                  "people.json",
                  "--intervals",
                  "--oks-sigmas",
                  "0.107,0.107",
                  "--format",
                  format);
      ended(result);
      assertThat(result.err()).doesNotContain("a guess");
      for (String name : List.of("AP", "AP50", "AP75", "APm", "APl", "AR", "ARl")) {
        assertThat(result.out()).containsPattern("[ ,|\n]" + name + "[ ,|\n]");
      }
      assertThat(result.out()).contains("left_hip", "minus baseline");
    }
  }

  @Test
  void whatIsWrongWithSigmasIsSaidBeforeAnythingIsMeasured() throws IOException {
    Files.writeString(folder.resolve("people.json"), PEOPLE);
    Files.writeString(folder.resolve("results.json"), RESULTS);
    String eval = "sadi eval --predictions results.json --data people.json ";
    BinSadi.Result few = new BinSadi().in(folder).shell(eval + "--oks-sigmas 0.1");
    assertThat(few.exitCode()).isEqualTo(2);
    assertThat(few.errLines().get(0)).contains("--oks-sigmas: found 1 numbers, expected 2");
    BinSadi.Result needless =
        new BinSadi().in(folder).shell(eval + "--metric pck-box@0.1 --oks-sigmas 0.1,0.1");
    assertThat(needless.exitCode()).isEqualTo(2);
    assertThat(needless.errLines().get(0)).contains("--oks-sigmas is for --metric oks");
  }

  @Test
  void aDatasetMayBeMeasuredInOks() throws IOException {
    Files.writeString(folder.resolve("people.json"), PEOPLE.replace("\"b\"", "4"));
    Files.writeString(folder.resolve("results.json"), RESULTS.replace("\"b\"", "4"));
    Path data = Files.createDirectories(folder.resolve("data/annotations")).getParent();
    Files.copy(folder.resolve("people.json"), data.resolve("annotations/val.json"));
    Files.writeString(
        data.resolve("dataset.yaml"),
        "name: two\njoints: [left_hip, right_hip]\nflip_pairs: [[left_hip, right_hip]]\n"
            + "metric: oks\n");
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .run("eval", "--predictions", "results.json", "--data", "data", "--json");
    ended(result);
    assertThat(first(result.out()).get("AP").getAsDouble())
        .isCloseTo(100 * 51 / 101.0, within(1e-3));
  }
}
