package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What LabelMe and X-AnyLabeling write, whose points say only their names. */
class LabelmeAnnotationsTest {
  private final Path folder;

  LabelmeAnnotationsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Files.write(folder.resolve("a.jpg"), new byte[] {1});
  }

  private static String point(String label, double x, double y, String more) {
    return String.format(
        java.util.Locale.ROOT,
        "{\"label\": \"%s\", \"points\": [[%s, %s]], \"shape_type\": \"point\"%s}",
        label,
        x,
        y,
        more);
  }

  private static String box(int x1, int y1, int x2, int y2, String more) {
    return String.format(
        "{\"label\": \"person\", \"points\": [[%d, %d], [%d, %d]], \"shape_type\": \"rectangle\"%s}",
        x1, y1, x2, y2, more);
  }

  private Path write(String name, String image, String... shapes) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        "{\"version\": \"5.2\", \"flags\": {}, \"shapes\": ["
            + String.join(", ", shapes)
            + "], \"imagePath\": \""
            + image
            + "\", \"imageData\": null, \"imageHeight\": 40, \"imageWidth\": 60}");
  }

  private Annotations read(String... joints) throws IOException {
    return LabelmeAnnotations.read(
        folder, folder, List.of(joints), List.of(Split.parse("train=1.0")), 1);
  }

  private List<Person> people(String... joints) throws IOException {
    return read(joints).splits().getOrDefault("train", List.of());
  }

  @Test
  void shapesOfOneGroupAreOnePersons() throws IOException {
    write(
        "a.json",
        "a.jpg",
        box(50, 30, 10, 5, ", \"group_id\": 2"),
        point("hip", 20, 10, ", \"group_id\": 2"),
        point("knee", 21, 11, ", \"group_id\": 7, \"flags\": {\"occluded\": true}"),
        point("hip", 22, 12.5, ", \"group_id\": 7, \"difficult\": true"),
        "{\"label\": \"floor\", \"points\": [[1, 1], [2, 2]], \"shape_type\": \"line\"}");
    List<Person> people = people();
    assertThat(people).hasSize(2);
    assertThat(people.get(0).box()).isEqualTo(new Box(10, 5, 40, 25));
    assertThat(people.get(0).x()).containsExactly(20, 0);
    assertThat(people.get(0).imageWidth()).isEqualTo(60);
    assertThat(people.get(1).visibility()).containsExactly(1, 1);
    assertThat(people.get(1).y()).containsExactly(12.5f, 11);
    assertThat(read().skeleton().joints()).containsExactly("hip", "knee");
    assertThat(read().warnings()).singleElement().asString().contains("1 shapes are no points");
    assertThat(people("knee", "hip").get(1).y()).containsExactly(11, 12.5f);
    assertThat(read("hip").warnings()).anyMatch(line -> line.contains("[knee]"));
  }

  /** A copy beside the file would be everybody once more, with the same numbers. */
  @Test
  void twoFilesOfOneImageAreNotBothRead() throws IOException {
    write("a.json", "a.jpg", point("hip", 20, 10, ""), point("knee", 9, 9, ""));
    write("a - Copy.json", "a.jpg", point("hip", 20, 11, ""), point("knee", 9, 8, ""));
    write("b.json", "a.jpg", box(50, 30, 10, 5, "")); // without a point it says nothing
    Annotations read = read();
    assertThat(read.unreadable()).hasSize(1);
    assertThat(read.unreadable().get(0).detail())
        .contains("a.json: found points in a.jpg, as in " + folder.resolve("a - Copy.json"));
    assertThat(read.splits().getOrDefault("train", List.of())).hasSize(1);
  }

  @Test
  void pointsWithoutAGroupAreTheirsInWhoseBoxTheyLie() throws IOException {
    write(
        "a.json",
        "a.jpg",
        box(0, 0, 30, 40, ""),
        box(5, 5, 20, 20, ""),
        point("hip", 25, 30, ""),
        point("hip", 10, 10, ", \"group_id\": null"),
        point("knee", 11, 12, ""),
        point("hip", 50, 10, ""),
        point("knee", 51, 12, ""));
    assertThat(people())
        .extracting(p -> p.x()[0] + " " + p.x()[1])
        .containsExactly("25.0 0.0", "10.0 11.0", "50.0 51.0");
  }

  /** Files are moved and renamed: then the picture beside the file, of its name, is meant. */
  @ParameterizedTest
  @CsvSource({
    "a.jpg, a.jpg",
    "./a.jpg, a.jpg",
    "..\\\\\\\\old\\\\\\\\a.jpg, a.jpg",
    "C:\\\\\\\\x\\\\\\\\IMG_1.jpg, a.jpg",
    "'', a.jpg"
  })
  void theImageIsFound(String said, String name) throws IOException {
    write("a.json", said.replace("\\\\", "\\"), point("hip", 1, 2, ""), point("knee", 30, 20, ""));
    assertThat(people()).extracting(Person::image).containsExactly(name);
  }

  @Test
  void otherJsonIsPassedOver() throws IOException {
    write("a.json", "a.jpg", point("hip", 1, 2, ""), point("knee", 30, 20, ""));
    Files.writeString(folder.resolve("coco.json"), "{\"images\": [], \"annotations\": []}");
    Files.writeString(folder.resolve("list.json"), "[1, 2]");
    assertThat(read().warnings()).singleElement().asString().contains("2 JSON files");
    Files.delete(folder.resolve("a.json"));
    assertThatThrownBy(this::read).hasMessageContaining("found no JSON file with shapes");
  }

  @Test
  void saysWhoseJointIsThereTwice() throws IOException {
    write("a.json", "a.jpg", point("hip", 1, 2, ""), point("hip", 30, 20, ""));
    assertThatThrownBy(this::read)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a.json: shapes[1]: found hip a second time for one person")
        .hasMessageContaining("group_id");
  }

  @Test
  void aShapeOrAFileCostsNoOther() throws IOException {
    write("a.json", "a.jpg", point("hip", 1, 2, ""), point("knee", 30, 20, ""));
    write(
        "b.json",
        "b.jpg",
        point("hip", 1, 2, ""),
        point("knee", 30, 20, "").replace("[[30", "[[null, 1], [30"),
        point("toe", 3, 2, ""));
    Files.writeString(folder.resolve("c.json"), "{\"shapes\": [");
    Annotations read = read();
    assertThat(people()).hasSize(2);
    assertThat(read.unreadable()).extracting(LeftOut::detail).hasSize(2);
    assertThat(read.unreadable().toString()).contains("b.json: shapes[1].points", "c.json:1:");
  }

  @Test
  void survivesDamage() throws IOException {
    Path file =
        write(
            "a.json",
            "a.jpg",
            box(0, 0, 30, 40, ", \"group_id\": 1"),
            point("hip", 25, 30, ", \"group_id\": 1"),
            point("knee", 26, 31, ", \"flags\": {\"occluded\": true}"));
    Fuzz fuzz = new Fuzz(file, damaged -> read());
    fuzz.prefixes();
    assertThat(fuzz.flips(10_000, 1)).isPositive();
  }
}
