package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who acts on a score or an ellipse must know whether it can be believed. */
class CalibrationTest {
  private static final Skeleton LSP = Skeleton.lsp14();
  private static final Details CALIBRATION = new Details(false, false, true, null);

  /** Errors of known deviations that are told times {@code told}. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.5, 2})
  void ellipsesHoldTheirShareWhereDeviationsAreTrue(double told) {
    Random random = new Random(1);
    int n = 200_000;
    double[] dx = new double[n];
    double[] dy = new double[n];
    double[] sigmaX = new double[n];
    double[] sigmaY = new double[n];
    double entropy = 0;
    for (int i = 0; i < n; i++) {
      double x = 1 + 9 * random.nextDouble();
      double y = 1 + 9 * random.nextDouble();
      dx[i] = x * random.nextGaussian();
      dy[i] = y * random.nextGaussian();
      sigmaX[i] = told * x;
      sigmaY[i] = told * y;
      entropy += Math.log(2 * Math.PI * Math.E * x * y) / n;
    }
    SigmaCalibration calibration = SigmaCalibration.of(dx, dy, sigmaX, sigmaY);
    assertThat(calibration.counted()).isEqualTo(n);
    assertThat(calibration.scale()).isCloseTo(1 / told, within(0.01));
    for (int level = 0; level < 3; level++) {
      // The ellipse of a share p holds 1 - (1 - p)^(told^2) if all deviations are told times
      // theirs.
      double share = 1 - Math.pow(1 - SigmaCalibration.LEVELS.get(level), told * told);
      assertThat(calibration.coverage().get(level)).isCloseTo(100 * share, within(0.4));
    }
    // What true deviations would have, and the divergence of the told ones from them.
    double divergence = 2 * Math.log(told) + 1 / (told * told) - 1;
    assertThat(calibration.nll()).isCloseTo(entropy + divergence, within(0.02));
  }

  @Test
  void theCalibrationErrorIsTheOneOfTheBins() {
    // Bins of 1/15: 0.70 and 0.72 share one, 0.10 has its own, 1 falls into the last.
    double[] scores = {0.70, 0.72, 0.10, 1, 1};
    boolean[] right = {true, false, false, true, true};
    ScoreCalibration calibration = ScoreCalibration.of(scores, right);
    assertThat(calibration.ece()).isCloseTo(100 * (Math.abs(1.42 - 1) + 0.1 + 0) / 5, within(1e-9));
    assertThat(calibration.meanScore()).isCloseTo(70.4, within(1e-9));
    assertThat(calibration.right()).isEqualTo(60);
    assertThat(calibration.nll())
        .isCloseTo(-(Math.log(0.7) + Math.log(0.28) + Math.log(0.9)) / 5, within(1e-9));
    assertThat(calibration.bins()).hasSize(3);
    assertThat(calibration.bins().get(1).counted()).isEqualTo(2);
    assertThat(calibration.bins().get(1).low()).isCloseTo(66.667, within(0.001));
    assertThat(calibration.bins().get(1).meanScore()).isCloseTo(71, within(1e-9));
    assertThat(calibration.bins().get(2).high()).isEqualTo(100);
    // A sure error costs much, but not everything.
    assertThat(ScoreCalibration.of(new double[] {1}, new boolean[] {false}).nll())
        .isBetween(9.0, 10.0);
  }

  @Test
  void scoresThatAreFrequenciesHaveNoCalibrationError() {
    Random random = new Random(2);
    int n = 100_000;
    double[] scores = random.doubles(n).toArray();
    boolean[] right = new boolean[n];
    for (int i = 0; i < n; i++) {
      right[i] = random.nextDouble() < scores[i];
    }
    assertThat(ScoreCalibration.of(scores, right).ece()).isLessThan(1);
    Arrays.setAll(scores, i -> 0.5 + scores[i] / 2);
    assertThat(ScoreCalibration.of(scores, right).ece()).isCloseTo(25, within(1.0));
  }

  /** Head sizes of 10 px, everything 2 px off in x, one person without a prediction. */
  private static Evaluation evaluation(float score, float sigma, String... metrics) {
    List<Person> people = People.random(LSP, 4, new Random(3));
    people.get(0).visibility()[LSP.index("neck")] = Person.NOT_ANNOTATED;
    people.get(1).visibility()[LSP.index("right_hip")] = Person.NOT_ANNOTATED; // no torso
    Predictions predictions = People.perfect(people.subList(0, 3));
    for (Prediction prediction : predictions.all()) {
      for (int k = 0; k < LSP.size(); k++) {
        prediction.x()[k] += 2;
      }
      Arrays.fill(prediction.score(), score);
      Arrays.fill(prediction.sigmaX(), sigma);
      Arrays.fill(prediction.sigmaY(), sigma);
    }
    return Evaluation.of(
        People.dataset(LSP, Metric.PCK_02),
        "val",
        people,
        Map.of("mu", predictions),
        Arrays.stream(metrics).map(PoseMetric::parse).toList(),
        CALIBRATION);
  }

  /** Deviations told too small by a factor of their joint; some joints are far off. */
  @Test
  void temperaturesMakeTheEllipsesHoldTheirShare() {
    Random random = new Random(2);
    int k = LSP.size();
    List<Person> people = People.random(LSP, 2_000, random);
    Predictions predictions = People.perfect(people);
    for (Prediction prediction : predictions.all()) {
      for (int j = 0; j < k; j++) {
        double far = random.nextInt(50) == 0 ? 20 : 1;
        prediction.x()[j] += (float) (far * 3 * random.nextGaussian());
        prediction.y()[j] += (float) (far * 5 * random.nextGaussian());
        prediction.sigmaX()[j] = 3f / (j + 1);
        prediction.sigmaY()[j] = 5f / (j + 1);
      }
    }
    List<Double> factors = SigmaTemperatures.fit(people, predictions, k);
    for (int j = 0; j < k; j++) {
      assertThat(factors.get(j) / (j + 1)).isBetween(0.95, 1.2);
    }
    Calibration calibrated =
        Calibration.ofSigma(
            "x", people, SigmaTemperatures.crossFitted(people, predictions, k), LSP.joints());
    assertThat(calibrated.sigma().inMeans().coverage().get(1)).isCloseTo(90, within(0.7));
    assertThat(calibrated.sigma().joints().values())
        .allSatisfy(joint -> assertThat(joint.coverage().get(1)).isCloseTo(90, within(3.0)));
  }

  /** Of joints that nearly nobody has, all joints' factor is the best guess. */
  @Test
  void rareJointsTakeTheFactorOfAll() {
    Random random = new Random(3);
    List<Person> people = People.random(LSP, 100, random);
    for (Person person : people.subList(0, 90)) {
      person.visibility()[0] = Person.NOT_ANNOTATED;
    }
    Predictions predictions = People.perfect(people);
    for (Prediction prediction : predictions.all()) {
      for (int j = 0; j < LSP.size(); j++) {
        prediction.x()[j] += (float) ((j == 0 ? 50 : 1) * random.nextGaussian());
        prediction.y()[j] += (float) ((j == 0 ? 50 : 1) * random.nextGaussian());
      }
      Arrays.fill(prediction.sigmaX(), 1);
      Arrays.fill(prediction.sigmaY(), 1);
    }
    assertThat(SigmaTemperatures.fit(people, predictions, LSP.size()).get(0)).isLessThan(3);
  }

  @Test
  void annotatedAndPredictedJointsCount() {
    Calibration calibration =
        evaluation(0.75f, 1, "pck@0.2", "pckh@0.5", "pckh-auc@0.5").calibrations().get(0);
    assertThat(calibration.decode()).isEqualTo("mu");
    assertThat(calibration.scores().keySet())
        .extracting(PoseMetric::label)
        .containsExactly("pck@0.2", "pckh@0.5"); // of an area no joint is right
    assertThat(calibration.sigma()).isNotNull();
    assertThat(calibration.sigma().inMeans().counted()).isEqualTo(3 * 14 - 2);
    assertThat(calibration.sigma().joints().get("neck").counted()).isEqualTo(2);
    // 2 px at a deviation of 1: inside the ellipse of 1 - exp(-2) = 86.5 %.
    assertThat(calibration.sigma().inMeans().coverage()).containsExactly(0.0, 100.0, 100.0);
    PerJoint<ScoreCalibration> ofTorsos = calibration.scores().get(PoseMetric.parse("pck@0.2"));
    assertThat(ofTorsos.inMeans().counted()).isEqualTo(2 * 14 - 1);
    PerJoint<ScoreCalibration> ofHeads = calibration.scores().get(PoseMetric.parse("pckh@0.5"));
    assertThat(ofHeads.inMeans().right()).isEqualTo(100);
    assertThat(ofHeads.inMeans().ece()).isCloseTo(25, within(1e-4));
  }

  @Test
  void everyFormatHasIt() {
    Evaluation evaluation = evaluation(0.75f, 1, "pckh@0.5");
    JsonObject json =
        EvaluationFormat.json(evaluation).getAsJsonArray("calibration").get(0).getAsJsonObject();
    assertThat(json.getAsJsonObject("sigma").getAsJsonObject("joints").get("knee")).isNull();
    assertThat(json.getAsJsonObject("sigma").getAsJsonObject("joints").get("neck").toString())
        .isEqualTo("{\"counted\":2,\"coverage\":[0,100,100],\"nll\":3.8379,\"scale\":1.4142}");
    JsonObject score = json.getAsJsonArray("scores").get(0).getAsJsonObject();
    assertThat(score.get("metric").getAsString()).isEqualTo("pckh@0.5");
    assertThat(score.get("in_means").toString())
        .isEqualTo("{\"counted\":40,\"mean_score\":75,\"right\":100,\"ece\":25,\"nll\":0.2877}");
    assertThat(score.getAsJsonArray("bins")).hasSize(1);
    assertThat(EvaluationFormat.CSV.write(evaluation))
        .contains("\nmade-up,val,sigma-coverage@0.9,mu,joint,neck,100,2,,\n")
        .contains("\nmade-up,val,score-ece:pckh@0.5,mu,mean,joint_weighted,25,40,,\n")
        .contains("\nmade-up,val,score-right:pckh@0.5,mu,bin,73.3333-80,100,40,,\n");
    assertThat(EvaluationFormat.TABLE.write(evaluation))
        .contains("\nDeviations of mu: percentage of joints inside the ellipses\njoint ")
        .containsPattern("\nneck +2 +0.00 +100.00 +100.00 +3.838 +1.41\n")
        .containsPattern("\nall in the means +40 +75.00 +100.00 +25.00 +0.288\n")
        .containsPattern("\n73.3 to 80.0 +40 +75.00 +100.00\n");
    assertThat(EvaluationFormat.MARKDOWN.write(evaluation))
        .contains("| joint | counted | mean score | right | ECE | NLL |");
  }

  @Test
  void whatCannotBeCalibratedIsSaid() {
    assertThatThrownBy(() -> evaluation(Float.NaN, Float.NaN, "pckh@0.5"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "mu: found neither scores nor sigmas, expected something to calibrate; leave"
                + " --calibration out");
    assertThatThrownBy(() -> evaluation(1.5f, 1, "pckh@0.5"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "mu: im0.jpg, person 0: right_ankle_score: found 1.5, expected 0 to 1; such numbers"
                + " cannot be calibrated");
    assertThatThrownBy(() -> evaluation(1, 0, "pckh@0.5"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("right_ankle_sigma: found 0.0, expected a deviation above 0");
    assertThat(evaluation(1, Float.NaN, "pckh@0.5").calibrations().get(0).sigma()).isNull();
    assertThat(evaluation(Float.NaN, 1, "pckh@0.5").calibrations().get(0).scores()).isEmpty();
  }
}
