package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorrectionsTest {
  private static final Skeleton SKELETON = Skeleton.lsp14();
  private static final int KNEE = SKELETON.index("right_knee");
  private static final int ANKLE = SKELETON.index("right_ankle");
  private static final int NECK = SKELETON.index("neck");

  private final Path folder;
  private final Path table;

  CorrectionsTest(@TempDir Path temp) throws IOException {
    folder = temp.resolve("set");
    table = temp.resolve("mine.csv");
    DatasetWriter.write(
        new Dataset(folder, "set", SKELETON, Metric.PCK_02, Map.of(), folder),
        "images",
        Map.of(),
        Map.of(
            "train", List.of(person("a.jpg"), person("b.jpg"), person("c.jpg")),
            "val", List.of(person("v.jpg"))));
    Files.createDirectories(folder.resolve("images"));
  }

  private static Person person(String image) {
    int joints = SKELETON.size();
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    Arrays.fill(x, 10);
    Arrays.fill(y, 20);
    Arrays.fill(visibility, Person.OCCLUDED);
    visibility[NECK] = Person.NOT_ANNOTATED;
    return new Person(image, 0, 300, 300, x, y, visibility, null, 50, 50, 1, Double.NaN, null);
  }

  private ChangedSplit read(boolean only, String... lines) throws IOException {
    Files.writeString(table, String.join("\n", lines) + "\n");
    return Corrections.read(folder, "train", table, only, Progress.NONE);
  }

  private static List<Person> split(ChangedSplit changed, String split) {
    return changed.annotations().splits().getOrDefault(split, List.of());
  }

  @Test
  void putsRightWhatIsSaidAndNothingElse() throws IOException {
    ChangedSplit changed =
        read(
            false,
            "image,person,joint,x,y",
            "a.jpg,0,right_knee,31.5,42",
            "a.jpg,0,right_ankle,,",
            "a.jpg,,neck,5,6",
            "b.jpg,0,,,");
    Person a = split(changed, "train").get(0);
    assertThat(a.x()[KNEE]).isEqualTo(31.5f);
    assertThat(a.y()[KNEE]).isEqualTo(42);
    assertThat(a.visibility()[KNEE]).as("as occluded as it was").isEqualTo(Person.OCCLUDED);
    assertThat(a.annotated(ANKLE)).isFalse();
    assertThat(a.visibility()[NECK]).isEqualTo(Person.VISIBLE);
    assertThat(a.scale()).as("the crop").isEqualTo(1);
    Person as = person("a.jpg");
    for (int k = 0; k < SKELETON.size(); k++) {
      if (k != KNEE && k != ANKLE && k != NECK) {
        assertThat(a.x()[k]).isEqualTo(as.x()[k]);
        assertThat(a.visibility()[k]).isEqualTo(as.visibility()[k]);
      }
    }
    assertThat(split(changed, "train").get(1).x()).isEqualTo(person("b.jpg").x());
    assertThat(split(changed, "train")).hasSize(3);
    assertThat(split(changed, "val")).hasSize(1);
  }

  @Test
  void keepsThoseAloneWhoWereLookedAt() throws IOException {
    ChangedSplit changed = read(true, "image,joint,x,y", "a.jpg,neck,5,6", "c.jpg,,,");
    assertThat(changed.annotations().splits()).containsOnlyKeys("train");
    assertThat(split(changed, "train")).extracting(Person::image).containsExactly("a.jpg", "c.jpg");
  }

  /** People with boxes alone are another split, which stays as it is. */
  @Test
  void splitsOfBoxesStay() throws IOException {
    byte[] nothing = new byte[SKELETON.size()];
    float[] zero = new float[SKELETON.size()];
    Person boxed =
        new Person(
            "t.jpg",
            0,
            300,
            300,
            zero,
            zero,
            nothing,
            new Box(1, 2, 30, 40),
            50,
            50,
            1,
            Double.NaN,
            null);
    Path other = folder.resolveSibling("other");
    DatasetWriter.write(
        new Dataset(other, "set", SKELETON, Metric.PCK_02, Map.of(), other),
        "images",
        Map.of(),
        Map.of("train", List.of(person("a.jpg")), "test", List.of(boxed)));
    Files.writeString(table, "image,joint,x,y\na.jpg,neck,5,6\n");
    ChangedSplit changed = Corrections.read(other, "train", table, false, Progress.NONE);
    assertThat(split(changed, "test")).extracting(Person::box).containsExactly(boxed.box());
    assertThat(split(changed, "test").get(0).ignored()).as("it counts").isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v.jpg,neck,5,6 | mine.csv:2: found v.jpg, person 0, expected somebody of split train",
        "a.jpg,nose,5,6 | mine.csv:2: column joint: found 'nose', expected one of right_ankle, ",
        "a.jpg,neck,5, | mine.csv:2: column y: found nothing, expected a finite number",
        "a.jpg,neck,5,2e6 | mine.csv:2: column y: found '2e6', expected a number within +-1e6",
        "a.jpg,,5,6 | mine.csv:2: column joint: found nothing, expected the joint of this place",
        "a.jpg,,,6 | mine.csv:2: column joint: found nothing, expected the joint of this place",
        "a.jpg,neck,5 | mine.csv:2: found 3 columns, expected 4 as in the header",
      })
  void namesTheLineThatIsWrong(String row, String message) {
    assertThatThrownBy(() -> read(false, "image,joint,x,y", row))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aJointThatIsPutRightTwiceIsRefused() {
    assertThatThrownBy(() -> read(false, "image,joint,x,y", "a.jpg,neck,5,6", "a.jpg,neck,7,8"))
        .hasMessageContaining("mine.csv:3: column joint: found 'neck', expected each joint");
    assertThatThrownBy(() -> Corrections.read(folder, "tset", table, false, Progress.NONE))
        .hasMessageContaining("found no split 'tset', expected one of ");
    assertThatThrownBy(() -> read(false, "image,joint,x", "a.jpg,neck,5"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("y");
  }

  @Test
  void damagedTablesAreReadOrRefused() throws IOException {
    Files.writeString(table, "image,person,joint,x,y\na.jpg,0,right_knee,31.5,42\nb.jpg,0,,,\n");
    Fuzz fuzz =
        new Fuzz(table, file -> Corrections.read(folder, "train", file, false, Progress.NONE));
    assertThat(fuzz.prefixes()).isPositive();
    assertThat(fuzz.flips(300, 1)).isBetween(50, 299);
  }
}
