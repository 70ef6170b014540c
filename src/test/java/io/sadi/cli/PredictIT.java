package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sadi.BinSadi;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.io.Json;
import io.sadi.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sadi predict} and {@code sadi eval --model} as a script runs them. */
class PredictIT {
  /** Spaces and letters that no locale's file names must lose. */
  private static final String PHOTOS = "Fotos é 日本";

  @TempDir private static Path folder;

  @BeforeAll
  static void makeModelPhotosAndDataset() throws IOException {
    TestModels.write(folder.resolve("m.safetensors"));
    Random random = new Random(1);
    for (String name : List.of("b ü.png", "a/1.png", "a/2.png")) {
      byte[] pixels = new byte[50 * 60 * 3];
      random.nextBytes(pixels);
      try (Image image = Image.of(pixels, 50, 60)) {
        image.writePng(folder.resolve(PHOTOS).resolve(name));
      }
    }
    Files.writeString(folder.resolve("broken.jpg"), "nothing of the sort");
    byte[] visible = new byte[14];
    Arrays.fill(visible, Person.VISIBLE);
    List<Person> people = new ArrayList<>();
    for (String name : List.of("a/1.png", "a/2.png")) {
      float[] x = new float[14];
      float[] y = new float[14];
      for (int k = 0; k < 14; k++) {
        x[k] = random.nextInt(50);
        y[k] = random.nextInt(60);
      }
      people.add(new Person(name, 0, 50, 60, x, y, visible, null, 25, 30, 0.3, Double.NaN, null));
    }
    Path data = folder.resolve("data");
    DatasetWriter.write(
        new Dataset(data, "noise", Skeleton.lsp14(), Metric.PCK_02, Map.of(), data),
        "../" + PHOTOS,
        Map.of(),
        Map.of("val", people));
  }

  private static BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  private static BinSadi.Result predict(String... args) {
    return sadi()
        .run(
            Stream.concat(
                    Stream.of("predict", "--model", "m.safetensors", "--threads", "1"),
                    Arrays.stream(args))
                .toArray(String[]::new));
  }

  @Test
  void aFolderBecomesRowsInOrderOnStdout() {
    BinSadi.Result result = predict("-q", PHOTOS);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().map(line -> line.substring(0, line.indexOf(','))))
        .containsExactly("image", "a/1.png", "a/2.png", "b ü.png");
    assertThat(result.out())
        .startsWith("image,person,score,box_x,box_y,box_w,box_h,right_ankle_x,");
  }

  @Test
  void aFileAppearsWholeWithItsPictures() throws IOException {
    BinSadi.Result result =
        predict(
            PHOTOS,
            "--out",
            "out/ä 1.json",
            "--overlays",
            "out/o v",
            "--heatmaps",
            "out/h",
            "--boxes",
            "data/annotations/val.json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("2 people in 3 images, in out/ä 1.json");
    JsonObject json = Json.readObject(folder.resolve("out/ä 1.json"));
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(json.getAsJsonArray("images")).hasSize(3);
    assertThat(folder.resolve("out/ä 1.json.part")).doesNotExist();
    assertThat(folder.resolve("out/o v/b ü.png.jpg")).isNotEmptyFile();
    assertThat(folder.resolve("out/h/a/1.png.jpg")).isNotEmptyFile();

    BinSadi.Result again = predict(PHOTOS, "--out", "out/ä 1.json");
    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(again.errLines())
        .singleElement()
        .asString()
        .contains("out/ä 1.json: exists already", "--overwrite");
  }

  @Test
  void pathsComeFromAPipeAndRowsGoToOne() {
    BinSadi.Result result =
        sadi()
            .shell(
                "find \"$1\" -name '*.png' | sort"
                    + " | sadi predict -q --model m.safetensors --threads 1 --format jsonl -"
                    + " | head -n 1; echo ${PIPESTATUS[2]}",
                PHOTOS);
    assertThat(result.err()).isEmpty();
    List<String> lines = result.out().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).startsWith("{\"image\":\"" + PHOTOS + "/a/1.png\"").endsWith("}");
    assertThat(lines.get(1)).as("a reader that has seen enough is no error").isEqualTo("0");
  }

  @Test
  void brokenImagesAreListedAndTheRestIsDone() throws IOException {
    Path errors = folder.resolve("errors.csv");
    BinSadi.Result result =
        predict("-q", "broken.jpg", PHOTOS, "none.jpg", "--errors", errors.toString());
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.out().lines()).hasSize(4);
    assertThat(result.errLines())
        .satisfiesExactly(
            line -> assertThat(line).contains("warning: broken.jpg: found bytes that start with"),
            line -> assertThat(line).contains("warning: none.jpg: no such file"),
            line -> assertThat(line).contains("2 of 5 inputs could not be used"));
    assertThat(Files.readAllLines(errors)).hasSize(3).contains("none.jpg,no such file");
  }

  @Test
  void aDryRunCountsAndLoadsNothing() {
    Path cache = folder.resolve("no-cache");
    BinSadi.Result result =
        sadi()
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + cache)
            .run("predict", "--model", "m.safetensors", PHOTOS, "--out", "dry.csv", "--dry-run");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines())
        .containsExactly(
            "would find 14 joints of 3 people in 3 images with m.safetensors (fused, 64 px); csv"
                + " to dry.csv");
    assertThat(cache).as("native libraries").doesNotExist();
    assertThat(folder.resolve("dry.csv")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "predict x.jpg | 2 | --model",
        "predict --model m.safetensors | 2 | INPUT",
        "predict --model m.safetensors --format xml x.jpg | 2 | [csv, json, jsonl, coco]",
        "predict --model none x.jpg | 3 | none: no such file",
        "predict --model broken.jpg x.jpg | 3 | broken.jpg: found a header of",
        "predict --model m.safetensors none.jpg | 3 | none.jpg: no such file",
        "predict --model m.safetensors data | 3 | data: found a folder without images",
        "predict --model m.safetensors x.jpg --boxes data/dataset.yaml | 3 | no column image",
        "predict --model m.safetensors x.jpg --batch 0 | 3 | --batch: found 0, expected 1..4096",
        "predict --model m.safetensors x.jpg --device cuda:99 | 5 | --device cuda:99",
        "eval --model m.safetensors --data none | 3 | none: found no such folder",
        "eval --model m.safetensors --data data --split test | 3 | found no split 'test'",
      })
  void badInputIsOneLine(String command, int exitCode, String message) {
    BinSadi.Result result = sadi().run(command.split(" "));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).singleElement().asString().contains(message);
  }

  @Test
  void evalMeasuresAModelAndWhatItSavesMeasuresTheSame() {
    BinSadi.Result model =
        sadi()
            .run(
                "eval",
                "-q",
                "--model",
                "m.safetensors",
                "--data",
                "data",
                "--threads",
                "1",
                "--decode",
                "all",
                "--format",
                "csv",
                "--save-predictions",
                "saved.csv");
    assertThat(model.exitCode()).as(model.err()).isZero();
    assertThat(model.err()).isEmpty();
    assertThat(model.out()).contains(",h1,mean,", ",mu,mean,", ",fused-paper,mean,");
    BinSadi.Result saved =
        sadi().run("eval", "-q", "--predictions", "saved.csv", "--data", "data", "--format", "csv");
    assertThat(saved.exitCode()).as(saved.err()).isZero();
    assertThat(saved.out().lines().skip(1).map(line -> line.replace(",predictions,", ",fused,")))
        .isNotEmpty()
        .isSubsetOf(model.out().lines().toList());
  }
}
