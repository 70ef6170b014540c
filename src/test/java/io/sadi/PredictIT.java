package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.io.MatArray;
import io.sadi.io.MatFile;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Shared;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** sadi predict as scripts use it: in pipes, on folders with a broken file in them. */
class PredictIT {
  private static TinyRun tiny;
  private static List<Path> pictures;

  @TempDir private Path folder;

  @BeforeAll
  static void findPictures() throws IOException {
    tiny = TinyRun.get();
    try (Stream<Path> files = Files.walk(tiny.folder.resolve("people/images"))) {
      pictures = files.filter(Files::isRegularFile).sorted().limit(3).toList();
    }
    assertThat(pictures).hasSize(3);
  }

  private Path photos() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("Fotos von Jürgen"));
    for (int i = 0; i < pictures.size(); i++) {
      Files.copy(pictures.get(i), photos.resolve("bild " + i + ".jpg"));
    }
    return photos;
  }

  private BinSadi.Result predict(String... more) {
    return sadi()
        .run(
            Stream.concat(Stream.of("predict", "--model", model()), Stream.of(more))
                .toArray(String[]::new));
  }

  private BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  private static String model() {
    return tiny.folder.resolve("run/checkpoints/best.safetensors").toString();
  }

  private static List<String> images(String csv) {
    return csv.lines().skip(1).map(row -> row.substring(0, row.indexOf(','))).toList();
  }

  @Test
  void folderBecomesRowsOnStdoutInOrder() throws IOException {
    photos();
    BinSadi.Result result = predict("Fotos von Jürgen", "-q");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("image,person,score,box_x,box_y,box_w,box_h,right_ankle_x");
    assertThat(images(result.out())).containsExactly("bild 0.jpg", "bild 1.jpg", "bild 2.jpg");
  }

  @Test
  void namesFromStdinGoToAFile() throws IOException {
    photos();
    BinSadi.Result result =
        sadi()
            .stdin("Fotos von Jürgen/bild 2.jpg\nFotos von Jürgen/bild 0.jpg\n")
            .run("predict", "--model", model(), "-", "--out", "é.json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEmpty();
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("é.json"))).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(json.getAsJsonArray("images"))
        .extracting(image -> image.getAsJsonObject().get("image").getAsString())
        .containsExactly("Fotos von Jürgen/bild 2.jpg", "Fotos von Jürgen/bild 0.jpg");
    assertThat(folder.resolve("é.json.part")).doesNotExist();
  }

  @Test
  void brokenImageIsListedAndTheOthersAreDone() throws IOException {
    Path photos = photos();
    byte[] whole = Files.readAllBytes(pictures.get(0));
    Files.write(photos.resolve("bild 1.jpg"), java.util.Arrays.copyOf(whole, whole.length / 2));
    BinSadi.Result result = predict("Fotos von Jürgen", "--errors", "errors.csv");
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(images(result.out())).containsExactly("bild 0.jpg", "bild 2.jpg");
    assertThat(result.err()).contains("bild 1.jpg").doesNotContain("Exception", "Corrupt JPEG");
    assertThat(Files.readString(folder.resolve("errors.csv"))).contains("bild 1.jpg");
  }

  @Test
  void nothingUsableIsBadInput() throws IOException {
    BinSadi.Result missing = predict("no such folder");
    assertThat(missing.exitCode()).isEqualTo(3);
    assertThat(missing.errLines()).last().asString().contains("no such folder");
    Files.writeString(folder.resolve("notes.jpg"), "not a picture");
    assertThat(predict("notes.jpg").exitCode()).isEqualTo(3);
  }

  @Test
  void readerMayLeaveEarly() throws IOException {
    photos();
    BinSadi.Result result =
        sadi().shell("set -o pipefail; sadi predict --model \"$1\" Fotos* -q | head -n 1", model());
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().lines()).hasSize(1);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void fileAppearsWholeWithItsPicturesAndIsNotOverwritten() throws IOException {
    photos();
    Files.writeString(
        folder.resolve("boxes.csv"),
        "image,x,y,w,h\nbild 2.jpg,1,2,60,90\nbild 0.jpg,0,0,80,80\nbild 2.jpg,9,9,50,70\n");
    String[] args = {
      "Fotos von Jürgen",
      "--boxes",
      "boxes.csv",
      "--out",
      "aus gabe/é.jsonl",
      "--overlays",
      "aus gabe/über",
      "--heatmaps",
      "heat"
    };
    BinSadi.Result result = predict(args);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("nothing for 1 of 3 images", "3 people in 3 images, in aus gabe/é.jsonl");
    assertThat(TinyRun.filesIn(folder.resolve("aus gabe")))
        .containsExactly(
            "", "é.jsonl", "über", "über/bild 0.jpg", "über/bild 1.jpg", "über/bild 2.jpg");
    assertThat(folder.resolve("heat/bild 2.jpg")).isNotEmptyFile();

    BinSadi.Result again = predict(args);
    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(again.errLines())
        .singleElement()
        .asString()
        .contains("aus gabe/é.jsonl: exists already", "--overwrite");
  }

  @Test
  void dryRunCountsWritesNothingAndLoadsNothing() throws IOException {
    photos();
    List<String> before = TinyRun.filesIn(folder);
    BinSadi.Result result =
        sadi()
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"))
            .run("predict", "--model", model(), "Fotos von Jürgen", "--out", "a.csv", "--dry-run");
    assertThat(result.exitCode()).isZero();
    assertThat(result.errLines())
        .singleElement()
        .asString()
        .contains("16 joints of 3 people in 3 images", "csv to a.csv");
    assertThat(TinyRun.filesIn(folder)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "predict x.jpg | 3 | x.jpg: no such file",
        "predict --model M | 2 | INPUT",
        "predict --model M --format xml x.jpg | 2 | [csv, json, jsonl, coco, coco-dataset, yolo, mpii-mat]",
        "predict --model none x.jpg | 3 | none: no such file",
        "predict --model notes.csv x.jpg | 3 | notes.csv: found",
        "predict --model M none.jpg | 3 | none.jpg: no such file",
        "predict --model M empty | 3 | empty: found a folder without images",
        "predict --model M x*.jpg | 3 | x*.jpg: found no file of that pattern",
        "predict --model M x.jpg --boxes notes.csv | 3 | notes.csv:1: found no column x",
        "predict --model M x.jpg --batch 0 | 3 | --batch: found 0, expected 1..4096",
        "predict --model M x.jpg --device cuda:99 | 5 | --device cuda:99",
        "predict --model M x.jpg --out notes.csv | 3 | notes.csv: exists already",
        "predict --model M x.jpg --out a.csv --errors empty/../a.csv | 3 | for two outputs",
      })
  void badInputIsOneLine(String command, int exitCode, String message) throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    Files.writeString(folder.resolve("notes.csv"), "image,note\nx.jpg,nice\n");
    String[] words = command.split(" ");
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].equals("M") ? model() : words[i];
    }
    BinSadi.Result result = sadi().run(words);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).singleElement().asString().contains(message);
  }

  /** The same people in the same crops: eval measures what predict finds and what it saves. */
  @Test
  void evalOfTheModelOfItsPredictionsAndOfPredictAgree() {
    String people = tiny.folder.resolve("people").toString();
    BinSadi.Result model =
        sadi()
            .run(
                "eval",
                "-q",
                "--model",
                model(),
                "--data",
                people,
                "--decode",
                "all",
                "--format",
                "csv",
                "--save-predictions",
                "saved.csv");
    assertThat(model.exitCode()).as(model.err()).isZero();
    assertThat(model.err()).isEmpty();
    assertThat(model.out()).contains(",h1,mean,", ",mu,mean,", ",fused-paper,mean,");
    List<String> files = List.of("found.csv", "found.json", "found.jsonl", "found.coco.json");
    for (String file : files) {
      BinSadi.Result found =
          predict(
              people + "/images", "-q", "--boxes", people + "/annotations/val.json", "--out", file);
      assertThat(found.exitCode()).as(found.err()).isZero();
    }
    for (String file : Stream.concat(Stream.of("saved.csv"), files.stream()).toList()) {
      BinSadi.Result again =
          sadi().run("eval", "-q", "--predictions", file, "--data", people, "--format", "csv");
      assertThat(again.exitCode()).as(again.err()).isZero();
      assertThat(again.out().lines().skip(1).map(row -> row.replace(",predictions,", ",fused,")))
          .as(file)
          .hasSizeGreaterThan(10)
          .isSubsetOf(model.out().lines().toList());
    }
  }

  /** From MPII's own file, cut down, to what MPII's evaluation loads. */
  @Test
  void submissionToMpiiListsItsTestImages() throws IOException {
    String release =
        Shared.require("data/mpii/mpii_human_pose_v1_u12_mini.mat").toAbsolutePath().toString();
    Path images = Files.createDirectory(folder.resolve("mpii"));
    Path drawn = tiny.folder.resolve("people/images");
    try (Stream<Path> files = Files.list(drawn)) {
      Files.copy(files.sorted().findFirst().orElseThrow(), images.resolve("099990002.jpg"));
    }
    Files.writeString(
        folder.resolve("boxes.csv"), "image,person,x,y,w,h\n099990002.jpg,0,10,10,80,90\n");
    String[] submit = {"mpii", "--boxes", "boxes.csv", "--out", "pred_keypoints_mpii.mat"};
    BinSadi.Result refused = predict(submit);
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errLines()).singleElement().asString().contains("found no --annotations");

    BinSadi.Result result =
        predict(
            Stream.concat(Stream.of(submit), Stream.of("--annotations", release))
                .toArray(String[]::new));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("4 of the 5 people that MPII measures are not in the input");
    BinSadi.Result rows = predict("mpii", "--boxes", "boxes.csv", "-q");
    double x = Double.parseDouble(rows.out().lines().toList().get(1).split(",")[7]);

    MatArray pred = MatFile.read(folder.resolve("pred_keypoints_mpii.mat"), "pred");
    assertThat(pred.size()).isEqualTo(6);
    assertThat(pred.field(2, "image").field(0, "name").text()).isEqualTo("099990002.jpg");
    MatArray points = pred.field(2, "annorect").field(0, "annopoints").field(0, "point");
    assertThat(points.field(0, "x").number(0)).isCloseTo(x + 1, within(0.001));
    assertThat(pred.field(0, "annorect").field(0, "annopoints").isEmpty()).isTrue();
  }
}
