package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.Terminal;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.testing.Shared;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** COCO files as other tools write them: whoever has one must not have to mend it first. */
class CocoCasesIT {
  private final Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  CocoCasesIT(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          coco-bbox-negative         | people.json | val=1.0  | 0 | 4 | 1 x box of no size
          coco-bbox-xyxy             | people.json | val=1.0  | 0 | 8 | 8 x box as two corners
          coco-category-no-keypoints | people.json | val=1.0  | 0 | 4 | name them with --joints
          coco-dup-filename          | people.json | val=1.0  | 3 | 0 | images[1].file_name
          coco-empty-keypoints       | people.json | val=1.0  | 0 | 2 | 1 x no joint annotated
          coco-exif-upright          | people.json | val=1.0  | 0 | 4 | EXIF
          coco-iscrowd-bool          | people.json | val=1.0  | 0 | 4 | 4 people
          coco-label-studio          | people.json | val=1.0  | 0 | 4 | 4 x of a category without joints
          coco-names-absolute        | result.json | val=1.0  | 0 | 4 | /home/me/photos/0.jpg is taken for 0.jpg
          coco-names-images-prefix   | result.json | val=1.0  | 0 | 4 | images/0.jpg is taken for 0.jpg
          coco-names-parent          | result.json | val=1.0  | 0 | 4 | is taken for cb0-0.jpg
          coco-nan                   | people.json | val=1.0  | 0 | 4 | 4 people
          coco-negative-v0           | people.json | val=1.0  | 0 | 4 | 4 people
          coco-nested-keypoints      | people.json | val=1.0  | 0 | 4 | 4 people
          coco-no-ann-id             | people.json | val=1.0  | 0 | 4 | 4 annotations have no id
          coco-no-bbox               | people.json | val=1.0  | 0 | 4 | 4 people
          coco-normalised            | people.json | val=1.0  | 0 | 8 | 8 x size that cannot be
          coco-numbered-joints       | people.json | val=1.0  | 0 | 10 | --flip-pairs
          coco-one-short             | people.json | val=1.0  | 3 | 0 | found 39 numbers, expected 42
          coco-orphan-annotation     | people.json | val=1.0  | 3 | 0 | annotations[1].image_id: found 99
          coco-results-ids           | people.json | val=1.0  | 0 | 8 | 8 people
          coco-roboflow              | images/_annotations.coco.json | val=1.0 | 0 | 4 | 4 people
          coco-skeleton-stale        | people.json | val=1.0  | 0 | 4 | left out 2 of 5 edges
          coco-visibility-bool       | people.json | val=1.0  | 3 | 0 | keypoints[2]: found true
          coco-visibility-score      | people.json | val=1.0  | 3 | 0 | scores of a network
          train-seven-joints         | people.json | val=1.0  | 0 | 10 | 10 people
          """)
  void arePrepared(
      String name, String annotations, String split, int exitCode, int people, String words)
      throws IOException {
    Path given = Shared.require("cases/" + name);
    assertThat(prepare(given, annotations, "--split", split)).as(err()).isEqualTo(exitCode);
    assertThat(err()).contains(words);
    if (exitCode == 0) {
      Dataset dataset = DatasetReader.read(folder.resolve("data"));
      assertThat(dataset.splits()).containsExactly(Map.entry("val", people));
      assertThat(DatasetReader.people(dataset, "val"))
          .hasSize(people)
          .allMatch(p -> p.annotated() && Files.exists(dataset.imageRoot().resolve(p.image())));
    } else {
      assertThat(folder.resolve("data")).doesNotExist();
    }
  }

  /** One entry of many must not cost the others. */
  @ParameterizedTest
  @CsvSource({"coco-one-short,3", "coco-orphan-annotation,3"})
  void areLeftOutWhereAsked(String name, int people) throws IOException {
    Path given = Shared.require("cases/" + name);
    assertThat(prepare(given, "people.json", "--split", "val=1.0", "--check", "drop"))
        .as(err())
        .isZero();
    assertThat(DatasetReader.read(folder.resolve("data")).splits())
        .containsExactly(Map.entry("val", people));
    assertThat(Files.readString(folder.resolve("data/left_out.csv")))
        .contains("entry that cannot be read")
        .contains("annotations[1]");
  }

  /** A small set needs no --split: no val without people. */
  @Test
  void fourPeopleAreDivided() throws IOException {
    Path given = Shared.require("cases/coco-iscrowd-bool");
    assertThat(prepare(given, "people.json")).as(err()).isZero();
    assertThat(DatasetReader.read(folder.resolve("data")).splits())
        .containsExactly(Map.entry("train", 3), Map.entry("val", 1));
  }

  /** Results that name images by the ids of the user's file are measured on those. */
  @ParameterizedTest
  @CsvSource({"coco-results-ids", "coco-results-ids-silent"})
  void resultsFitTheUsersIds(String name) throws IOException {
    Path given = Shared.require("cases/" + name);
    assertThat(prepare(given, "people.json", "--split", "val=1.0")).as(err()).isZero();
    String data = folder.resolve("data").toString();
    String results = given.resolve("results.json").toString();
    assertThat(run("eval", "--predictions", results, "--data", data, "--format", "json"))
        .as(err())
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"mean_joint_weighted\": 100,");
  }

  /** COCO has a file for each split, and Roboflow one beside each folder of photos. */
  @Test
  void twoFilesAreOneDataset() throws IOException {
    Path given = Shared.require("cases/coco17-two-files");
    String train = "train=" + given.resolve("person_keypoints_train2017.json");
    String val = "val=" + given.resolve("person_keypoints_val2017.json");
    String data = folder.resolve("data").toString();
    int exitCode =
        run("prepare", "coco", "--annotations", train, "--annotations", val, "--out", data);
    assertThat(exitCode).as(err()).isZero();
    Dataset dataset = DatasetReader.read(folder.resolve("data"));
    assertThat(dataset.splits()).containsExactly(Map.entry("train", 3), Map.entry("val", 9));
    assertThat(dataset.skeleton().size()).isEqualTo(17);
    assertThat(DatasetReader.imageIds(dataset, "val").keySet())
        .extracting(Object::toString)
        .containsExactlyInAnyOrder("196141", "197388");
    assertThat(err()).contains("left out: 2 x no joint annotated");
  }

  @Test
  void equalJointsNeedNoSkeleton() throws IOException {
    Path given = Shared.require("cases/coco17-two-files");
    List<String> merge = new ArrayList<>(List.of("prepare", "merge"));
    for (String split : List.of("train", "val")) {
      String file = given.resolve("person_keypoints_" + split + "2017.json").toString();
      String data = folder.resolve(split).toString();
      assertThat(run("prepare", "coco", "--annotations", split + "=" + file, "--out", data))
          .as(err())
          .isZero();
      merge.add(data);
    }
    merge.addAll(List.of("--out", folder.resolve("both").toString()));
    assertThat(run(merge.toArray(String[]::new))).as(err()).isZero();
    Dataset dataset = DatasetReader.read(folder.resolve("both"));
    assertThat(dataset.splits()).containsExactly(Map.entry("train", 3), Map.entry("val", 9));
    assertThat(dataset.skeleton().joints()).hasSize(17).startsWith("nose");
  }

  @Test
  void jointsOfNoSideAreSaidByTrainToo() throws IOException {
    Path given = Shared.require("cases/coco-numbered-joints");
    assertThat(prepare(given, "people.json", "--split", "train=1-8", "--split", "val=9-10"))
        .as(err())
        .isZero();
    assertThat(train("configs/tiny.yaml", "--overwrite")).as(err()).isZero();
    assertThat(err()).contains("flip_pairs lacks joints").contains("--flip-pairs");
    assertThat(train("configs/tiny.yaml", "--overwrite", "--set", "augment.flip=0.5"))
        .as(err())
        .isZero();
    assertThat(err()).contains("flip_pairs is empty").contains("augment.flip=0");
    assertThat(
            prepare(
                given, "people.json", "--flip-pairs", "1:6,2:5,3:4,7:12,8:11,9:10", "--overwrite"))
        .as(err())
        .isZero();
    assertThat(err()).doesNotContain("flip_pairs");
    Dataset dataset = DatasetReader.read(folder.resolve("data"));
    assertThat(dataset.skeleton().flipPermutation())
        .containsExactly(5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6, 12, 13);
  }

  @Test
  void fineTuningOtherJointsSaysHow() throws IOException {
    Path given = Shared.require("cases/train-seven-joints");
    assertThat(prepare(given, "people.json", "--split", "train=1-8", "--split", "val=9-10"))
        .as(err())
        .isZero();
    assertThat(train("configs/builtin.yaml", "--init", "builtin")).isEqualTo(3);
    assertThat(err())
        .contains("found a network of 14 joints, expected 7")
        .contains("--init-except head,sfm");
  }

  private int train(String config, String... options) {
    List<String> args = new ArrayList<>(List.of("train", "--config", config, "--epochs", "1"));
    args.addAll(List.of("--data", folder.resolve("data").toString()));
    args.addAll(List.of("--out", folder.resolve("run").toString()));
    args.addAll(List.of(options));
    return run(args.toArray(String[]::new));
  }

  private int prepare(Path given, String annotations, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "prepare",
                "coco",
                "--annotations",
                given.resolve(annotations).toString(),
                "--images",
                given.resolve("images").toString(),
                "--out",
                folder.resolve("data").toString()));
    args.addAll(List.of(options));
    return run(args.toArray(String[]::new));
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    return CommandLines.run(
        new SadiCommand(), new Console(out, err, Terminal.of("", Map.of())), args);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
