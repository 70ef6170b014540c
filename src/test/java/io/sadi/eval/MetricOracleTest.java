package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.Json;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Published predictions on the real ground truth of MPII and LSP must give their published scores.
 * Every folder of {@code $SADI_SHARED/oracles} with CSV files is taken; without it the test says
 * that it is skipped.
 */
class MetricOracleTest {
  private static final Offset<Double> HUNDREDTH = within(0.01);

  @TestFactory
  List<DynamicTest> publishedPredictionsGiveTheirScores() throws IOException {
    Path oracles = Shared.require("oracles");
    JsonObject expected = Json.readObject(oracles.resolve("expected.json"));
    List<DynamicTest> tests = new ArrayList<>();
    for (Path folder : list(oracles)) {
      for (Path csv : Files.isDirectory(folder) ? list(folder) : List.<Path>of()) {
        String dataset = folder.getFileName().toString();
        String name = csv.getFileName().toString();
        if (name.endsWith(".csv")) {
          name = name.substring(0, name.length() - ".csv".length());
          JsonElement scores =
              expected.has(dataset) ? expected.getAsJsonObject(dataset).get(name) : null;
          tests.add(dynamicTest(dataset + "/" + name, () -> check(folder, csv, scores)));
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private static void check(Path folder, Path csv, @Nullable JsonElement scores)
      throws IOException {
    assertThat(scores).as("scores of %s in expected.json", csv).isNotNull();
    Dataset dataset = DatasetReader.read(folder);
    String split = dataset.splits().keySet().iterator().next();
    List<Person> people = DatasetReader.people(dataset, split);
    Predictions predictions = PredictionsFile.read(csv, dataset.skeleton().joints());
    assertThat(predictions.missing(people)).isEmpty();
    assertThat(predictions.unknown(people)).isEmpty();

    JsonObject expected = scores.getAsJsonObject();
    if (expected.has("per_joint_lt")) { // PCKh, as MPII's tools print it
      MetricResult at05 = measure("pckh@0.5", dataset, people, predictions);
      checkJoints(at05, expected.getAsJsonArray("per_joint_lt"));
      checkGroups(at05, expected.getAsJsonObject("groups"));
      checkMeans(at05, expected, "mean_weighted", "mean_unweighted");
      assertThat(countedInMean(at05)).isEqualTo(expected.get("annotated_count14").getAsInt());
      MetricResult at01 = measure("pckh@0.1", dataset, people, predictions);
      checkMeans(at01, expected, "mean_weighted_thr0.1", "mean_unweighted_thr0.1");
    } else { // PCK, a score for each threshold
      assertThat(expected.keySet()).isNotEmpty();
      for (String metric : expected.keySet()) {
        MetricResult result = measure(metric, dataset, people, predictions);
        JsonObject at = expected.getAsJsonObject(metric);
        checkJoints(result, at.getAsJsonArray("per_joint"));
        checkGroups(result, at.getAsJsonObject("groups"));
        checkMeans(result, at, "mean", "mean"); // all of LSP is annotated, so they are the same
      }
    }
  }

  private static MetricResult measure(
      String metric, Dataset dataset, List<Person> people, Predictions predictions) {
    return MetricResult.of(
        PoseMetric.parse(metric), "predictions", dataset.skeleton(), people, predictions, false);
  }

  private static void checkJoints(MetricResult result, JsonArray expected) {
    assertThat(result.joints()).hasSize(expected.size());
    int k = 0;
    for (String joint : result.joints().keySet()) {
      assertThat(result.joints().get(joint))
          .as(joint)
          .isCloseTo(expected.get(k++).getAsDouble(), HUNDREDTH);
    }
  }

  private static void checkGroups(MetricResult result, JsonObject expected) {
    assertThat(result.groups().keySet()).isEqualTo(expected.keySet());
    for (String group : expected.keySet()) {
      assertThat(result.groups().get(group))
          .as(group)
          .isCloseTo(expected.get(group).getAsDouble(), HUNDREDTH);
    }
  }

  private static void checkMeans(
      MetricResult result, JsonObject expected, String weighted, String unweighted) {
    assertThat(result.meanJointWeighted())
        .as(weighted)
        .isCloseTo(expected.get(weighted).getAsDouble(), HUNDREDTH);
    assertThat(result.meanUnweighted())
        .as(unweighted)
        .isCloseTo(expected.get(unweighted).getAsDouble(), HUNDREDTH);
  }

  private static int countedInMean(MetricResult result) {
    return result.counted().entrySet().stream()
        .filter(entry -> JointGroups.inMean(entry.getKey()))
        .mapToInt(entry -> entry.getValue())
        .sum();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
