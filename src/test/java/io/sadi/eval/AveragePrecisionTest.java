package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.sadi.data.CocoCategory;
import io.sadi.data.CocoId;
import io.sadi.data.CocoSource;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Average precision decides which of two networks is published as the better one. */
class AveragePrecisionTest {
  private static final Skeleton FIVE =
      Skeleton.named(
          List.of("nose", "left_hip", "right_hip", "left_ankle", "tail"), List.of(), "test");
  private static final OksSigmas SIGMAS = OksSigmas.of(FIVE);

  private static String image(int i) {
    return i + ".jpg";
  }

  private static Person person(
      int image, int number, int id, int category, SlowAveragePrecision.Truth truth) {
    int k = truth.x().length;
    float[] x = new float[k];
    float[] y = new float[k];
    byte[] v = new byte[k];
    for (int i = 0; i < k; i++) {
      x[i] = (float) truth.x()[i];
      y[i] = (float) truth.y()[i];
      v[i] = (byte) truth.v()[i];
    }
    double[] b = truth.box();
    return new Person(
        image(image),
        truth.crowd() ? -1 : number,
        0,
        0,
        x,
        y,
        v,
        new Box(b[0], b[1], b[2], b[3]),
        0,
        0,
        1,
        Double.NaN,
        null,
        new CocoSource(
            CocoId.of(image),
            CocoId.of(id),
            new CocoCategory(CocoId.of(category), "c"),
            truth.area(),
            truth.crowd()),
        null);
  }

  private static Detection detection(SlowAveragePrecision.Found found, int number) {
    Prediction joints = Prediction.empty(image(found.image()), number, found.x().length);
    for (int k = 0; k < found.x().length; k++) {
      joints.x()[k] = (float) found.x()[k];
      joints.y()[k] = (float) found.y()[k];
    }
    return new Detection(
        joints, found.score(), found.area(), String.valueOf(found.category()), false);
  }

  /** Quarters of pixels, so that float and double hold the same. */
  private static double quarter(double value) {
    return Math.rint(4 * value) / 4;
  }

  /** Crowded images: people near each other, crowds, nobody's joints, ties, more than 20 found. */
  private static void draw(
      Random random,
      int categories,
      List<SlowAveragePrecision.Truth> truths,
      List<SlowAveragePrecision.Found> found) {
    int k = FIVE.size();
    for (int image = 0; image < 12; image++) {
      int n = random.nextInt(5);
      for (int p = 0; p < n; p++) {
        double size = 10 + 150 * random.nextDouble();
        double left = quarter(300 * random.nextDouble());
        double top = quarter(300 * random.nextDouble());
        double[] x = new double[k];
        double[] y = new double[k];
        int[] v = new int[k];
        boolean crowd = random.nextInt(6) == 0;
        boolean jointless = random.nextInt(6) == 0;
        for (int j = 0; j < k; j++) {
          v[j] = jointless ? 0 : random.nextInt(3);
          x[j] = v[j] == 0 ? 0 : quarter(left + size * random.nextDouble());
          y[j] = v[j] == 0 ? 0 : quarter(top + size * random.nextDouble());
        }
        int category = 1 + random.nextInt(categories);
        double[] box = {left, top, quarter(size), quarter(size)};
        double area = random.nextInt(8) == 0 ? 1024 : quarter(size * size * 0.6);
        truths.add(new SlowAveragePrecision.Truth(image, category, x, y, v, box, area, crowd));
        int tries = random.nextInt(4) + (image == 3 ? 12 : 0);
        for (int t = 0; t < tries; t++) {
          double off = size * 0.25 * random.nextDouble();
          double[] fx = new double[k];
          double[] fy = new double[k];
          for (int j = 0; j < k; j++) {
            fx[j] = quarter((v[j] == 0 ? left : x[j]) + off * random.nextGaussian());
            fy[j] = quarter((v[j] == 0 ? top : y[j]) + off * random.nextGaussian());
          }
          double score = random.nextInt(10) / 10.0;
          found.add(
              new SlowAveragePrecision.Found(
                  image, category, fx, fy, score, quarter(size * size * random.nextDouble())));
        }
      }
    }
  }

  private static Detections match(
      List<SlowAveragePrecision.Truth> truths, List<SlowAveragePrecision.Found> found) {
    List<Person> people = new ArrayList<>();
    for (int i = 0; i < truths.size(); i++) {
      people.add(person(truths.get(i).image(), i, i + 1, truths.get(i).category(), truths.get(i)));
    }
    List<Detection> detections = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      detections.add(detection(found.get(i), i));
    }
    List<String> images = IntStream.range(0, 12).mapToObj(AveragePrecisionTest::image).toList();
    return Detections.of(new OksTruth(images, people, SIGMAS), detections);
  }

  @Test
  void aSlowImplementationComesToTheSame() {
    double[] sigmas = SIGMAS.values().stream().mapToDouble(s -> s).toArray();
    int distinct = 0;
    for (int seed = 0; seed < 60; seed++) {
      List<SlowAveragePrecision.Truth> truths = new ArrayList<>();
      List<SlowAveragePrecision.Found> found = new ArrayList<>();
      draw(new Random(seed), 1 + seed % 3, truths, found);
      Map<String, Double> slow = new SlowAveragePrecision(sigmas, truths, found).values();
      Map<String, Double> fast = AveragePrecision.of(match(truths, found), false).values();
      for (String name : AveragePrecision.NAMES) {
        double expected = 100 * slow.getOrDefault(name, Double.NaN);
        if (Double.isNaN(expected)) {
          assertThat(fast.get(name)).as("%s, seed %d", name, seed).isNaN();
        } else {
          assertThat(fast.get(name))
              .as("%s, seed %d", name, seed)
              .isCloseTo(expected, within(1e-9));
          distinct += expected > 0 && expected < 100 ? 1 : 0;
        }
      }
    }
    assertThat(distinct).isGreaterThan(300); // it was no comparison of zeros
  }

  private static SlowAveragePrecision.Truth truth(int image, double left, double area) {
    double[] x = {left, left + 40, left + 20, left, left + 40};
    double[] y = {0, 0, 20, 40, 40};
    return new SlowAveragePrecision.Truth(
        image, 1, x, y, new int[] {2, 2, 1, 2, 2}, new double[] {left, 0, 40, 40}, area, false);
  }

  private static SlowAveragePrecision.Found found(
      SlowAveragePrecision.Truth truth, double dx, double score) {
    double[] x = Arrays.stream(truth.x()).map(v -> v + dx).toArray();
    return new SlowAveragePrecision.Found(
        truth.image(), 1, x, truth.y().clone(), score, truth.area());
  }

  private static Map<String, Double> values(
      List<SlowAveragePrecision.Truth> truths, List<SlowAveragePrecision.Found> found) {
    return AveragePrecision.of(match(truths, found), false).values();
  }

  @Test
  void perfectResultsAreAHundredAndNoneAreZero() {
    List<SlowAveragePrecision.Truth> truths = List.of(truth(0, 0, 2000), truth(1, 100, 20_000));
    List<SlowAveragePrecision.Found> perfect = truths.stream().map(t -> found(t, 0, 0.5)).toList();
    assertThat(values(truths, perfect).values())
        .allSatisfy(value -> assertThat(value).isCloseTo(100, within(1e-9)));
    assertThat(values(truths, List.of()).values()).containsOnly(0.0);
  }

  /** Of two people one is found, after a wrong one: precision 1/2 up to a recall of 1/2. */
  @Test
  void aWrongDetectionThatIsSurerHalvesThePrecision() {
    List<SlowAveragePrecision.Truth> truths = List.of(truth(0, 0, 2000), truth(1, 100, 2000));
    Map<String, Double> values =
        values(truths, List.of(found(truths.get(0), 0, 0.5), found(truths.get(0), 500, 0.9)));
    assertThat(values.get("AP")).isCloseTo(100 * 51 * 0.5 / 101, within(1e-9));
    assertThat(values.get("AR")).isEqualTo(50);
    assertThat(values.get("APl")).as("nobody is large").isNaN();
  }

  /** The second detection of somebody is wrong, and of a crowd it is ignored like the first. */
  @Test
  void aCrowdTakesAnyNumberAndAPersonOne() {
    SlowAveragePrecision.Truth person = truth(0, 0, 2000);
    SlowAveragePrecision.Truth crowd =
        new SlowAveragePrecision.Truth(
            0,
            1,
            new double[5],
            new double[5],
            new int[5],
            new double[] {300, 0, 90, 90},
            8100,
            true);
    SlowAveragePrecision.Found inCrowd = found(truth(0, 320, 2000), 0, 0.9);
    SlowAveragePrecision.Found right = found(person, 0, 0.5);
    assertThat(values(List.of(person, crowd), List.of(inCrowd, inCrowd, right)).get("AP"))
        .isCloseTo(100, within(1e-9));
    assertThat(values(List.of(person), List.of(right, right)).get("AP"))
        .isCloseTo(100, within(1e-9));
    SlowAveragePrecision.Found surer = found(person, 0, 0.9);
    List<SlowAveragePrecision.Truth> two = List.of(person, truth(1, 0, 2000));
    assertThat(values(two, List.of(surer, right, found(two.get(1), 0, 0.1))).get("AP"))
        .isCloseTo(100 * (51 + 50 * 2 / 3.0) / 101, within(1e-9));
  }

  /** The 21st detection of an image counts for nothing, whatever it found. */
  @Test
  void twentyDetectionsAnImageCount() {
    SlowAveragePrecision.Truth person = truth(0, 0, 2000);
    List<SlowAveragePrecision.Found> found = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      found.add(found(person, 1000, 0.9));
    }
    found.add(found(person, 0, 0.5));
    assertThat(values(List.of(person), found).get("AR")).isZero();
    found.remove(0);
    assertThat(values(List.of(person), found).get("AR")).isEqualTo(100);
  }

  /** A detection that names the other category does not count; a number nobody has is a name. */
  @Test
  void categoriesAreMatchedApart() {
    SlowAveragePrecision.Truth person = truth(0, 0, 2000);
    SlowAveragePrecision.Truth dog = truth(1, 0, 2000);
    List<Person> people = List.of(person(0, 0, 1, 1, person), person(1, 0, 2, 7, dog));
    OksTruth truth = new OksTruth(List.of(image(0), image(1)), people, SIGMAS);
    Detection asPerson = detection(found(dog, 0, 0.5), 0);
    AveragePrecision apart = AveragePrecision.of(Detections.of(truth, List.of(asPerson)), false);
    assertThat(apart.values().get("AP")).isZero();
    Detection asDog = new Detection(asPerson.joints(), 0.5, 2000, "7", false);
    assertThat(AveragePrecision.of(Detections.of(truth, List.of(asDog)), false).values().get("AP"))
        .isCloseTo(50, within(1e-9));
    Detection asCat = new Detection(asPerson.joints(), 0.5, 2000, "8", false);
    AveragePrecision cat = AveragePrecision.of(Detections.of(truth, List.of(asDog, asCat)), false);
    assertThat(cat.otherCategory()).isEqualTo(1);
    assertThat(cat.notes().toString()).contains("1 detections of other categories");
  }

  /** 12 images, half of the people found: 50 % give or take 1.96 * sqrt(1/4 / 12), 28 points. */
  @Test
  void intervalsAreOverImages() {
    List<SlowAveragePrecision.Truth> truths = new ArrayList<>();
    List<SlowAveragePrecision.Found> found = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      truths.add(truth(i, 0, 2000));
      found.add(found(truths.get(i), i % 2 == 0 ? 0 : 1000, 0.5));
    }
    AveragePrecision precision = AveragePrecision.of(match(truths, found), true);
    assertThat(precision.values().get("AR")).isEqualTo(50);
    assertThat(precision.intervals95()).isNotNull();
    Interval recall = precision.intervals95().getOrDefault("AR", new Interval(0, 0));
    assertThat(recall.low()).isBetween(15.0, 35.0);
    assertThat(recall.high()).isBetween(65.0, 85.0);
    // The same detections differ by nothing, whoever is drawn.
    Interval none =
        AveragePrecision.intervals95(match(truths, found), match(truths, found))
            .getOrDefault("AP", new Interval(1, 1));
    assertThat(none).isEqualTo(new Interval(0, 0));
  }

  /** One person found exactly, and one whose joints are all off by 2 sigma times sqrt(area). */
  private static Evaluation evaluation(Details details) {
    List<SlowAveragePrecision.Truth> truths = List.of(truth(0, 0, 2500), truth(1, 100, 2500));
    List<Person> people = new ArrayList<>();
    List<Detection> found = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      people.add(person(i, 0, i + 1, 1, truths.get(i)));
      found.add(detection(found(truths.get(i), 0, 0.5), 0));
    }
    for (int k = 0; k < FIVE.size(); k++) {
      found.get(1).joints().x()[k] += (float) (2 * SIGMAS.values().get(k) * 50);
    }
    return Evaluation.of(
        People.dataset(FIVE, Metric.OKS),
        "val",
        people,
        new OksTruth(List.of(image(0), image(1)), people, SIGMAS),
        Map.of("predictions", Predictions.ofFile(found)),
        List.of(PoseMetric.OKS),
        details);
  }

  @Test
  void aJointsSimilarityIsBesideTheAveragePrecision() {
    MetricResult result = evaluation(Details.NONE).results().get(0);
    double similarity = Math.exp(-0.5);
    assertThat(result.meanJointWeighted()).isCloseTo(50 * (1 + similarity), within(1e-3));
    assertThat(result.joints().get("tail")).isCloseTo(50 * (1 + similarity), within(1e-3));
    AveragePrecision precision = result.averagePrecision();
    assertThat(precision).isNotNull();
    // Similar by 0.607, the second is right at 0.5, 0.55 and 0.6 alone.
    assertThat(precision.values().get("AR")).isCloseTo((3 * 100 + 7 * 50) / 10.0, within(1e-9));
    assertThat(precision.values().get("AR75")).isEqualTo(50);
  }

  @Test
  void whatWasWrittenIsReadAgain(@TempDir Path folder) throws IOException {
    for (Details details : List.of(Details.NONE, new Details(true, true, false, null))) {
      Path file = folder.resolve("e.json");
      Json.write(file, EvaluationFormat.json(evaluation(details)));
      JsonObject again = EvaluationFormat.json(EvaluationReader.read(file));
      JsonObject written = Json.readObject(file);
      assertThat(again.get("results")).isEqualTo(written.get("results"));
      assertThat(written.toString()).contains("\"AP50\":100,");
    }
  }

  /** Drawing an image twice is having it twice. */
  @Test
  void anImageDrawnTwiceCountsTwice() {
    for (int seed = 0; seed < 20; seed++) {
      List<SlowAveragePrecision.Truth> truths = new ArrayList<>();
      List<SlowAveragePrecision.Found> found = new ArrayList<>();
      draw(new Random(seed), 1, truths, found);
      for (int i = 0; i < found.size(); i++) { // equal scores would stand in another order
        found.set(i, scored(found.get(i), found.get(i).score() + i * 1e-6));
      }
      int[] times = new Random(seed).ints(12, 0, 3).toArray();
      List<SlowAveragePrecision.Truth> copies = new ArrayList<>();
      List<SlowAveragePrecision.Found> foundCopies = new ArrayList<>();
      for (int image = 0; image < 12; image++) {
        for (int copy = 0; copy < times[image]; copy++) {
          int from = image;
          int to = 100 * copy + image;
          truths.stream().filter(t -> t.image() == from).forEach(t -> copies.add(moved(t, to)));
          found.stream().filter(f -> f.image() == from).forEach(f -> foundCopies.add(moved(f, to)));
        }
      }
      double[] sigmas = SIGMAS.values().stream().mapToDouble(s -> s).toArray();
      Map<String, Double> slow = new SlowAveragePrecision(sigmas, copies, foundCopies).values();
      double[] weighted = AveragePrecision.fractions(match(truths, found), times);
      for (int i = 0; i < weighted.length; i++) {
        String name = AveragePrecision.NAMES.get(i);
        assertThat(weighted[i])
            .as("%s, seed %d", name, seed)
            .isCloseTo(slow.get(name), within(1e-9));
      }
    }
  }

  private static SlowAveragePrecision.Truth moved(SlowAveragePrecision.Truth t, int image) {
    return new SlowAveragePrecision.Truth(
        image, t.category(), t.x(), t.y(), t.v(), t.box(), t.area(), t.crowd());
  }

  private static SlowAveragePrecision.Found scored(SlowAveragePrecision.Found f, double score) {
    return new SlowAveragePrecision.Found(f.image(), f.category(), f.x(), f.y(), score, f.area());
  }

  private static SlowAveragePrecision.Found moved(SlowAveragePrecision.Found f, int image) {
    return new SlowAveragePrecision.Found(image, f.category(), f.x(), f.y(), f.score(), f.area());
  }
}
