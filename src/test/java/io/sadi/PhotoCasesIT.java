package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small files as people have them: photos of every kind, tables of spreadsheets, labels of other
 * programs, boxes of detectors. Each with the command that its owner gives and the right value.
 */
class PhotoCasesIT {
  @TempDir private Path folder;

  /** What a case's command is to leave. */
  @FunctionalInterface
  private interface Check {
    void check(Path place, BinSadi.Result result) throws IOException;
  }

  private record Case(String name, String command, int exitCode, Check check) {}

  /** The joints of the photos' six people; two are annotated nowhere. */
  private static final int TABLE_JOINTS = 82;

  private static Case table(String name) {
    return new Case(
        name,
        "prepare csv --annotations joints.csv --images photos --split train=1.0 --out data",
        0,
        (place, result) -> {
          List<Person> people = people(place, "train", 6, TABLE_JOINTS);
          assertThat(people.get(0).x()[0]).isEqualTo(74.71f);
          assertThat(people.get(0).y()[0]).isEqualTo(48.49f);
          assertThat(people).extracting(Person::person).containsOnly(0);
        });
  }

  private static final List<Case> CASES =
      List.of(
          table("csv-absolute-names"),
          table("csv-bom-crlf"),
          table("csv-cr"),
          table("csv-dot-names"),
          table("csv-filename-column"),
          table("csv-folder-names"),
          table("csv-minus-one"),
          table("csv-na"),
          table("csv-person-float"),
          table("csv-semicolon"),
          table("csv-utf16"),
          new Case(
              "csv-blank-rows",
              "prepare csv --annotations joints.csv --images images --split train=1.0 --out data",
              0,
              (place, result) -> people(place, "train", 2, 4)),
          deepLabCut("CollectedData_Me.csv"),
          deepLabCut("CollectedData_Me_new.csv"),
          new Case(
              "labelme",
              "prepare labelme --annotations photos --split train=1.0 --out data",
              0,
              (place, result) -> {
                Person person = people(place, "train", 2, 28).get(0);
                assertThat(person.x()[0]).isEqualTo(74.71f);
                assertThat(person.box()).isNotNull();
              }),
          new Case(
              "yolo-pose",
              "prepare yolo --annotations data.yaml --out data",
              0,
              (place, result) -> {
                people(place, "val", 4, 56);
                Person person = people(place, "train", 4, 56).get(0);
                assertThat(person.x()[0]).isEqualTo(74.71f, within(0.01f));
                assertThat(Files.readString(place.resolve("data/dataset.yaml")))
                    .contains("- - joint_1\n  - joint_6");
              }),
          new Case(
              "mpii-pytorch-pose",
              "prepare mpii --annotations mpii_annotations.json --images images --out data",
              0,
              (place, result) -> {
                assertThat(people(place, "train", 3, -1).get(0).x()[0]).isEqualTo(803);
                assertThat(people(place, "val", 2, -1).get(0).x()[0]).isEqualTo(316);
              }),
          exif("coco-exif-stored", 4),
          exif("coco-exif-upright", 0),
          new Case(
              "lsp-v73",
              "prepare lspet --annotations joints.mat --images images --out data",
              3,
              (place, result) -> assertThat(result.err()).contains("save(..., '-v7')")),
          new Case(
              "predict-csv-as-labels",
              "predict photos --people one --threads 1 --out joints.csv",
              0,
              (place, result) -> {
                BinSadi.Result prepared =
                    run(
                        place,
                        "prepare csv --annotations joints.csv --images photos --split train=1.0"
                            + " --min-score 0.05 --out data");
                assertThat(prepared.exitCode()).as(prepared.err()).isZero();
                people(place, "train", 3, -1);
                assertThat(DatasetReader.read(place.resolve("data")).skeleton().size())
                    .isEqualTo(14);
              }),
          new Case(
              "predict-heic-folder",
              "predict photos --out joints.csv",
              0,
              (place, result) -> {
                assertThat(result.err()).contains("5 HEIC");
                assertThat(Files.readString(place.resolve("joints.csv")))
                    .contains("download.jfif,");
              }),
          new Case(
              "boxes-detections",
              "predict photos --boxes COCO_val2017_detections_AP_H_56_person.json"
                  + " --boxes-score 0.5 --format coco --out results.json",
              0,
              (place, result) ->
                  assertThat(
                          JsonParser.parseString(Files.readString(place.resolve("results.json")))
                              .getAsJsonArray())
                      .extracting(one -> one.getAsJsonObject().get("image_id").getAsInt())
                      .containsExactly(139, 285, 632, 724, 776, 785)),
          new Case(
              "bigtiff-refused",
              "predict big.tif --threads 1",
              0,
              (place, result) -> assertThat(result.out().lines()).hasSize(2)),
          new Case(
              "gif-refused",
              "predict a.gif --threads 1",
              0,
              (place, result) -> assertThat(result.out().lines()).hasSize(2)),
          new Case(
              "float-tiff-said-damaged",
              "predict float.tif --threads 1",
              3,
              (place, result) ->
                  assertThat(result.err()).contains("32-bit floats").doesNotContain("damaged")),
          equalRows("tiff-alpha", "predict half.tif half.png --threads 1"),
          equalRows("webp-exif-unflagged", "predict . --threads 1"));

  private static Case deepLabCut(String file) {
    return new Case(
        "csv-deeplabcut",
        "prepare csv --annotations " + file + " --images . --split train=1.0 --out data",
        0,
        (place, result) ->
            assertThat(people(place, "train", 6, 84).get(0).image())
                .isEqualTo("labeled-data/clip1/img000.png"));
  }

  private static Case exif(String name, int turned) {
    return new Case(
        name,
        "prepare coco --annotations people.json --images images --split val=1.0 --out data",
        0,
        (place, result) -> {
          Person person = people(place, "val", 4, 56).get(0);
          assertThat(person.imageWidth()).isEqualTo(194);
          assertThat(person.x()[0]).isEqualTo(74.71f, within(0.01f));
          assertThat(person.y()[0]).isEqualTo(48.49f, within(0.01f));
          assertThat(result.err().contains(turned + " x annotated as stored"))
              .isEqualTo(turned > 0);
        });
  }

  private static Case equalRows(String name, String command) {
    return new Case(
        name,
        command,
        0,
        (place, result) -> {
          List<String> rows =
              result.out().lines().skip(1).map(row -> row.substring(row.indexOf(','))).toList();
          assertThat(rows).hasSize(2);
          assertThat(rows.get(0)).isEqualTo(rows.get(1));
        });
  }

  /** A split's people, as many as there should be, with so many joints (-1: any). */
  private static List<Person> people(Path place, String split, int count, int joints)
      throws IOException {
    Dataset dataset = DatasetReader.read(place.resolve("data"));
    List<Person> people = DatasetReader.people(dataset, split);
    assertThat(people).hasSize(count);
    int annotated = 0;
    for (Person person : people) {
      for (int k = 0; k < person.x().length; k++) {
        annotated += person.annotated(k) ? 1 : 0;
      }
    }
    if (joints >= 0) {
      assertThat(annotated).isEqualTo(joints);
    }
    return people;
  }

  private static BinSadi.Result run(Path place, String command) {
    return new BinSadi().in(place).run(command.split(" "));
  }

  @TestFactory
  List<DynamicTest> everyCaseGivesItsRightValue() {
    Path cases = Shared.require("cases");
    List<DynamicTest> tests = new ArrayList<>();
    for (Case one : CASES) {
      String name = one.name + ": " + Arrays.asList(one.command.split(" ")).get(3);
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () -> {
                Path place = folder.resolve("case " + tests.size() + name.hashCode());
                copy(Shared.require("cases").resolve(one.name), place);
                BinSadi.Result result = run(place, one.command);
                assertThat(result.exitCode()).as(result.err()).isEqualTo(one.exitCode);
                one.check.check(place, result);
              }));
    }
    assertThat(cases).isDirectory();
    return tests;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.write(target, Files.readAllBytes(file)); // copied, a file would stay read-only
        }
      }
    }
  }
}
