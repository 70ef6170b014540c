package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.CocoFile;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.Progress;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.CocoAnnotations;
import io.sadi.prepare.read.CsvAnnotations;
import io.sadi.prepare.read.ImageFiles;
import io.sadi.prepare.read.LabelmeAnnotations;
import io.sadi.prepare.read.LeedsPoses;
import io.sadi.prepare.read.MpiiAnnotations;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.read.YoloAnnotations;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same people in every format that is read, down to the dataset that is made of each. A user
 * loses here that his annotations are taken as they are meant.
 */
class DrawnAnnotationsTest {
  private static final Path FOLDER = DrawnAnnotations.FOLDER;
  private static final Path IMAGES = FOLDER.resolve("images");
  private static final List<Split> ALL = List.of(new Split.Fraction("train", 1));
  private static final List<String> JOINTS = Skeleton.mpii16().joints();

  @TempDir private Path out;

  @BeforeAll
  static void bless() throws IOException {
    if (TestData.blessing()) {
      DrawnAnnotations.write();
    }
  }

  @Test
  void coco() throws IOException {
    CocoAnnotations coco =
        CocoAnnotations.read(
            List.of(new CocoAnnotations.SplitFile(null, FOLDER.resolve("coco.json"))),
            new CocoFile.Foreign(null, List.of()),
            IMAGES,
            ALL,
            1);
    checkWithOcclusion(prepared(coco.annotations(), coco.imageRoot()), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"commas.csv", "semicolons.csv", "excel-unicode.txt"})
  void tables(String name) throws IOException {
    Annotations table =
        CsvAnnotations.read(FOLDER.resolve("csv/" + name), CsvAnnotations.CsvOptions.PLAIN, ALL, 1);
    checkWithOcclusion(prepared(table, IMAGES), true);
  }

  @Test
  void aTableOfMatlabsOnWindows() throws IOException {
    Annotations table =
        CsvAnnotations.read(
            FOLDER.resolve("csv/matlab-windows.csv"),
            new CsvAnnotations.CsvOptions(true, Double.NaN),
            ALL,
            1);
    checkWithOcclusion(prepared(table, IMAGES), false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deeplabcut-2.1.csv", "deeplabcut-3.csv"})
  void deepLabCut(String name) throws IOException {
    Annotations table =
        CsvAnnotations.read(FOLDER.resolve("csv/" + name), CsvAnnotations.CsvOptions.PLAIN, ALL, 1);
    check(prepared(table, IMAGES));
  }

  @Test
  void labelme() throws IOException {
    Annotations labelme =
        LabelmeAnnotations.read(FOLDER.resolve("labelme"), IMAGES, List.of(), ALL, 1);
    checkWithOcclusion(prepared(labelme, IMAGES), true);
  }

  @Test
  void yolo() throws IOException {
    YoloAnnotations yolo =
        YoloAnnotations.read(
            FOLDER.resolve("data.yaml"),
            new YoloAnnotations.YoloOptions(List.of(), null, Double.NaN),
            ALL,
            1);
    checkWithOcclusion(prepared(yolo.annotations(), yolo.imageRoot()), true);
  }

  @ParameterizedTest
  @CsvSource({"mpii.mat,", "mpii-pytorch-pose.json,", "mpii-pytorch-pose.json, mpii.mat"})
  void mpii(String name, String heads) throws IOException {
    Path boxes = heads == null ? null : FOLDER.resolve(heads);
    Annotations mpii =
        MpiiAnnotations.read(List.of(FOLDER.resolve(name)), boxes, null, ALL, false, 1);
    List<Person> people = prepared(mpii, IMAGES);
    checkWithOcclusion(people, false);
    if (name.endsWith(".mat") || heads != null) {
      List<Map<String, String>> expected = expected();
      for (int i = 0; i < people.size(); i++) {
        double head = Double.parseDouble(expected.get(i).get("head_size"));
        assertThat(people.get(i).headSize()).isEqualTo(head, within(0.01));
      }
    }
  }

  /** Which has lost what is occluded. */
  @Test
  void hrnetsMpii() throws IOException {
    Path file = FOLDER.resolve("mpii-hrnet.json");
    check(prepared(MpiiAnnotations.read(List.of(file), null, null, ALL, false, 1), IMAGES));
  }

  @ParameterizedTest
  @CsvSource({"LSP, lsp-joints.mat", "LSPET, lspet-joints.mat"})
  void leeds(LeedsPoses dataset, String name) throws IOException {
    Annotations leeds =
        dataset.read(FOLDER.resolve(name), "im%04d.jpg", LeedsPoses.JointSides.PERSON, ALL, 1);
    List<Person> people = prepared(leeds, IMAGES);
    List<Map<String, String>> expected =
        expected().stream().filter(row -> row.get("person").equals("0")).toList();
    assertThat(people).hasSameSizeAs(expected);
    for (int i = 0; i < people.size(); i++) {
      Person person = people.get(i);
      assertThat(person.image()).isEqualTo(expected.get(i).get("image"));
      for (int j = 0; j < 14; j++) {
        String joint = Skeleton.lsp14().joints().get(j);
        String name16 = joint.equals("neck") ? "upper_neck" : joint;
        int v = Integer.parseInt(expected.get(i).get(name16 + "_v"));
        if (v > 0) {
          checkJoint(person, j, expected.get(i), name16);
          if (dataset == LeedsPoses.LSP) {
            assertThat((int) person.visibility()[j]).as(joint).isEqualTo(v);
          }
        } else if (dataset == LeedsPoses.LSPET) {
          assertThat(person.annotated(j)).as(joint).isFalse();
        }
      }
    }
  }

  /** As `sadi prepare` writes it and everything else reads it. */
  private List<Person> prepared(Annotations annotations, Path images) throws IOException {
    Path folder = out.resolve("dataset");
    Annotations found = ImageFiles.find(annotations, images, Progress.NONE);
    new Preparation(
            found, images, new DatasetOutput(folder, false, false, Map.of()), Treatment.PLAIN)
        .run(Progress.NONE);
    return DatasetReader.people(DatasetReader.read(folder), "train");
  }

  private static void checkWithOcclusion(List<Person> people, boolean boxes) throws IOException {
    check(people);
    List<Map<String, String>> expected = expected();
    for (int i = 0; i < people.size(); i++) {
      Person person = people.get(i);
      for (int k = 0; k < JOINTS.size(); k++) {
        int v = Integer.parseInt(expected.get(i).get(JOINTS.get(k) + "_v"));
        assertThat((int) person.visibility()[k]).as(JOINTS.get(k)).isEqualTo(v);
      }
      if (boxes) {
        double[] sides = {
          person.box().x(), person.box().y(), person.box().width(), person.box().height()
        };
        for (int side = 0; side < 4; side++) {
          String name = List.of("box_x", "box_y", "box_w", "box_h").get(side);
          double want = Double.parseDouble(expected.get(i).get(name));
          assertThat(sides[side]).as(name).isEqualTo(want, within(0.01));
        }
      }
    }
  }

  private static void check(List<Person> people) throws IOException {
    List<Map<String, String>> expected = expected();
    assertThat(people).hasSameSizeAs(expected);
    for (int i = 0; i < people.size(); i++) {
      Person person = people.get(i);
      assertThat(person.image()).isEqualTo(expected.get(i).get("image"));
      assertThat(String.valueOf(person.person())).isEqualTo(expected.get(i).get("person"));
      for (int k = 0; k < JOINTS.size(); k++) {
        boolean annotated = !expected.get(i).get(JOINTS.get(k) + "_v").equals("0");
        assertThat(person.annotated(k)).as(JOINTS.get(k)).isEqualTo(annotated);
        if (annotated) {
          checkJoint(person, k, expected.get(i), JOINTS.get(k));
        }
      }
    }
  }

  private static void checkJoint(Person person, int k, Map<String, String> row, String name) {
    assertThat((double) person.x()[k])
        .as(name + "_x")
        .isEqualTo(Double.parseDouble(row.get(name + "_x")), within(0.01));
    assertThat((double) person.y()[k])
        .as(name + "_y")
        .isEqualTo(Double.parseDouble(row.get(name + "_y")), within(0.01));
  }

  /** expected.csv, a map of columns a row. */
  private static List<Map<String, String>> expected() throws IOException {
    List<String> lines = Files.readAllLines(FOLDER.resolve("expected.csv"));
    String[] header = lines.get(0).split(",");
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",");
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < header.length; i++) {
        row.put(header[i], fields[i]);
      }
      rows.add(row);
    }
    return rows;
  }
}
