package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.Progress;
import io.sadi.reference.SlowPck;
import io.sadi.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Made-up people and predictions of {@code test-data/metrics}, measured by the product and once
 * more by slow counting from the files. A user loses here that his percentages can be compared with
 * published ones.
 */
class SmallMetricsTest {
  private static final Path FOLDER = TestData.path("metrics");
  private static final Path TRUTH = FOLDER.resolve("ground_truth.json");
  private static final Path PREDICTIONS = FOLDER.resolve("predictions.csv");
  private static final Path RESULTS = FOLDER.resolve("results.json");
  private static final Path EXPECTED = FOLDER.resolve("expected.json");

  /** COCO's where it has a joint of that name, a shoulder's for others. */
  private static final Map<String, Double> SIGMAS =
      Map.of(
          "shoulder",
          0.079,
          "elbow",
          0.072,
          "wrist",
          0.062,
          "hip",
          0.107,
          "knee",
          0.087,
          "ankle",
          0.089);

  @BeforeAll
  static void bless() throws IOException {
    if (TestData.blessing()) {
      SmallMetrics.write(FOLDER);
      JsonObject expected = new JsonObject();
      slow()
          .forEach(
              (metric, values) -> {
                JsonObject object = new JsonObject();
                values.forEach(object::addProperty);
                expected.add(metric, object);
              });
      Files.writeString(EXPECTED, SmallMetrics.GSON.toJson(expected) + "\n");
    }
  }

  @Test
  void slowCountingGivesWhatTheFileSays() throws IOException {
    JsonObject expected = expected();
    Map<String, Map<String, Double>> slow = slow();
    assertThat(slow.keySet()).isEqualTo(expected.keySet());
    slow.forEach((metric, values) -> check(metric, expected, values, 1e-9));
  }

  @Test
  void theMetricsGiveIt() throws IOException {
    JsonObject expected = expected();
    Dataset dataset = DatasetReader.readFolderOrFile(TRUTH);
    String split = DatasetReader.WHOLE_FILE;
    List<Person> people = DatasetReader.people(dataset, split);
    Predictions predictions =
        PredictionsFile.read(PREDICTIONS, dataset, split, people, Progress.NONE);
    for (String metric : expected.keySet()) {
      if (metric.contains("@")) {
        MetricResult result =
            MetricResult.of(
                PoseMetric.parse(metric), "", dataset.skeleton(), people, predictions, false);
        check(metric, expected, values(result), 1e-9);
      }
    }
    OksTruth truth = OksTruth.read(dataset, split, null);
    Predictions results = PredictionsFile.read(RESULTS, dataset, split, people, Progress.NONE);
    MetricResult oks =
        MetricResult.of(PoseMetric.OKS, "", dataset.skeleton(), people, results, truth, false);
    check("oks", expected, oks.averagePrecision().values(), 1e-9);
    MetricResult similarity =
        MetricResult.of(PoseMetric.OKS, "", dataset.skeleton(), people, predictions, truth, false);
    // Which the product counts in millionths.
    check("oks of joints", expected, values(similarity), 1e-4);
  }

  /** With the whole split as truth, some people who are all found would have a low AP. */
  @Test
  void somePeopleAreMeasuredWithoutTheOthers() throws IOException {
    Dataset dataset = DatasetReader.readFolderOrFile(TRUTH);
    String split = DatasetReader.WHOLE_FILE;
    List<Person> all = DatasetReader.people(dataset, split);
    OksTruth truth = OksTruth.read(dataset, split, null);
    for (int n = 1; n < all.size(); n++) {
      List<Person> people = all.subList(0, n);
      Predictions perfect = new Predictions(people.stream().map(People::perfect).toList());
      MetricResult result =
          MetricResult.of(
              PoseMetric.OKS, "", dataset.skeleton(), people, perfect, truth.among(people), false);
      assertThat(result.averagePrecision().values().get("AP")).isCloseTo(100, within(1e-9));
    }
  }

  private static Map<String, Double> values(MetricResult result) {
    Map<String, Double> values = new LinkedHashMap<>(result.joints());
    values.putAll(result.groups());
    values.put("mean_joint_weighted", result.meanJointWeighted());
    values.put("mean_unweighted", result.meanUnweighted());
    return values;
  }

  private static void check(
      String metric, JsonObject expected, Map<String, Double> found, double tolerance) {
    JsonObject values = expected.getAsJsonObject(metric);
    assertThat(found.keySet()).as(metric).containsAll(values.keySet());
    for (String name : values.keySet()) {
      assertThat(found.get(name))
          .as(metric + " " + name)
          .isCloseTo(values.get(name).getAsDouble(), within(tolerance));
    }
  }

  private static JsonObject expected() throws IOException {
    return JsonParser.parseString(Files.readString(EXPECTED)).getAsJsonObject();
  }

  /** Every metric, from the files. */
  private static Map<String, Map<String, Double>> slow() throws IOException {
    Map<String, Map<String, Double>> values = new LinkedHashMap<>();
    SlowPck heads = pck(person -> number(person, "head_size"));
    values.put("pckh@0.5", heads.at(0.5));
    values.put("pckh@0.1", heads.at(0.1));
    values.put("pckh-auc@0.5", heads.areaTo(0.5));
    SlowPck torsos = pck(SmallMetricsTest::torso);
    values.put("pck@0.2", torsos.at(0.2));
    values.put("pck-auc@0.2", torsos.areaTo(0.2));
    values.put("pck-box@0.05", pck(SmallMetricsTest::side).at(0.05));
    values.put("oks", averagePrecision());
    values.put("oks of joints", similarity());
    return values;
  }

  private static JsonObject truth() throws IOException {
    return JsonParser.parseString(Files.readString(TRUTH)).getAsJsonObject();
  }

  private static List<String> joints() throws IOException {
    JsonObject category = truth().getAsJsonArray("categories").get(0).getAsJsonObject();
    return category.getAsJsonArray("keypoints").asList().stream()
        .map(JsonElement::getAsString)
        .toList();
  }

  private static SlowPck pck(ToDoubleFunction<JsonObject> length) throws IOException {
    return new SlowPck(joints(), errors(length));
  }

  /** [person][joint] in lengths of the person. */
  private static double[][] errors(ToDoubleFunction<JsonObject> length) throws IOException {
    Map<String, double[]> predicted = predicted();
    List<double[]> errors = new ArrayList<>();
    for (JsonElement element : truth().getAsJsonArray("annotations")) {
      JsonObject person = element.getAsJsonObject();
      if (person.get("iscrowd").getAsInt() == 1) {
        continue;
      }
      double[] prediction =
          predicted.get(person.get("image_id").getAsInt() + ".jpg " + person.get("person"));
      double[] own = new double[joints().size()];
      for (int k = 0; k < own.length; k++) {
        if (v(person, k) == 0) {
          own[k] = Double.NaN;
        } else if (prediction == null || Double.isNaN(prediction[2 * k])) {
          own[k] = Double.POSITIVE_INFINITY + length.applyAsDouble(person); // NaN stays NaN
        } else {
          double dx = prediction[2 * k] - x(person, k);
          double dy = prediction[2 * k + 1] - y(person, k);
          own[k] = Math.sqrt(dx * dx + dy * dy) / length.applyAsDouble(person);
        }
      }
      errors.add(own);
    }
    return errors.toArray(double[][]::new);
  }

  /** predictions.csv: x and y of each joint by "IMAGE PERSON". */
  private static Map<String, double[]> predicted() throws IOException {
    Map<String, double[]> predicted = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(PREDICTIONS);
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      double[] numbers = new double[fields.length - 2];
      for (int i = 0; i < numbers.length; i++) {
        String field = fields[i + 2];
        numbers[i] = field.isEmpty() ? Double.NaN : Double.parseDouble(field);
      }
      predicted.put(fields[0] + " " + fields[1], numbers);
    }
    return predicted;
  }

  private static double torso(JsonObject person) {
    int shoulder = 13; // left
    int hip = 2; // right
    return v(person, shoulder) == 0 || v(person, hip) == 0
        ? Double.NaN
        : Math.hypot(x(person, shoulder) - x(person, hip), y(person, shoulder) - y(person, hip));
  }

  private static double side(JsonObject person) {
    JsonArray box = person.getAsJsonArray("bbox");
    return Math.max(box.get(2).getAsDouble(), box.get(3).getAsDouble());
  }

  private static double[] sigmas() throws IOException {
    double[] sigmas = new double[joints().size()];
    for (int k = 0; k < sigmas.length; k++) {
      String part = joints().get(k).replaceFirst("left_|right_", "");
      sigmas[k] = SIGMAS.getOrDefault(part, 0.079);
    }
    return sigmas;
  }

  private static Map<String, Double> averagePrecision() throws IOException {
    List<SlowAveragePrecision.Truth> truths = new ArrayList<>();
    int joints = joints().size();
    for (JsonElement element : truth().getAsJsonArray("annotations")) {
      JsonObject person = element.getAsJsonObject();
      double[] x = new double[joints];
      double[] y = new double[joints];
      int[] v = new int[joints];
      for (int k = 0; k < joints; k++) {
        x[k] = x(person, k);
        y[k] = y(person, k);
        v[k] = v(person, k);
      }
      truths.add(
          new SlowAveragePrecision.Truth(
              person.get("image_id").getAsInt(),
              1,
              x,
              y,
              v,
              numbers(person, "bbox"),
              number(person, "area"),
              person.get("iscrowd").getAsInt() == 1));
    }
    List<SlowAveragePrecision.Found> found = new ArrayList<>();
    for (JsonElement element : JsonParser.parseString(Files.readString(RESULTS)).getAsJsonArray()) {
      JsonObject result = element.getAsJsonObject();
      double[] keypoints = numbers(result, "keypoints");
      double[] x = new double[joints];
      double[] y = new double[joints];
      for (int k = 0; k < joints; k++) {
        x[k] = keypoints[3 * k];
        y[k] = keypoints[3 * k + 1];
      }
      double[] box = numbers(result, "bbox");
      found.add(
          new SlowAveragePrecision.Found(
              result.get("image_id").getAsInt(),
              1,
              x,
              y,
              number(result, "score"),
              box[2] * box[3]));
    }
    Map<String, Double> percentages = new LinkedHashMap<>();
    new SlowAveragePrecision(sigmas(), truths, found)
        .values()
        .forEach((name, value) -> percentages.put(name, 100 * value));
    return percentages;
  }

  /** The mean of exp(-d^2 / (2 area (2 sigma)^2)) of each joint, of the predictions. */
  private static Map<String, Double> similarity() throws IOException {
    double[][] errors = errors(person -> Math.sqrt(number(person, "area")));
    double[] sigmas = sigmas();
    Map<String, Double> values = new LinkedHashMap<>();
    double all = 0;
    double count = 0;
    for (int k = 0; k < sigmas.length; k++) {
      int joint = k;
      double[] alike =
          Arrays.stream(errors)
              .mapToDouble(person -> person[joint] / (2 * sigmas[joint]))
              .filter(e -> !Double.isNaN(e))
              .map(e -> 100 * Math.exp(-e * e / 2))
              .toArray();
      double sum = Arrays.stream(alike).sum();
      values.put(joints().get(k), sum / alike.length);
      if (!List.of("pelvis", "thorax").contains(joints().get(k))) {
        all += sum;
        count += alike.length;
      }
    }
    values.put("mean_joint_weighted", all / count);
    return values;
  }

  private static double x(JsonObject person, int k) {
    return person.getAsJsonArray("keypoints").get(3 * k).getAsDouble();
  }

  private static double y(JsonObject person, int k) {
    return person.getAsJsonArray("keypoints").get(3 * k + 1).getAsDouble();
  }

  private static int v(JsonObject person, int k) {
    return person.getAsJsonArray("keypoints").get(3 * k + 2).getAsInt();
  }

  private static double number(JsonObject object, String name) {
    return object.has(name) ? object.get(name).getAsDouble() : Double.NaN;
  }

  private static double[] numbers(JsonObject object, String name) {
    return object.getAsJsonArray(name).asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }
}
