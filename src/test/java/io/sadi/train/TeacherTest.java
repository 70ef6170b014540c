package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.testing.NoisePeople;
import io.sadi.testing.Warnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second opinion changes the labels that are learned as it says, and nothing that is measured.
 */
class TeacherTest {
  private static final Skeleton SKELETON =
      Skeleton.named(List.of("left_hip", "right_hip", "neck"), List.of(), "test");

  @TempDir Path folder;
  private Dataset dataset;
  private List<Person> people;

  /** Two people in crops of 100 px, so that labels and teachers disagree from 15 px on. */
  @BeforeEach
  void annotate() throws IOException {
    List<Person> annotated = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      annotated.add(
          new Person(
              i + ".jpg",
              0,
              100,
              100,
              new float[] {30, 60, -1},
              new float[] {40, 40, -1},
              new byte[] {2, 1, 0},
              null,
              50,
              50,
              0.5,
              Double.NaN,
              null));
    }
    DatasetWriter.write(
        new Dataset(folder, "hips", SKELETON, Metric.PCK_02, Map.of(), folder),
        ".",
        Map.of(),
        Map.of("train", annotated));
    dataset = DatasetReader.read(folder);
    people = DatasetReader.people(dataset, "train");
  }

  private Path csv(String name, String... rows) throws IOException {
    String joints = "left_hip_x,left_hip_y,left_hip_score,right_hip_x,right_hip_y,right_hip_score";
    return file(
        name, "image,person," + joints + ",neck_x,neck_y,neck_score\n" + String.join("\n", rows));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Teacher.Lesson lesson(List<Path> files, String... sets) throws IOException {
    Config config = Config.parse("", "test");
    config.set("teacher.files=" + Json.texts(files));
    for (String set : sets) {
      config.set(set);
    }
    return Teacher.of(TeacherConfig.from(config), dataset, "train", people);
  }

  /** The joints that are learned of the first person: x, and how much each counts. */
  private static String learned(Teacher.Lesson lesson) {
    Person person = lesson.set().people().get(0);
    float[] weights = Objects.requireNonNull(lesson.set().weights()).get(0);
    List<String> joints = new ArrayList<>();
    for (int k = 0; k < weights.length; k++) {
      joints.add(person.annotated(k) ? person.x()[k] + " x" + weights[k] : "-");
      assertThat(weights[k] > 0).isEqualTo(person.annotated(k));
    }
    return String.join(", ", joints);
  }

  @Test
  void withoutATeacherLabelsAreAsTheyAre() throws IOException {
    Teacher.Lesson lesson = lesson(List.of());
    assertThat(lesson.set().people()).isEqualTo(people);
    assertThat(lesson.set().weights()).isNull();
    assertThat(lesson.files()).isEmpty();
  }

  /** Confirmed within 15 px, contradicted beyond, and a joint that nobody has annotated. */
  @Test
  void labelsAreConfirmedAndContradictedAndFilledIn() throws IOException {
    Path sure = csv("sure.csv", "0.jpg,0,31,50,0.75,80,40,0.5,50,20,0.5");
    assertThat(learned(lesson(List.of(sure)))).isEqualTo("30.0 x1.75, -, 50.0 x0.5");
    assertThat(learned(lesson(List.of(sure), "teacher.weight=2")))
        .isEqualTo("30.0 x2.5, -, 50.0 x1.0");
    assertThat(learned(lesson(List.of(sure), "teacher.disagreement=keep")))
        .isEqualTo("30.0 x1.75, 60.0 x1.0, 50.0 x0.5");
    assertThat(learned(lesson(List.of(sure), "teacher.disagreement=replace")))
        .isEqualTo("30.0 x1.75, 80.0 x0.5, 50.0 x0.5");
    assertThat(learned(lesson(List.of(sure), "teacher.distance=0.25")))
        .isEqualTo("30.0 x1.75, 60.0 x1.5, 50.0 x0.5");
    assertThat(learned(lesson(List.of(sure), "teacher.min_score=0.6")))
        .isEqualTo("30.0 x1.75, 60.0 x1.0, -");
    // Weight 0 looks for wrong labels alone.
    assertThat(learned(lesson(List.of(sure), "teacher.weight=0"))).isEqualTo("30.0 x1.0, -, -");
    // The person of whom the file has nothing.
    assertThat(lesson(List.of(sure)).set().people().get(1).x()).isEqualTo(people.get(1).x());
    assertThat(lesson(List.of(sure)).remarks())
        .containsExactly(
            "teacher " + sure + ": has 1 of 2 people",
            "teacher: 1 joints without a label learned from it, 1 labels confirmed, 1 contradicted"
                + " and dropped");
  }

  /** What a teacher and a first network of one's own both contradict is dropped, nothing else. */
  @Test
  void ofTwoTeachersOnlyWhatBothSayCounts() throws IOException {
    Path thunder = csv("thunder.csv", "0.jpg,0,80,40,0.9,30,40,0.9,50,20,0.9");
    Path own = csv("own.csv", "0.jpg,0,84,40,0.75,61,40,0.9,90,20,0.9");
    assertThat(learned(lesson(List.of(thunder, own)))).isEqualTo("-, 60.0 x1.0, -");
    assertThat(learned(lesson(List.of(thunder, own), "teacher.disagreement=replace")))
        .isEqualTo("82.0 x0.75, 60.0 x1.0, -");
    Path unsure = csv("unsure.csv", "0.jpg,0,84,40,0.4,61,40,0.9,52,20,0.7");
    assertThat(learned(lesson(List.of(thunder, unsure))))
        .isEqualTo("30.0 x1.0, 60.0 x1.0, 51.0 x0.7");
    // Both contradict, at different places: no place to put it right to.
    Path elsewhere = csv("elsewhere.csv", "0.jpg,0,30,90,0.9,61,40,0.9,,,");
    assertThat(learned(lesson(List.of(thunder, elsewhere), "teacher.disagreement=replace")))
        .isEqualTo("-, 60.0 x1.0, -");
  }

  @Test
  void jointsAreFoundByNameAndTheRestIsCounted() throws IOException {
    Path file =
        file(
            "other.csv",
            "image,LHip_x,LHip_y,nose_x,nose_y,box_x,box_y\n0.jpg,80,40,1,1,0,0\n9.jpg,1,1,1,1,0,0");
    Teacher.Lesson lesson = lesson(List.of(file));
    assertThat(learned(lesson)).isEqualTo("-, 60.0 x1.0, -"); // without a score: sure
    assertThat(lesson.remarks().get(0)).contains("2 results say no person");
    assertThat(lesson.remarks().get(1))
        .isEqualTo(
            "teacher "
                + file
                + ": has 1 of 2 people; lacks right_hip, neck; ignored: 1 joints that the dataset"
                + " does not have (nose); ignored: 1 people outside split train, the first in 9.jpg;"
                + " 2 joints have no score, which counts as 1");
  }

  @Test
  void everyKindOfPredictionsIsATeacher() throws IOException {
    String keypoints =
        "[{'name':'nose','x':1,'y':1},{'name':'right_hip','x':80,'y':40,'score':0.75}]";
    String person = "{'person':0,'keypoints':" + keypoints + "}";
    String image = "{'image':'0.jpg','people':[" + person + "]}";
    for (Map.Entry<String, String> kind :
        Map.of(
                "a.json", "{'schema_version':1,'images':[" + image + "],'errors':[]}",
                "a.jsonl", "\n" + image + "\n",
                "b.json",
                    "[{'image_id':'0.jpg','category_id':1,'score':1,"
                        + "'keypoints':[null,null,null,80,40,0.75,null,null,null]}]")
            .entrySet()) {
      Path file = file(kind.getKey(), kind.getValue().replace('\'', '"'));
      assertThat(learned(lesson(List.of(file), "teacher.disagreement=replace")))
          .as(kind.getKey())
          .isEqualTo("30.0 x1.0, 80.0 x0.75, -");
    }
  }

  @Test
  void aFileThatMatchesNothingIsAnError() throws IOException {
    Path images = csv("images.csv", "7.jpg,0,1,1,1,1,1,1,1,1,1");
    assertThatThrownBy(() -> lesson(List.of(images)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            images
                + ": found nobody but such as 7.jpg, person 0, expected people of split train, such"
                + " as 0.jpg, person 0; name images and number people as the dataset does");
    Path joints = file("joints.csv", "image,person,tail_x,tail_y\n0.jpg,0,1,1\n");
    assertThatThrownBy(() -> lesson(List.of(joints)))
        .hasMessage(
            joints
                + ": found the joints tail, expected any of left_hip, right_hip, neck; call joints as"
                + " the dataset does");
    Path missing = folder.resolve("missing.csv");
    assertThatThrownBy(() -> lesson(List.of(missing)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(missing + ": no such file");
  }

  private static TrainJob job(Path data, Path run, TrainJob.Mode mode, String... sets)
      throws IOException {
    Config config = Config.parse(NoisePeople.CONFIG, "noise");
    for (String set : sets) {
      config.set(set);
    }
    return TrainJob.prepare(config, true, data, run, mode, null);
  }

  /** Whoever goes on with another teacher would not know any more what the network learned. */
  @Test
  void aRunKeepsItsTeacherAndSaysWhoItWas() throws IOException {
    Path data = NoisePeople.write(folder.resolve("noise"));
    Person first = DatasetReader.people(DatasetReader.read(data), "train").get(0);
    Path file = file("t.csv", teacher(first, first.x()[0] + 1));
    String given = "teacher.files=" + Json.texts(List.of(file));
    Path run = folder.resolve("run");
    List<String> notes = new ArrayList<>();
    job(data, run, TrainJob.Mode.REFUSE, given, "train.epochs=1").run(Warnings.notesInto(notes));
    assertThat(notes)
        .contains(
            "teacher: 0 joints without a label learned from it, 1 labels confirmed, 0 contradicted"
                + " and dropped");
    Path best = run.resolve("checkpoints/best.safetensors");
    assertThat(String.valueOf(Checkpoint.read(best).trainedOn()))
        .contains(", with a second opinion on the labels, t.csv (sha256 ");
    assertThat(Files.readString(run.resolve("summary.json"))).contains("\"teachers\"");

    file("t.csv", teacher(first, first.x()[0] + 2));
    assertThatThrownBy(() -> job(data, run, TrainJob.Mode.RESUME, given, "train.epochs=1"))
        .isInstanceOf(BadInputException.class)
        .hasMessageMatching(
            "labels of another network \\(--teacher, data.found\\): found t.csv \\(sha256 \\w{12}\\), expected t.csv \\(sha256 \\w{12}\\), as"
                + " what .*run was trained on; give the file of before, or go on with this one with"
                + " --override-config");
    assertThatThrownBy(() -> job(data, run, TrainJob.Mode.RESUME, "train.epochs=1"))
        .hasMessageContaining("found 'files:', where the config given now says 'files: []'");
    Config other = Config.parse(NoisePeople.CONFIG, "noise");
    other.set(given);
    TrainJob.resume(other, data, run).run(Progress.NONE);
    assertThat(
            String.valueOf(
                Checkpoint.read(run.resolve("checkpoints/last.safetensors")).trainedOn()))
        .contains("before that on");
  }

  private static String teacher(Person person, float x) {
    return "image,person,right_ankle_x,right_ankle_y,right_ankle_score\n"
        + person.image()
        + ",0,"
        + x
        + ","
        + person.y()[0]
        + ",0.9\n";
  }

  /** A teacher that says what is annotated and counts for nothing changes no bit of a run. */
  @Test
  void aTeacherWithoutWeightThatAgreesChangesNothing() throws IOException {
    Path data = NoisePeople.write(folder.resolve("noise"));
    Person first = DatasetReader.people(DatasetReader.read(data), "train").get(0);
    Path file = file("t.csv", teacher(first, first.x()[0]));
    Path plain = folder.resolve("plain");
    Path taught = folder.resolve("taught");
    job(data, plain, TrainJob.Mode.REFUSE, "train.epochs=1").run(Progress.NONE);
    job(
            data,
            taught,
            TrainJob.Mode.REFUSE,
            "train.epochs=1",
            "teacher.files=" + Json.texts(List.of(file)),
            "teacher.weight=0")
        .run(Progress.NONE);
    assertThat(losses(taught)).isEqualTo(losses(plain)).hasSize(1);
  }

  private static List<String> losses(Path run) throws IOException {
    List<String> losses = new ArrayList<>();
    try (Csv csv = Csv.open(run.resolve("metrics.csv"))) {
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        losses.add(row.text(csv.column("loss")));
      }
    }
    return losses;
  }
}
