package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ultralytics' folders as people have them. */
class YoloAnnotationsTest {
  private final Path folder;
  private final Path yaml;

  YoloAnnotationsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    yaml = folder.resolve("data.yaml");
    picture("images/train/a.png");
    picture("images/train/b.png");
    picture("images/val/c.png");
    label("labels/train/a.txt", "0 0.5 0.5 0.5 0.5 0.25 0.5 2 0.5 0.25 1 0 0 0\n");
    label("labels/val/c.txt", "0 0.5 0.5 0.5 0.5 0.1 0.2 2 0.3 0.4 2 0.5 0.6 2\n");
    write("train: images/train", "val: images/val", "kpt_shape: [3, 3]", "flip_idx: [1, 0, 2]");
  }

  /** 100 wide and 40 high. */
  private void picture(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (Image image = Image.filled(100, 40, 0x808080)) {
      image.writePng(file);
    }
  }

  private void label(String name, String lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, lines);
  }

  private void write(String... lines) throws IOException {
    Files.writeString(yaml, String.join("\n", lines) + "\n");
  }

  private YoloAnnotations read(Split... splits) throws IOException {
    return read(List.of(), Double.NaN, splits);
  }

  private YoloAnnotations read(List<String> joints, double minScore, Split... splits)
      throws IOException {
    return YoloAnnotations.read(
        yaml, new YoloAnnotations.YoloOptions(joints, null, minScore), List.of(splits), 1);
  }

  private static List<Person> people(YoloAnnotations yolo, String split) {
    return yolo.annotations().splits().getOrDefault(split, List.of());
  }

  @Test
  void readsSharesOfTheImage() throws IOException {
    YoloAnnotations yolo = read();
    assertThat(yolo.imageRoot()).isEqualTo(folder.resolve("images"));
    Person person = people(yolo, "train").get(0);
    assertThat(person.image()).isEqualTo("train/a.png");
    assertThat(person.x()).containsExactly(25, 50, 0);
    assertThat(person.y()).containsExactly(20, 10, 0);
    assertThat(person.visibility()).containsExactly(2, 1, 0);
    assertThat(Objects.requireNonNull(person.box()).x()).isEqualTo(25, within(1e-9));
    assertThat(person.scale() * 200).as("the longer side and a quarter").isEqualTo(62.5);
    assertThat(people(yolo, "val")).extracting(Person::image).containsExactly("val/c.png");
    Skeleton skeleton = yolo.annotations().skeleton();
    assertThat(skeleton.joints()).containsExactly("joint_1", "joint_2", "joint_3");
    assertThat(skeleton.flipPairs()).containsExactly(new Skeleton.Pair(0, 1));
    assertThat(people(read(Split.parse("all=1.0")), "all")).hasSize(2);
  }

  @Test
  void jointsAreNamedByTheUserOrTheFile() throws IOException {
    assertThat(read(List.of("a", "b", "c"), Double.NaN).annotations().skeleton().joints())
        .containsExactly("a", "b", "c");
    write("train: images/train", "kpt_shape: [3, 3]", "kpt_names:", "  0: [l_ear, r_ear, nose]");
    Skeleton skeleton = read().annotations().skeleton();
    assertThat(skeleton.joints()).containsExactly("l_ear", "r_ear", "nose");
    assertThat(skeleton.flipPairs()).as("from the names").hasSize(1);
    write("train: images/train", "kpt_shape: [3, 3]", "kpt_names: [[l_ear, r_ear, nose]]");
    assertThat(read().annotations().skeleton()).isEqualTo(skeleton);
    assertThatThrownBy(() -> read(List.of("a"), Double.NaN))
        .hasMessageContaining("--joints: found 1 names, expected 3");
    label("labels/train/a.txt", "0 0.5 0.5 0.5 0.5" + " 0.5 0.5 2".repeat(17) + "\n");
    write("train: images/train", "kpt_shape: [17, 3]");
    assertThat(read().annotations().skeleton().joints()).contains("left_eye", "right_ankle");
  }

  /** Labels beside the image, in a list, with two numbers a joint, and a folder elsewhere. */
  @Test
  void findsImagesAndLabelsInEveryUsualPlace() throws IOException {
    picture("flat/d.png");
    label("flat/d.txt", "0 0.5 0.5 0.5 0.5 0.25 0.5 0 0 0.1 0.1\n");
    label("flat/list.txt", "d.png\n./d.png\n");
    write("path: ../datasets/mine", "train: [flat/list.txt]", "val: ../flat", "kpt_shape: [3, 2]");
    YoloAnnotations yolo = read();
    assertThat(people(yolo, "train")).hasSize(1);
    assertThat(people(yolo, "train").get(0).visibility()).containsExactly(2, 0, 2);
    assertThat(people(yolo, "val")).hasSize(1);
    assertThat(yolo.annotations().warnings()).singleElement().asString().contains("two splits");
  }

  /** What 'yolo predict save_txt=True save_conf=True' leaves: a score a joint, one behind all. */
  @Test
  void readsANetworksLabels() throws IOException {
    label("labels/train/a.txt", "0 0.5 0.5 0.5 0.5 0.25 0.5 0.9 0.5 0.25 0.3 0.1 0.1 1.0 0.87\n");
    assertThat(people(read(), "train").get(0).visibility()).containsExactly(2, 2, 2);
    assertThat(people(read(List.of(), 0.5), "train").get(0).visibility()).containsExactly(2, 0, 2);
  }

  @Test
  void peopleWithoutJointsAreLeftOut() throws IOException {
    label("labels/train/b.txt", "0 0.5 0.5 0.5 0.5\n\n");
    assertThat(read().annotations().leftOut())
        .extracting(LeftOut::image, LeftOut::reason)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("train/b.png", "no joint annotated"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 0.5 0.5                              | a.txt:1: found 3 numbers, expected 14 (class
          0 0.5 0.5 1 1 50 20 2 0 0 0 0 0 0      | number 6: found 50, expected a share
          0 0.5 0.5 1 1 0.5 x 2 0 0 0 0 0 0      | number 7: found 'x', expected a finite number
          0 0.5 0.5 1 1 0.5 0.5 3 0 0 0 0 0 0    | number 8: found 3, expected 0, 1 or 2
          """)
  void saysWhatIsWrongWithALabel(String line, String words) throws IOException {
    label("labels/train/a.txt", line + "\n0 0.5 0.5 0.5 0.5 0.25 0.5 2 0.5 0.25 1 0 0 0\n");
    YoloAnnotations read = read();
    assertThat(read.annotations().unreadable()).singleElement().asString().contains(words);
    assertThat(people(read, "train")).as("those of the other lines").hasSize(1);
    assertThat(people(read, "val")).hasSize(1);
    label("labels/train/a.txt", line + "\n");
    Files.delete(folder.resolve("labels/val/c.txt"));
    assertThatThrownBy(this::read)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          train: images                                   | kpt_shape: found nothing
          kpt_shape: [3, 4];train: images                 | kpt_shape: found [3, 4]
          kpt_shape: [3, 3];train: none                   | none, which is not there
          kpt_shape: [3, 3]                               | found no image
          kpt_shape: [3, 3];train: images;flip_idx: [1, 2, 0] | flip_idx: found [1, 2, 0]
          kpt_shape: [3, 3];train: images;kpt_names: x    | kpt_names: found 'x'
          """)
  void saysWhatIsWrongWithTheDescription(String text, String words) throws IOException {
    write(text.split(";"));
    assertThatThrownBy(this::read)
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(yaml.toString())
        .hasMessageContaining(words);
  }

  @Test
  void survivesDamage() throws IOException {
    Path labels = folder.resolve("labels/train/a.txt");
    Fuzz lines = new Fuzz(labels, damaged -> YoloLabels.read(damaged, 3, 3, 0.5));
    lines.prefixes();
    assertThat(lines.flips(10_000, 1)).isPositive();
    label("labels/train/a.txt", "0 0.5 0.5 0.5 0.5 0.25 0.5 2 0.5 0.25 1 0 0 0\n");
    write("path: .", "train: images/train", "kpt_shape: [3, 3]", "flip_idx: [1, 0, 2]", "nc: 1");
    Fuzz description = new Fuzz(yaml, damaged -> read());
    description.prefixes();
    assertThat(description.flips(10_000, 2)).isPositive();
  }
}
