package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.CleanedDataset.CleaningRule;
import io.sadi.prepare.read.LeftOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanedDatasetTest {
  private static final CleaningRule RULE = new CleaningRule(0.15, 0.5);
  private static final Skeleton SKELETON = Skeleton.lsp14();

  /** Pixels of the crop's side: the rule's distance is 30 of them. */
  private static final double SIDE = 200;

  private final Path folder;
  private final Path predictions;

  CleanedDatasetTest(@TempDir Path temp) throws IOException {
    folder = temp.resolve("set");
    predictions = temp.resolve("train.csv");
    DatasetWriter.write(
        new Dataset(folder, "set", SKELETON, Metric.PCK_02, Map.of(), folder),
        "images",
        Map.of(),
        Map.of(
            "train", List.of(person("a.jpg"), person("b.jpg")), "val", List.of(person("v.jpg"))));
    Files.createDirectories(folder.resolve("images"));
  }

  /** Far and sure goes; far and unsure, or near and sure, stays; nothing moves. */
  @Test
  void leavesOutWhatIsSurelyElsewhere() throws IOException {
    predict(new double[] {29, 31, 31, 100}, ",1", ",0.5", ",0.49", ",0.9");
    ChangedSplit cleaned = read("train");
    Map<String, List<Person>> splits = cleaned.annotations().splits();
    List<Person> train = splits.getOrDefault("train", List.of());
    Person a = train.get(0);
    assertThat(a.annotated(0)).as("near").isTrue();
    assertThat(a.annotated(1)).as("far and sure").isFalse();
    assertThat(a.annotated(2)).as("far and unsure").isTrue();
    assertThat(a.annotated(3)).as("far and sure").isFalse();
    assertThat(a.x()).isEqualTo(person("a.jpg").x());
    assertThat(a.scale()).as("the crop").isEqualTo(SIDE / Person.SCALE_UNIT);
    assertThat(train.get(1).visibility())
        .as("nobody predicted b.jpg")
        .isEqualTo(person("b.jpg").visibility());
    assertThat(splits.getOrDefault("val", List.of()).get(0).visibility())
        .as("another split")
        .isEqualTo(person("v.jpg").visibility());
    assertThat(cleaned.annotations().leftOut())
        .extracting(LeftOut::detail)
        .containsExactly(
            "right_knee at 11.0, 20.0; predicted at 42.0, 20.0, score 0.50",
            "left_hip at 13.0, 20.0; predicted at 113.0, 20.0, score 0.90");
  }

  @Test
  void wantsScores() throws IOException {
    predict(new double[4]);
    assertThatThrownBy(() -> read("train"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("train.csv: a.jpg, right_ankle: found no score")
        .hasMessageContaining("--save-predictions");
  }

  @Test
  void wantsPredictionsOfTheSplitsPeople() throws IOException {
    predict(new double[4], ",1", ",1", ",1", ",1");
    assertThatThrownBy(() -> read("tarin"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("tarin");
    assertThatThrownBy(() -> read("val"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("people of split val");
  }

  private ChangedSplit read(String split) throws IOException {
    return CleanedDataset.read(folder, split, predictions, RULE, Progress.NONE);
  }

  private static Person person(String image) {
    int joints = SKELETON.size();
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    for (int k = 0; k < joints; k++) {
      x[k] = 10 + k;
    }
    Arrays.fill(y, 20);
    Arrays.fill(visibility, Person.VISIBLE);
    double scale = SIDE / Person.SCALE_UNIT;
    return new Person(image, 0, 300, 300, x, y, visibility, null, 50, 50, scale, Double.NaN, null);
  }

  /**
   * Writes a prediction for a.jpg whose first joints are off by so many pixels, the others exact.
   *
   * @param scores of the first joints, with the comma before; the others' are 1; none at all: no
   *     scores
   */
  private void predict(double[] off, String... scores) throws IOException {
    StringBuilder header = new StringBuilder("image,person");
    StringBuilder row = new StringBuilder("a.jpg,0");
    for (int k = 0; k < SKELETON.size(); k++) {
      String joint = SKELETON.joints().get(k);
      header.append(String.format(Locale.ROOT, ",%s_x,%s_y", joint, joint));
      double x = 10 + k + (k < off.length ? off[k] : 0);
      row.append(String.format(Locale.ROOT, ",%.3f,20", x));
      if (scores.length > 0) {
        header.append(',').append(joint).append("_score");
        row.append(k < scores.length ? scores[k] : ",1");
      }
    }
    Files.writeString(predictions, header + "\n" + row + "\n");
  }
}
