package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What pycocotools says of made-up people and results must come out here: whoever compares with a
 * published AP compares with that. Every folder of {@code $SADI_SHARED/oracles/oks} is taken;
 * without it the test says that it is skipped.
 */
class AveragePrecisionOracleTest {
  @TestFactory
  List<DynamicTest> theNumbersArePycocotools() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> folders = Files.list(Shared.require("oracles/oks"))) {
      for (Path folder : folders.sorted().toList()) {
        tests.add(dynamicTest(folder.getFileName() + ", sigmas given", () -> check(folder, true)));
        if (folder.getFileName().toString().startsWith("coco17")
            || folder.getFileName().toString().startsWith("lsp14")) {
          tests.add(
              dynamicTest(folder.getFileName() + ", sigmas known", () -> check(folder, false)));
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private static void check(Path folder, boolean given) throws IOException {
    JsonObject expected = Json.readObject(folder.resolve("expected.json"));
    Dataset dataset = DatasetReader.readFolderOrFile(folder.resolve("ground_truth.json"));
    String split = DatasetReader.WHOLE_FILE;
    List<Person> people = DatasetReader.people(dataset, split);
    List<String> texts =
        expected.getAsJsonArray("sigmas").asList().stream().map(JsonElement::getAsString).toList();
    OksSigmas sigmas = given ? OksSigmas.parse(texts, dataset.skeleton(), "sigmas") : null;
    OksTruth truth = OksTruth.read(dataset, split, sigmas);
    Predictions results =
        PredictionsFile.read(folder.resolve("results.json"), dataset, split, people, Progress.NONE);
    MetricResult result =
        MetricResult.of(
            PoseMetric.OKS, "predictions", dataset.skeleton(), people, results, truth, false);
    AveragePrecision precision = result.averagePrecision();
    assertThat(precision).isNotNull();
    for (String name : AveragePrecision.NAMES) {
      double value = precision.values().getOrDefault(name, Double.NaN);
      double theirs = expected.get(name).getAsDouble();
      if (theirs < 0) { // how pycocotools says that nobody counts
        assertThat(value).as(name).isNaN();
      } else {
        assertThat(value).as(name).isCloseTo(100 * theirs, within(0.001));
      }
    }
    if (expected.has("results")) {
      assertThat(precision.detections()).isEqualTo(expected.get("results").getAsInt());
    }
    if (expected.has("people")) {
      assertThat(precision.people() + precision.ignored())
          .isEqualTo(expected.get("people").getAsInt());
    }
  }
}
