package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.eval.Breakdown.By;
import io.sadi.eval.Breakdown.Slice;
import io.sadi.eval.ErrorKinds.ErrorKind;
import io.sadi.geom.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where and how predictions are wrong. A wrong breakdown sends people to mend the wrong part. */
class DiagnosisTest {
  private static final Skeleton LSP = Skeleton.lsp14();
  private static final int WRIST = LSP.index("left_wrist");
  private static final int OTHER_WRIST = LSP.index("right_wrist");

  private static Evaluation measure(
      List<Person> people, Predictions predictions, String metric, By... by) {
    return Evaluation.of(
        People.dataset(LSP, Metric.PCK_02),
        "val",
        people,
        Map.of("predictions", predictions),
        List.of(PoseMetric.parse(metric)),
        new Details(true, false, false, List.of(by), true, null));
  }

  /** Joints far from each other, in a place of their own for every person. */
  private static Person spread(String image, int person, double side) {
    Person made = People.person(image, person, LSP, 20);
    for (int k = 0; k < LSP.size(); k++) {
      made.x()[k] = 100 * k + 5000 * person;
      made.y()[k] = 0;
    }
    return made.withCrop(new Box(0, 0, side, side / 2), 0, 0, 1);
  }

  private static void place(Prediction prediction, int k, double x) {
    prediction.x()[k] = (float) x;
    prediction.y()[k] = 0;
  }

  @Test
  void everyWrongJointIsOfTheKindThatItIs() {
    List<Person> people = List.of(spread("a.jpg", 0, 10), spread("a.jpg", 1, 10));
    // pck-box@1 with a box of 10 px: right within 10 px.
    List<Prediction> found = new ArrayList<>(people.stream().map(People::perfect).toList());
    Person first = people.get(0);
    Person second = people.get(1);
    Prediction prediction = found.get(0);
    place(prediction, 0, first.x()[0] + 9);
    place(prediction, 1, first.x()[1] + 19); // jitter
    place(prediction, 2, first.x()[2] + 21); // miss
    place(prediction, 3, second.x()[3] - 9); // swap
    place(prediction, WRIST, first.x()[OTHER_WRIST] + 9); // inversion
    place(prediction, OTHER_WRIST, second.x()[WRIST]); // swap, and the other side's at that
    place(prediction, 4, Double.NaN);
    ErrorKinds kinds = measure(people, new Predictions(found), "pck-box@1").errorKinds().get(0);
    assertThat(kinds.counts().inMeans().of())
        .isEqualTo(
            Map.of(
                ErrorKind.RIGHT,
                2 * LSP.size() - 6,
                ErrorKind.JITTER,
                1,
                ErrorKind.MISS,
                1,
                ErrorKind.SWAP,
                2,
                ErrorKind.INVERSION,
                1,
                ErrorKind.NOT_FOUND,
                1));
    assertThat(kinds.counts().joints().get("left_wrist").count(ErrorKind.INVERSION)).isEqualTo(1);
    assertThat(kinds.counts().joints().get("right_wrist").count(ErrorKind.SWAP)).isEqualTo(1);
    assertThat(kinds.counts().joints().get("right_wrist").percent(ErrorKind.SWAP)).isEqualTo(50);
  }

  /** A joint between both wrists but nearer to its own is put badly, and not exchanged. */
  @Test
  void whatIsNearerToItsOwnJointIsNoInversion() {
    Person person = spread("a.jpg", 0, 10);
    person.x()[OTHER_WRIST] = person.x()[WRIST] + 20;
    Prediction prediction = People.perfect(person);
    place(prediction, WRIST, person.x()[WRIST] + 10.5);
    place(prediction, OTHER_WRIST, person.x()[WRIST] + 9.75);
    ErrorKinds kinds =
        measure(List.of(person), new Predictions(List.of(prediction)), "pck-box@1")
            .errorKinds()
            .get(0);
    assertThat(kinds.counts().joints().get("left_wrist").count(ErrorKind.INVERSION)).isEqualTo(1);
    assertThat(kinds.counts().joints().get("right_wrist").count(ErrorKind.INVERSION)).isEqualTo(1);
    place(prediction, WRIST, person.x()[WRIST] - 10.5);
    kinds =
        measure(List.of(person), new Predictions(List.of(prediction)), "pck-box@1")
            .errorKinds()
            .get(0);
    assertThat(kinds.counts().joints().get("left_wrist").count(ErrorKind.JITTER)).isEqualTo(1);
  }

  @Test
  void rightJointsOfTheKindsAreThoseOfTheMetric() {
    Random random = new Random(7);
    List<Person> people = People.random(LSP, 60, random);
    Predictions predictions = new Predictions();
    for (Person person : people) {
      predictions.add(
          People.moved(person, LSP, ReferenceLength.TORSO, 0.4 * random.nextDouble(), 0));
    }
    Evaluation evaluation = measure(people, predictions, "pck@0.2", By.values());
    double percent = evaluation.errorKinds().get(0).counts().inMeans().percent(ErrorKind.RIGHT);
    // The mean over all joints of the skeleton, as none of LSP's is outside the means.
    assertThat(percent).isCloseTo(evaluation.results().get(0).meanJointWeighted(), within(1e-9));
    for (Breakdown breakdown : evaluation.breakdowns()) {
      if (!breakdown.rows().isEmpty()) {
        double right = breakdown.rows().stream().mapToDouble(r -> r.percent() * r.counted()).sum();
        int counted = breakdown.rows().stream().mapToInt(Slice::counted).sum();
        assertThat(right / counted).as(breakdown.by() + "").isCloseTo(percent, within(1e-9));
      }
    }
  }

  @Test
  void occludedJointsAreMeasuredApart() {
    List<Person> people = List.of(spread("a.jpg", 0, 10), spread("b.jpg", 0, 10));
    List<Prediction> found = new ArrayList<>(people.stream().map(People::perfect).toList());
    people.get(0).visibility()[2] = Person.OCCLUDED;
    people.get(0).visibility()[3] = Person.OCCLUDED;
    people.get(1).visibility()[4] = Person.NOT_ANNOTATED;
    place(found.get(0), 3, -500);
    place(found.get(1), 0, -500);
    List<Slice> rows =
        measure(people, new Predictions(found), "pck-box@1", By.VISIBILITY)
            .breakdowns()
            .get(0)
            .rows();
    assertThat(rows).extracting(Slice::name).containsExactly("visible", "occluded");
    assertThat(rows).extracting(Slice::counted).containsExactly(2 * LSP.size() - 3, 2);
    assertThat(rows).extracting(Slice::people).containsExactly(2, 1);
    assertThat(rows.get(0).percent()).isCloseTo(100.0 * 24 / 25, within(1e-9));
    assertThat(rows.get(1).percent()).isEqualTo(50);
  }

  @Test
  void whereTheDatasetDoesNotSayWhatIsOccludedThatIsSaid() {
    List<Person> people = List.of(spread("a.jpg", 0, 10));
    Evaluation evaluation = measure(people, People.perfect(people), "pck-box@1", By.VISIBILITY);
    assertThat(evaluation.breakdowns().get(0).rows()).isEmpty();
    assertThat(EvaluationFormat.TABLE.write(evaluation))
        .contains("the dataset does not say which are occluded");
  }

  @Test
  void peopleAreApartByTheirSizeAndByHowMuchOfThemIsAnnotated() {
    List<Person> people = new ArrayList<>();
    List<Prediction> found = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      Person person = spread("im" + i + ".jpg", 0, 100 + 10 * i);
      for (int k = 0; k < i; k++) {
        person.visibility()[k] = Person.NOT_ANNOTATED;
      }
      people.add(person);
      Prediction prediction = People.perfect(person);
      if (i == 0) {
        place(prediction, 13, -9999);
      }
      found.add(prediction);
    }
    Evaluation evaluation =
        measure(people, new Predictions(found), "pck-box@0.1", By.SIZE, By.JOINTS);
    List<Slice> size = evaluation.breakdowns().get(0).rows();
    assertThat(size)
        .extracting(Slice::name)
        .containsExactly("up to 120 px", "120 to 150 px", "above 150 px");
    assertThat(size).extracting(Slice::people).containsExactly(3, 3, 3);
    assertThat(size.get(0).percent()).isCloseTo(100.0 * 38 / 39, within(1e-9));
    assertThat(size.get(1).percent()).isEqualTo(100);
    List<Slice> joints = evaluation.breakdowns().get(1).rows();
    assertThat(joints).extracting(Slice::name).containsExactly("all 14", "7 to 13", "fewer than 7");
    assertThat(joints).extracting(Slice::people).containsExactly(1, 7, 1);
    assertThat(joints.get(0).percent()).isCloseTo(100.0 * 13 / 14, within(1e-9));
  }

  @Test
  void everyFormatHoldsThem() {
    List<Person> people = People.random(LSP, 12, new Random(3));
    people.get(0).visibility()[1] = Person.OCCLUDED;
    Evaluation evaluation = measure(people, People.perfect(people), "pck@0.2", By.values());
    assertThat(EvaluationFormat.TABLE.write(evaluation))
        .contains("By visibility", "By size", "By joints", "Kinds of errors", "inversion");
    assertThat(EvaluationFormat.CSV.write(evaluation))
        .contains(
            ",by-visibility,occluded,100,1,",
            ",pck@0.2-inversion,predictions,mean,joint_weighted,");
    assertThat(EvaluationFormat.JSON.write(evaluation))
        .contains("\"by\": \"visibility\"", "\"error_kinds\"", "\"not_found\": 0");
  }

  /** A stress set has a folder for each disturbance; ellipses are those of the folder's joints. */
  @Test
  void foldersHaveTheirOwnPercentagesAndEllipses(@TempDir Path folder) throws IOException {
    List<Person> people = new ArrayList<>();
    List<Prediction> found = new ArrayList<>();
    for (String image : List.of("blur/a.jpg", "none/a.jpg", "none/b.jpg")) {
      Person person =
          People.person(image, 0, LSP, 10).withCrop(new Box(0, 0, 100, 100), 50, 50, 0.5);
      people.add(person);
      Prediction prediction = People.perfect(person);
      Arrays.fill(prediction.sigmaX(), 10);
      Arrays.fill(prediction.sigmaY(), 10);
      found.add(prediction);
    }
    // Of a normal with a deviation of 10, 90 % lie within 21.5.
    place(found.get(0), 3, 21);
    place(found.get(0), 4, 22);
    PoseMetric metric = PoseMetric.parse("pck-box@0.1");
    Predictions predictions = new Predictions(found);
    Evaluation evaluation =
        Evaluation.of(
            People.dataset(LSP, Metric.PCK_02),
            "val",
            people,
            Map.of("predictions", predictions),
            List.of(metric),
            new Details(false, false, true, List.of(By.FOLDER), false, null));
    List<Slice> rows = evaluation.breakdowns().get(0).rows();
    assertThat(rows).extracting(Slice::name).containsExactly("blur", "none");
    assertThat(rows).extracting(Slice::people).containsExactly(1, 2);
    assertThat(rows.get(0).percent()).isCloseTo(100.0 * 12 / 14, within(1e-9));
    assertThat(rows.get(0).inside90()).isCloseTo(100.0 * 13 / 14, within(1e-9));
    assertThat(rows.get(1).inside90()).isEqualTo(100);
    assertThat(EvaluationFormat.TABLE.write(evaluation)).contains("in 90 % ellipses");
    assertThat(EvaluationFormat.JSON.write(evaluation)).contains("\"inside_90\": 92.85");
    assertThat(EvaluationFormat.CSV.write(evaluation)).contains(",by-folder-inside-90,blur,92.85");
    Path file = folder.resolve("evaluation.json");
    Files.writeString(file, EvaluationFormat.JSON.write(evaluation));
    Slice read = EvaluationReader.read(file).breakdowns().get(0).rows().get(0);
    assertThat(read.inside90()).isCloseTo(rows.get(0).inside90(), within(0.01));
  }
}
