package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.testing.Fuzz;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;

public class LeedsPosesTest {
  private final Path folder;

  LeedsPosesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** The flag means opposite things in the two files, and the axes are swapped. */
  @Test
  void readsBothLayouts() throws IOException {
    Path lspet = write(at -> at[0] * 10 + at[2] + at[1] / 4.0 + 1, 14, 3, 2, at -> at[0] % 2);
    Annotations extended = LeedsPoses.LSPET.read(lspet, all(2), 1);
    Person person = people(extended, "train").get(1);
    assertThat(person.image()).isEqualTo("im00002.jpg");
    assertThat(person.visibility()).containsExactly(0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2);
    assertThat(person.x()[3]).isEqualTo(31); // 1-based 32
    assertThat(person.y()[3]).isEqualTo(31.25f);
    assertThat(person.x()[2]).isZero(); // not annotated: its coordinates mean nothing
    assertThat(person.centerX()).isEqualTo((11 + 131) / 2.0);
    assertThat(person.scale()).isCloseTo(120 * 1.25 / 200, within(1e-9));

    Path lsp = write(at -> at[1] * 10 + at[2] + at[0] / 4.0 + 1, 3, 14, 2, at -> at[1] % 2);
    Annotations official = LeedsPoses.LSP.read(lsp, all(2), 1);
    person = people(official, "train").get(0);
    assertThat(person.image()).isEqualTo("im0001.jpg");
    assertThat(person.visibility()).containsExactly(2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1);
    assertThat(person.x()[3]).isEqualTo(30);
    assertThat(person.y()[3]).isEqualTo(30.25f);
    assertThat(official.boxes()).isEqualTo(Annotations.BoxSource.WHOLE_IMAGE);
  }

  /** As Python's programs have them: the axes are known by their lengths. */
  @Test
  void readsOtherOrdersOfAxes() throws IOException {
    for (LeedsPoses dataset : LeedsPoses.values()) {
      Person own = null;
      for (int[] order : new int[][] {{3, 14, 5}, {14, 3, 5}, {5, 14, 3}, {5, 3, 14}}) {
        boolean others = dataset == LeedsPoses.LSP ? order[0] == 14 : order[0] == 3;
        Path file = ordered(order);
        if (!others) {
          Annotations read = dataset.read(file, all(5), 1);
          Person person = people(read, "train").get(4);
          own = own == null ? person : own;
          assertThat(people(read, "train")).hasSize(5);
          assertThat(person.x()).isEqualTo(own.x());
          assertThat(person.y()).isEqualTo(own.y());
          assertThat(person.visibility()).isEqualTo(own.visibility());
          assertThat(person.x()[3]).isEqualTo(3 * 10 + 4);
        }
      }
    }
    assertThatThrownBy(() -> LeedsPoses.LSP.read(ordered(new int[] {5, 13, 3}), all(5), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found [5, 13, 3], expected [3, 14, people]");
  }

  /** x of joint k of person i is 10 k + i + 1, y 7 k + i + 1; every flag is 1. */
  private Path ordered(int[] size) throws IOException {
    Matrix joints = Mat5.newMatrix(size);
    for (int n = 0; n < size[0] * size[1] * size[2]; n++) {
      int[] at = {n % size[0], n / size[0] % size[1], n / size[0] / size[1]};
      int column = 0;
      int k = 0;
      int i = 0;
      for (int axis = 0; axis < 3; axis++) {
        column = size[axis] == 3 ? at[axis] : column;
        k = size[axis] == 14 ? at[axis] : k;
        i = size[axis] == 5 ? at[axis] : i;
      }
      joints.setDouble(at, column == 2 ? 1 : (column == 0 ? 10 : 7) * k + i + 1);
    }
    Path file = folder.resolve("ordered.mat");
    Mat5.writeToFile(Mat5.newMatFile().addArray("joints", joints), file.toFile());
    return file;
  }

  @Test
  void tellsTheTwoFilesApart() throws IOException {
    Path lsp = write(at -> 5.0, 3, 14, 2, at -> 0);
    assertThatThrownBy(() -> LeedsPoses.LSPET.read(lsp, all(2), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("[3, 14, 2]")
        .hasMessageContaining("prepare lsp'");
  }

  @Test
  void namesTheJointThatIsWrong() throws IOException {
    Path nan = write(at -> at[0] == 7 && at[2] == 1 ? Double.NaN : 5.0, 14, 3, 2, at -> 1);
    assertThatThrownBy(() -> LeedsPoses.LSPET.read(nan, all(2), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("person 2, right_elbow");
    Path flag = write(at -> 5.0, 14, 3, 2, at -> 7);
    assertThatThrownBy(() -> LeedsPoses.LSPET.read(flag, all(2), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a flag of 7");
  }

  /** An observer calls right what is on the right of somebody who faces him: on the left. */
  @Test
  void namesSidesAsAnObserverDoes() throws IOException {
    // Everybody is seen from behind: the right joints, whose indices are lower, lie further right.
    Path lsp =
        write(at -> 100.0 - at[1] + (at[0] == 1 ? 50 : 0), 3, 14, 1, at -> at[1] == 0 ? 1 : 0);
    List<Split> all = all(1);
    Person own = people(LeedsPoses.LSP.read(lsp, all, 1), "train").get(0);
    Annotations observed =
        LeedsPoses.LSP.read(lsp, "%d.png", LeedsPoses.JointSides.OBSERVER, all, 1);
    Person seen = people(observed, "train").get(0);
    assertThat(seen.image()).isEqualTo("1.png");
    int[] flip = Skeleton.lsp14().flipPermutation();
    for (int k = 0; k < 14; k++) {
      assertThat(seen.x()[k]).isEqualTo(own.x()[flip[k]]);
      assertThat(seen.y()[k]).isEqualTo(own.y()[flip[k]]);
      assertThat(seen.visibility()[k]).isEqualTo(own.visibility()[flip[k]]);
    }
    for (String names : new String[] {"im.jpg", "%s.jpg", "%d%d.jpg", "../%d.jpg", "%-9999d"}) {
      assertThatThrownBy(
              () -> LeedsPoses.LSP.read(lsp, names, LeedsPoses.JointSides.PERSON, all, 1))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--image-names");
    }
  }

  /** The published observer-centric file of LSP differs from the official one in 756 images. */
  @Test
  void findsAsManySidesToChangeAsOthersDid() throws IOException {
    Path file = Shared.require("data/lsp/joints.mat");
    List<Split> all = all(2000);
    List<Person> own = people(LeedsPoses.LSP.read(file, all, 1), "train");
    List<Person> seen =
        people(
            LeedsPoses.LSP.read(
                file, LeedsPoses.LSP.imageNames(), LeedsPoses.JointSides.OBSERVER, all, 1),
            "train");
    long different =
        IntStream.range(0, 2000)
            .filter(i -> !Arrays.equals(own.get(i).x(), seen.get(i).x()))
            .count();
    assertThat(different).isEqualTo(765);
  }

  @Test
  void survivesDamage() throws IOException {
    Path file = write(at -> at[0] * 10 + 1.5, 14, 3, 3, at -> 1);
    int bytes = (int) Files.size(file);
    Fuzz fuzz = new Fuzz(file, damaged -> LeedsPoses.LSPET.read(damaged, List.of(), 1));
    assertThat(fuzz.prefixes()).isEqualTo(bytes);
    assertThat(fuzz.flips(10_000, 1)).isPositive();
    assertThatThrownBy(() -> LeedsPoses.LSPET.read(folder.resolve("no.mat"), all(1), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no such file");
  }

  /** Protocol facts: 10,000 people, of whom 2,821 lack the torso that PCK@0.2 is measured in. */
  @Test
  void readsTheRealLspet() throws IOException {
    Path file = Shared.require("data/lspet/joints.mat");
    Annotations annotations = LeedsPoses.LSPET.read(file, all(10_000), 1);
    List<Person> people = people(annotations, "train");
    assertThat(people).hasSize(10_000);
    assertThat(annotations.leftOut()).isEmpty();
    assertThat(annotations.metric()).isEqualTo(Metric.PCK_02);
    Skeleton skeleton = annotations.skeleton();
    int shoulder = skeleton.index("left_shoulder");
    int hip = skeleton.index("right_hip");
    assertThat(people).filteredOn(p -> !p.annotated(shoulder) || !p.annotated(hip)).hasSize(2821);
    assertThat(annotated(people, "head_top")).isEqualTo(9549);
    assertThat(annotated(people, "right_ankle")).isEqualTo(8908);
    assertThat(people).allMatch(p -> p.scale() > 0.15 && p.scale() < 5);
    // People stand on their feet more often than not, and face the camera.
    assertThat(mean(people, "right_ankle", false)).isGreaterThan(mean(people, "head_top", false));
    assertThat(mean(people, "left_shoulder", true))
        .isGreaterThan(mean(people, "right_shoulder", true));
  }

  @Test
  void readsTheRealLsp() throws IOException {
    Path file = Shared.require("data/lsp/joints.mat");
    Annotations annotations = LeedsPoses.LSP.read(file, List.of(), 1);
    assertThat(annotations.splits().keySet()).containsExactly("train", "test");
    assertThat(people(annotations, "train")).hasSize(1000);
    assertThat(people(annotations, "test")).hasSize(1000);
    assertThat(people(annotations, "test").get(0).image()).isEqualTo("im1001.jpg");
    double occluded = 0;
    for (String split : new String[] {"train", "test"}) {
      for (Person person : people(annotations, split)) {
        for (byte v : person.visibility()) {
          assertThat(v).isIn(Person.OCCLUDED, Person.VISIBLE);
          occluded += v == Person.OCCLUDED ? 1 : 0;
        }
      }
    }
    assertThat(occluded / (2000 * 14)).isCloseTo(0.073, within(0.001));
  }

  public static List<Person> people(Annotations annotations, String split) {
    return annotations.splits().getOrDefault(split, List.of());
  }

  private static long annotated(List<Person> people, String joint) {
    int k = Skeleton.lsp14().index(joint);
    return people.stream().filter(p -> p.annotated(k)).count();
  }

  private static double mean(List<Person> people, String joint, boolean x) {
    int k = Skeleton.lsp14().index(joint);
    return people.stream()
        .filter(p -> p.annotated(k))
        .mapToDouble(p -> x ? p.x()[k] - p.centerX() : p.y()[k] - p.centerY())
        .average()
        .orElseThrow();
  }

  private static List<Split> all(int n) {
    return List.of(new Split.Range("train", 1, n));
  }

  /** A joints.mat whose flags stand on the third place of the axis of length 3. */
  private Path write(
      Function<int[], Double> coordinate,
      int rows,
      int columns,
      int n,
      Function<int[], Integer> flag)
      throws IOException {
    Matrix joints = Mat5.newMatrix(new int[] {rows, columns, n});
    for (int i = 0; i < rows * columns * n; i++) {
      int[] at = {i % rows, i / rows % columns, i / rows / columns};
      boolean isFlag = (rows == 3 ? at[0] : at[1]) == 2;
      joints.setDouble(at, isFlag ? flag.apply(at) : coordinate.apply(at));
    }
    Path file = folder.resolve("joints.mat");
    Files.deleteIfExists(file);
    try (MatFile content = Mat5.newMatFile();
        var sink = Sinks.newStreamingFile(file.toFile())) {
      content.addArray("joints", joints);
      content.writeTo(sink);
    }
    return file;
  }
}
