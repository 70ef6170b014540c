package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.io.Json;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Published predictions as a script measures them: without a model, without native libraries.
 * Skipped where {@code $SADI_SHARED/oracles} is absent.
 */
class EvalIT {
  @TempDir private Path folder;

  private Path mpii;

  @BeforeEach
  void findTheOracles() {
    mpii = Shared.require("oracles/mpii-val").toAbsolutePath();
  }

  private static void ended(BinSadi.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private static JsonObject object(String json) {
    return JsonParser.parseString(json).getAsJsonObject();
  }

  @TestFactory
  List<DynamicTest> publishedPredictionsGiveTheirScores() throws IOException {
    Path oracles = mpii.getParent();
    JsonObject expected = Json.readObject(oracles.resolve("expected.json"));
    List<DynamicTest> tests = new ArrayList<>();
    for (String dataset : expected.keySet()) {
      for (String name : expected.getAsJsonObject(dataset).keySet()) {
        JsonObject scores = expected.getAsJsonObject(dataset).getAsJsonObject(name);
        Path csv = oracles.resolve(dataset).resolve(name + ".csv");
        if (Files.exists(csv)) {
          tests.add(dynamicTest(dataset + "/" + name, () -> check(csv, scores)));
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private void check(Path csv, JsonObject expected) {
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            // No folder to unpack native libraries into, should anything ask for them.
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=/dev/null/none")
            .run(
                "eval",
                "-q",
                "--predictions",
                csv.toString(),
                "--data",
                csv.getParent().toString(),
                "--format",
                "json",
                "--intervals");
    ended(result);
    JsonObject measured = object(result.out()).getAsJsonArray("results").get(0).getAsJsonObject();
    double weighted = measured.get("mean_joint_weighted").getAsDouble();
    JsonObject pck = expected.getAsJsonObject("pck@0.2");
    assertThat(weighted)
        .isCloseTo(
            pck == null
                ? expected.get("mean_weighted").getAsDouble()
                : pck.get("mean").getAsDouble(),
            within(0.01));
    assertThat(measured.getAsJsonArray("interval_95").get(0).getAsDouble())
        .isBetween(weighted - 2, weighted - 0.3);
  }

  @Test
  void aModelIsComparedWithItsPredecessor() {
    BinSadi.Result result =
        new BinSadi()
            .in(mpii)
            .run(
                "eval",
                "--predictions",
                "bearpaw_hg_s2_b1.csv",
                "--compare",
                "bearpaw_hg_s1_b1.csv",
                "--data",
                ".",
                "--json");
    ended(result);
    assertThat(result.err()).isEmpty();
    JsonObject comparison =
        object(result.out()).getAsJsonArray("comparisons").get(0).getAsJsonObject();
    assertThat(comparison.getAsJsonObject("differences").get("mean_joint_weighted").getAsDouble())
        .isCloseTo(87.298985 - 85.084569, within(0.01));
    assertThat(comparison.getAsJsonArray("joints_up").toString())
        .contains("right_ankle", "left_wrist")
        .doesNotContain("thorax");
    assertThat(comparison.getAsJsonArray("joints_down")).isEmpty();
  }

  /** Where and how a published network is wrong on MPII, whose annotations say what is occluded. */
  @Test
  void whereAndHowANetworkIsWrong() {
    BinSadi.Result result =
        new BinSadi()
            .in(mpii)
            .run(
                "eval",
                "--predictions",
                "bearpaw_hg_s2_b1.csv",
                "--data",
                ".",
                "--by",
                "visibility,size,joints",
                "--errors",
                "--json");
    ended(result);
    JsonObject all = object(result.out());
    JsonObject rows = all.getAsJsonArray("by").get(0).getAsJsonObject();
    double mean =
        all.getAsJsonArray("results")
            .get(0)
            .getAsJsonObject()
            .get("mean_joint_weighted")
            .getAsDouble();
    double visible = percent(rows, 0);
    double occluded = percent(rows, 1);
    assertThat(occluded).isBetween(40.0, visible - 5);
    JsonObject kinds =
        all.getAsJsonArray("error_kinds").get(0).getAsJsonObject().getAsJsonObject("in_means");
    int sum = 0;
    for (String kind : List.of("right", "not_found", "inversion", "swap", "jitter", "miss")) {
      sum += kinds.get(kind).getAsInt();
    }
    assertThat(sum).isEqualTo(kinds.get("counted").getAsInt());
    assertThat(100.0 * kinds.get("right").getAsInt() / sum).isCloseTo(mean, within(1e-3));
    assertThat(kinds.get("inversion").getAsInt()).isGreaterThan(kinds.get("not_found").getAsInt());
  }

  private static double percent(JsonObject breakdown, int row) {
    JsonObject of = breakdown.getAsJsonArray("rows").get(row).getAsJsonObject();
    return of.get("percent").getAsDouble();
  }

  @Test
  void aScriptReadsOneNumber() {
    BinSadi.Result result =
        new BinSadi()
            .in(mpii)
            .shell(
                "sadi eval -q --predictions tompson.csv --data . --format csv"
                    + " --metric pckh@0.1..0.5,pckh-auc@0.5 |"
                    + " awk -F, '$3 == \"pckh@0.1\" && $6 == \"joint_weighted\" { print $7 }'");
    ended(result);
    assertThat(Double.parseDouble(result.out())).isCloseTo(28.974759, within(0.01));
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    Path half = folder.resolve("half.csv");
    List<String> lines = Files.readAllLines(mpii.resolve("tompson.csv"));
    Files.write(half, lines.subList(0, 1000));
    BinSadi.Result missing =
        new BinSadi().in(folder).run("eval", "--predictions", "half.csv", "--data", mpii + "");
    ended(missing);
    assertThat(missing.errLines())
        .singleElement()
        .asString()
        .contains("half.csv: nothing for 1959 of 2958 people, who count as wrong");
    assertThat(missing.out()).contains("1959 people without a prediction");

    Files.writeString(half, lines.get(1) + "\n" + lines.get(1) + "\n");
    BinSadi.Result noHeader =
        new BinSadi().in(folder).run("eval", "--predictions", "half.csv", "--data", mpii + "");
    assertThat(noHeader.exitCode()).isEqualTo(3);
    assertThat(noHeader.errLines()).singleElement().asString().contains("half.csv:1: found no");
  }
}
