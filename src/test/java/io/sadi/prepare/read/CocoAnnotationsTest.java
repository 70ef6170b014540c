package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.CocoFile.Foreign;
import io.sadi.data.Person;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.BadInputException;
import io.sadi.prepare.read.CocoAnnotations.SplitFile;
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

/** What other programs' COCO files look like. A file that is refused is a user's lost afternoon. */
class CocoAnnotationsTest {
  private static final Foreign ALL = new Foreign(null, List.of());

  private static final String FILE =
      """
      {"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "bbox": [1, 2, 30, 20],
         "keypoints": [3, 4, 2, 20, 9, 1, 0, 0, 0]},
        {"id": 2, "image_id": 2, "category_id": 1, "iscrowd": 0, "bbox": [1, 2, 30, 20],
         "keypoints": [5, 6, 2, 20, 9, 1, 7, 8, 2]}],
       "categories": [{"id": 1, "name": "person", "keypoints": ["left_hand", "right_hand", "head"],
         "skeleton": [[1, 3], [2, 3]]}]}
      """;

  private final Path folder;

  CocoAnnotationsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "iscrowd": 0                       | "iscrowd": false
          "keypoints": [3, 4, 2, 20, 9, 1, 0, 0, 0] | "keypoints": [[3, 4, 2], [20, 9, 1], [0, 0, 0]]
          "keypoints": [3, 4, 2, 20, 9, 1, 0, 0, 0] | "keypoints": [[3, 4, 2], [20, 9, 1], null]
          20, 9, 1, 0, 0, 0                  | 20, 9, 1, null, null, 0
          20, 9, 1, 0, 0, 0                  | 20, 9, 1, NaN, NaN, 0
          20, 9, 1, 0, 0, 0                  | 20, 9, 1, NaN, NaN, NaN
          20, 9, 1, 0, 0, 0                  | 20, 9, 1, -Infinity, 1e300, 0
          20, 9, 1, 0, 0, 0                  | 20, 9, 1, NaN, 8, 2
          "skeleton": [[1, 3], [2, 3]]       | "skeleton": [[0, 2], [1, 2]]
          "skeleton": [[1, 3], [2, 3]]       | "skeleton": [["left_hand", "head"], ["right_hand", "head"]]
          "skeleton": [[1, 3], [2, 3]]       | "skeleton": [[1, 3], [32, 33], [2, 3], [4], null]
          "id": 1, "image_id": 1             | "image_id": 1
          "id": 1, "image_id": 1             | "id": "one", "image_id": 1
          "category_id": 1                   | "score": NaN, "category_id": 1
          "bbox": [1, 2, 30, 20], "keypoints": [5| "bbox": [1, 2, 30, 20], "scale": "large", "keypoints": [5
          """)
  void areReadAlike(String usual, String other) throws IOException {
    String text = FILE.replaceAll("\\s+", " ");
    assertThat(text).contains(usual);
    Annotations plain = read(text);
    Annotations read = read(text.replace(usual, other));
    assertThat(read.skeleton()).isEqualTo(plain.skeleton());
    List<Person> people = people(read);
    for (int i = 0; i < people.size(); i++) {
      Person expected = people(plain).get(i);
      assertThat(people.get(i).visibility()).isEqualTo(expected.visibility());
      assertThat(people.get(i).x()).isEqualTo(expected.x());
      assertThat(people.get(i).scale()).isEqualTo(expected.scale());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [1, 2, 30, 20] | [31, 2, -30, 20]
          [1, 2, 30, 20] | [1, 2, null, 20]
          [1, 2, 30, 20] | [1, NaN, 30, 20]
          [1, 2, 30, 20] | [1, 2, 0, 0]
          [1, 2, 30, 20] | []
          [1, 2, 30, 20] | null
          """)
  void aBadBoxGivesWayToTheJoints(String usual, String bad) throws IOException {
    String text = FILE.replaceFirst(java.util.regex.Pattern.quote(usual), bad);
    Person person = people(read(text)).get(0);
    assertThat(person.scale()).isEqualTo(17 * 1.25 / 200);
    assertThat(people(read(text))).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [3, 4, 2, 20, 9, 1, 0, 0, 0]     | [3, 4, 2]                      | found 3 numbers, expected 9
          [3, 4, 2, 20, 9, 1, 0, 0, 0]     | [3, 4, true, 20, 9, 1, 0, 0, 0] | keypoints[2]: found true
          [3, 4, 2, 20, 9, 1, 0, 0, 0]     | [3, 4, 0.7, 20, 9, 1, 0, 0, 0] | scores of a network
          [3, 4, 2, 20, 9, 1, 0, 0, 0]     | [3, 1e9, 2, 20, 9, 1, 0, 0, 0] | within +-1e6
          [3, 4, 2, 20, 9, 1, 0, 0, 0]     | [[3, 4], [20, 9], [0, 0]]      | lists of x, y and visibility
          "image_id": 1                    | "image_id": 99                 | image_id: found 99
          "bbox": [1, 2, 30, 20]           | "bbox": [1, 2, 30]             | x, y, width and height
          "bbox": [1, 2, 30, 20]           | "bbox": "1 2 30 20"            | bbox
          "iscrowd": 0                     | "iscrowd": "no"                | iscrowd
          """)
  void anEntryCostsNoOther(String usual, String bad, String why) throws IOException {
    String text = FILE.replaceFirst(java.util.regex.Pattern.quote(usual), bad);
    Annotations read = read(text);
    assertThat(people(read)).extracting(Person::image).containsExactly("b.jpg");
    assertThat(read.unreadable())
        .singleElement()
        .satisfies(
            one -> assertThat(one.detail()).contains("coco.json: annotations[0]").contains(why));
  }

  /** An image that is unclear costs those in it, and no others. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"id": 1, "file_name": "a.jpg"}  | {"id": 1}                             | images[0].file_name
          {"id": 1, "file_name": "a.jpg"}  | {"id": 1, "file_name": "a.jpg", "width": "9"} | images[0].width
          {"id": 1, "file_name": "a.jpg"}  | {"file_name": "a.jpg"}                | images[0].id
          {"id": 1, "file_name": "a.jpg"}  | 7                                     | images[0]: found 7
          {"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"} | {"id": 2, "file_name": "b.jpg"}, {"id": 1, "file_name": "b.jpg"} | images[1].file_name
          {"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"} | {"id": 2, "file_name": "b.jpg"}, {"id": 2, "file_name": "a.jpg"} | images[1].id
          """)
  void anImageCostsNoOther(String usual, String bad, String why) throws IOException {
    assertThat(FILE).contains(usual);
    Annotations read = read(FILE.replace(usual, bad));
    assertThat(people(read)).extracting(Person::image).containsExactly("b.jpg");
    assertThat(read.unreadable()).extracting(LeftOut::detail).hasSize(2);
    assertThat(read.unreadable().get(0).detail()).contains("coco.json: " + why);
    assertThat(read.unreadable().get(1).detail()).contains("annotations[0].image_id");
  }

  @Test
  void anAnnotationThatIsNoneCostsNoOther() throws IOException {
    Annotations read = read(FILE.replace("\"annotations\": [", "\"annotations\": [\"none\","));
    assertThat(people(read)).hasSize(2);
    assertThat(read.unreadable()).singleElement().asString().contains("annotations[0]: found");
  }

  /** Labels of a network: its scores stand where a person's visibilities would. */
  @Test
  void scoresInPlaceOfVisibilitiesAreLabels() throws IOException {
    String text =
        FILE.replace("[3, 4, 2, 20, 9, 1, 0, 0, 0]", "[3, 4, 0.9, 20, 9, 0.2, 6, 7, 0.5]")
            .replace("[5, 6, 2, 20, 9, 1, 7, 8, 2]", "[5, 6, 1.0, 20, 9, 0, 7, 8, null]");
    Path file = file("coco.json", text);
    Annotations sure = read(new Foreign(null, List.of(), 0.5, null), file);
    assertThat(people(sure)).hasSize(2);
    assertThat(people(sure).get(0).visibility()).containsExactly(2, 0, 2);
    assertThat(people(sure).get(1).visibility()).containsExactly(2, 0, 0);
    assertThat(sure.unreadable()).isEmpty();
    assertThat(sure.warnings()).isEmpty();
    assertThat(read(ALL, file).unreadable())
        .hasSize(1)
        .allMatch(one -> one.detail().contains("--min-score S"));
    Annotations none = read(new Foreign(null, List.of(), 0.5, null), file("coco.json", FILE));
    assertThat(people(none).get(0).visibility()).containsExactly(2, 1, 0);
    assertThat(none.warnings()).singleElement().asString().contains("--min-score drops nothing");
  }

  /** As {@code sadi predict --format coco-dataset} writes them. */
  @Test
  void scoresBesideTheJointsAreLabels() throws IOException {
    String text = FILE.replaceFirst("\"keypoints\"", "\"keypoint_scores\": [0.9, 0.2, 0.9], $0");
    Annotations all = read(text);
    assertThat(people(all).get(0).visibility()).containsExactly(2, 1, 0);
    assertThat(all.warnings()).singleElement().asString().contains("--min-score S drops some");
    Annotations sure = read(new Foreign(null, List.of(), 0.5, null), file("coco.json", text));
    assertThat(people(sure).get(0).visibility()).containsExactly(2, 0, 0);
    assertThat(people(sure).get(1).visibility()).containsExactly(2, 1, 2);
  }

  private static final String RESULTS =
      """
      [{"image_id": 2, "category_id": 1, "score": 0.9, "keypoints": [3, 4, 0.9, 20, 9, 0.2, 6, 7, 0.5]},
       {"image_id": 1, "category_id": 1, "score": 0.9, "keypoints": [5, 6, 0.8, 20, 9, 0.7, 7, 8, 0.6]}]
      """;

  @Test
  void aListOfResultsIsLabels() throws IOException {
    Path results = file("results.json", RESULTS);
    Path of = file("coco.json", FILE);
    Annotations read = read(new Foreign(null, List.of(), 0.5, of), results);
    assertThat(read.skeleton().joints()).containsExactly("left_hand", "right_hand", "head");
    assertThat(people(read)).extracting(Person::image).containsExactly("b.jpg", "a.jpg");
    assertThat(people(read).get(0).visibility()).containsExactly(2, 0, 2);
    assertThat(read.warnings()).isEmpty();
    assertThatThrownBy(() -> read(new Foreign(null, List.of(), 0.5, null), results))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("results.json: [0].file_name: found nothing")
        .hasMessageContaining("--results-of");
    assertThatThrownBy(() -> read(new Foreign(null, List.of(), 0.5, of), of))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--results-of: found --annotations");
    Path named =
        file("results.json", RESULTS.replace("\"image_id\": 2", "\"image_id\": \"c.jpg\""));
    Path both =
        file(
            "results.json",
            Files.readString(named).replace("1, \"c", "1, \"file_name\": \"d.jpg\", \"c"));
    Annotations alone = read(new Foreign(null, List.of("a", "b", "c"), 0.5, null), both);
    assertThat(people(alone)).extracting(Person::image).containsExactly("c.jpg", "d.jpg");
    assertThat(alone.skeleton().joints()).containsExactly("a", "b", "c");
  }

  @Test
  void anIdOfZeroIsSaid() throws IOException {
    Annotations read = read(FILE.replace("{\"id\": 1, \"image_id\"", "{\"id\": 0, \"image_id\""));
    assertThat(people(read)).hasSize(2);
    assertThat(read.warnings()).singleElement().asString().contains("an annotation has the id 0");
  }

  @Test
  void jointsWithoutNamesAreNumberedOrNamed() throws IOException {
    String text = FILE.replaceAll("\"keypoints\": \\[\"[^]]*],\\s*\"skeleton\"", "\"edges\"");
    Annotations read = read(text);
    assertThat(read.skeleton().joints()).containsExactly("1", "2", "3");
    assertThat(read.warnings()).singleElement().asString().contains("--joints");
    Foreign named = new Foreign(null, List.of("links", "rechts", "Kopf"));
    Annotations other = read(named, file("coco.json", text));
    assertThat(other.skeleton().joints()).containsExactly("links", "rechts", "Kopf");
    assertThat(other.skeleton().flipPairs()).containsExactly(new Pair(0, 1));
    assertThatThrownBy(() -> read(new Foreign(null, List.of("a", "b")), file("coco.json", text)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--joints: found 2 names, expected 3");
  }

  @ParameterizedTest
  @CsvSource({
    "/home/me/photos/a.jpg,a.jpg",
    "C:\\Users\\me\\a.jpg,a.jpg",
    "https://host.org/media/a%20b.jpg?d=1,a b.jpg",
    "../../x/sub/a.jpg,sub/a.jpg",
    "./a.jpg,a.jpg",
    "a.jpg,sub/deeper/a.jpg",
    "deeper/a.jpg,sub/deeper/a.jpg"
  })
  void photosAreFoundByTheEndsOfTheirNames(String name, String place) throws IOException {
    Path photo = folder.resolve("photos").resolve(place);
    Files.createDirectories(Objects.requireNonNull(photo.getParent()));
    Files.createFile(photo);
    Path file = file("annotations/coco.json", FILE.replace("a.jpg", name.replace("\\", "\\\\")));
    CocoAnnotations read =
        CocoAnnotations.read(
            List.of(new SplitFile(null, file)),
            ALL,
            folder.resolve("photos"),
            List.of(new Split.Fraction("val", 1)),
            1);
    assertThat(read.imageRoot()).isEqualTo(folder.resolve("photos"));
    assertThat(people(read.annotations()).get(0).image()).isEqualTo(place);
  }

  @Test
  void twoNamesForOnePhotoAreRefused() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    Files.createFile(photos.resolve("1.jpg"));
    Path file = file("coco.json", FILE.replace("a.jpg", "x/1.jpg").replace("b.jpg", "y/1.jpg"));
    assertThatThrownBy(
            () ->
                CocoAnnotations.read(List.of(new SplitFile(null, file)), ALL, photos, List.of(), 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("images x/1.jpg and y/1.jpg: found one photo that both could be");
  }

  /** Roboflow's folders: each numbers its images from 0. */
  @Test
  void severalFilesKeepTheirIds() throws IOException {
    Path train = file("train/_annotations.coco.json", FILE);
    Path val = file("valid/_annotations.coco.json", FILE);
    for (Path file : List.of(train, val)) {
      for (String name : List.of("a.jpg", "b.jpg")) {
        Files.createFile(file.resolveSibling(name));
      }
    }
    CocoAnnotations read =
        CocoAnnotations.read(
            List.of(new SplitFile("train", train), new SplitFile("val", val)),
            ALL,
            null,
            List.of(),
            1);
    assertThat(read.imageRoot()).isEqualTo(folder);
    assertThat(read.annotations().splits().keySet()).containsExactly("train", "val");
    assertThat(read.annotations().splits().get("val"))
        .extracting(Person::image)
        .containsExactly("valid/a.jpg", "valid/b.jpg");
    assertThat(read.annotations().warnings()).isEmpty();
    assertThat(Objects.requireNonNull(read.annotations().splits().get("val")))
        .extracting(person -> Objects.requireNonNull(person.source()).image() + "")
        .containsExactly("1", "2");
    assertThatThrownBy(
            () ->
                CocoAnnotations.read(
                    List.of(new SplitFile(null, train), new SplitFile("val", val)),
                    ALL,
                    null,
                    List.of(),
                    1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("train=");
  }

  /** A damaged file is refused or read, but never a fault of ours. */
  @Test
  void survivesDamage() throws IOException {
    Path file = file("coco.json", FILE.replace("20, 9, 1, 0, 0, 0", "20, 9, 1, NaN, null, 0"));
    Fuzz fuzz = new Fuzz(file, damaged -> read(ALL, damaged));
    assertThat(fuzz.prefixes()).isPositive();
    assertThat(fuzz.flips(10_000, 1)).isPositive();
    Foreign labels = new Foreign(null, List.of(), 0.5, file("of.json", FILE));
    Fuzz results = new Fuzz(file("results.json", RESULTS), damaged -> read(labels, damaged));
    assertThat(results.prefixes()).isPositive();
    assertThat(results.flips(10_000, 2)).isPositive();
  }

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
    return file;
  }

  private Annotations read(String text) throws IOException {
    return read(ALL, file("coco.json", text));
  }

  private static Annotations read(Foreign how, Path file) throws IOException {
    return CocoAnnotations.read(
            List.of(new SplitFile(null, file)), how, null, List.of(new Split.Fraction("val", 1)), 1)
        .annotations();
  }

  private static List<Person> people(Annotations annotations) {
    return Objects.requireNonNull(annotations.splits().get("val"));
  }
}
