package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.Progress;
import io.sadi.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same predictions in every format that is measured. A user loses here that another program's
 * joints are those that it meant.
 */
class DrawnPredictionsTest {
  @BeforeAll
  static void bless() throws IOException {
    if (TestData.blessing()) {
      DrawnPredictions.write();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "expected.csv",
        "semicolons.csv",
        "sadi.json",
        "sadi.jsonl",
        "coco-results.json",
        "pred.mat",
        "openpose",
        "mmpose"
      })
  void saysWhatEveryOtherSays(String name) throws IOException {
    Dataset dataset = DatasetReader.readFolderOrFile(TestData.path("annotations/coco.json"));
    List<Person> people = DatasetReader.people(dataset, DatasetReader.WHOLE_FILE);
    Path file = DrawnPredictions.FOLDER.resolve(name);
    Predictions read =
        PredictionsFile.read(file, dataset, DatasetReader.WHOLE_FILE, people, Progress.NONE);
    List<String> lines = Files.readAllLines(DrawnPredictions.FOLDER.resolve("expected.csv"));
    assertThat(people).hasSize(lines.size() - 1);
    assertThat(read.size()).isEqualTo(people.size());
    int notFound = 0;
    for (int i = 0; i < people.size(); i++) {
      String[] fields = lines.get(i + 1).split(",");
      assertThat(people.get(i).image()).isEqualTo(fields[0]);
      assertThat(String.valueOf(people.get(i).person())).isEqualTo(fields[1]);
      Prediction prediction = read.of(people.get(i));
      assertThat(prediction).as(fields[0]).isNotNull();
      for (int k = 0; k < dataset.skeleton().size(); k++) {
        String joint = fields[0] + " " + dataset.skeleton().joints().get(k);
        String x = fields[2 + 3 * k];
        assertThat(prediction.isPlaced(k)).as(joint).isEqualTo(!x.isEmpty());
        if (x.isEmpty()) {
          notFound++;
          continue;
        }
        check(joint + "_x", prediction.x()[k], x);
        check(joint + "_y", prediction.y()[k], fields[3 + 3 * k]);
        check(joint + "_score", prediction.score()[k], fields[4 + 3 * k]);
      }
    }
    assertThat(notFound).isEqualTo(1);
  }

  private static void check(String what, double found, String expected) {
    assertThat(found).as(what).isEqualTo(Double.parseDouble(expected), within(0.01));
  }
}
