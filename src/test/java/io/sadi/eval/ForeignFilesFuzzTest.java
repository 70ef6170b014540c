package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.Progress;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Matrix;

/** What other programs wrote may be damaged: it is read or refused, in one line. */
class ForeignFilesFuzzTest {
  private static final int FLIPS = 10_000;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a_keypoints.json | {"version":1.3,"people":[{"person_id":[-1],"pose_keypoints_2d":[1,2,0.5,0,0,0],"face_keypoints_2d":[]}]}
          b.json           | [{"keypoints":[[1,2],[NaN,4.5]],"keypoint_scores":[0.5,0.9],"bbox":[[0,0,9,9]],"bbox_score":0.9}]
          c.json           | {"meta_info":{},"instance_info":[{"keypoints":[[1,2],[3,4]],"keypoint_scores":[0.5,null],"bbox":[0,0,9,9],"bbox_score":[1.0]}]}
          d.json           | [{"image_id":"x","category_id":1,"score":0.5,"bbox":[1,2,3,4],"keypoints":[1,2,0.5,null,-Infinity,0]}]
          """)
  void peopleOfAnImage(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Fuzz fuzz =
        new Fuzz(
            file,
            damaged ->
                PredictionsJson.read(
                    damaged, List.of("neck", "nose"), CocoResults.ImageNameSource.NONE));
    assertThat(fuzz.prefixes()).isEqualTo(text.length()); // no part of it is whole
    assertThat(fuzz.flips(FLIPS, 1)).isPositive();
  }

  @Test
  void hrnetsPredictions() throws IOException {
    Matrix preds = Mat5.newMatrix(new int[] {3, 2, 2});
    for (int i = 0; i < 12; i++) {
      preds.setDouble(i, i);
    }
    Path file = folder.resolve("pred.mat");
    Mat5.writeToFile(Mat5.newMatFile().addArray("preds", preds), file.toFile());
    Skeleton two = Skeleton.named(List.of("neck", "nose"), List.of(), "test");
    List<Person> people =
        List.of(
            People.person("a", 0, two, 1),
            People.person("b", 0, two, 1),
            People.person("c", 0, two, 1));
    List<Detection> read = PredMat.read(file, two.joints(), "val", people);
    assertThat(read.get(1).joints().image()).isEqualTo("b");
    // The second person's neck is value 1, nose 4; y after all x: 7 and 10. From 1 to from 0.
    assertThat(read.get(1).joints().x()).containsExactly(0, 3);
    assertThat(read.get(1).joints().y()).containsExactly(6, 9);
    Fuzz fuzz = new Fuzz(file, damaged -> PredMat.read(damaged, two.joints(), "val", people));
    fuzz.prefixes();
    assertThat(fuzz.flips(FLIPS, 1)).isPositive();
  }

  @Test
  void aCocoFileAsTheDataset() throws IOException {
    Path results =
        Files.writeString(
            folder.resolve("results.json"),
            "[{\"image_id\":1,\"category_id\":1,\"score\":1,\"keypoints\":[1,2,1,3,4,1]}]");
    Path file =
        Files.writeString(
            folder.resolve("people.json"),
            """
            {"images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":1,"name":"person",
            "keypoints":["nose","neck"]}],"annotations":[{"id":1,"image_id":1,"category_id":1,
            "iscrowd":0,"area":20,"bbox":[0,0,5,5],"keypoints":[1,2,2,3,4,1]},{"id":2,"image_id":1,
            "category_id":1,"iscrowd":1,"bbox":[9,9,5,5],"keypoints":[0,0,0,0,0,0]}]}
            """);
    Fuzz fuzz = new Fuzz(file, damaged -> measure(damaged, results));
    assertThat(fuzz.prefixes()).isPositive();
    assertThat(fuzz.flips(FLIPS, 1)).isPositive();
  }

  private static Evaluation measure(Path file, Path results) throws IOException {
    Dataset dataset = DatasetReader.readFolderOrFile(file);
    String all = DatasetReader.WHOLE_FILE;
    List<Person> people = DatasetReader.people(dataset, all);
    OksTruth truth = OksTruth.read(dataset, all, null);
    Predictions read = PredictionsFile.read(results, dataset, all, people, Progress.NONE);
    return Evaluation.of(
        dataset,
        all,
        people,
        truth,
        Map.of("predictions", read),
        List.of(PoseMetric.OKS),
        Details.NONE);
  }
}
