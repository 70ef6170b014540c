package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.CocoCategory;
import io.sadi.data.CocoId;
import io.sadi.data.CocoSource;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.Progress;
import io.sadi.prepare.Preparation;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.prepare.write.PreparedDataset;
import io.sadi.testing.Photos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Photos that are turned when they are read, and people annotated in them before that: taken as
 * they stand, every joint is learned in a wrong place.
 */
class StoredFrameTest {
  private static final int WIDTH = 60; // as stored
  private static final int HEIGHT = 40;
  private static final Skeleton SKELETON =
      Skeleton.named(List.of("left_hip", "right_hip", "nose"), List.of(), "here");

  private final Path images;
  private final Path out;
  private final List<Person> people = new ArrayList<>();

  StoredFrameTest(@TempDir Path folder) throws IOException {
    images = Files.createDirectories(folder.resolve("images"));
    out = folder.resolve("out");
  }

  private void photo(String name, int orientation) throws IOException {
    try (Image image = Image.filled(WIDTH, HEIGHT, 0x808080)) {
      Files.write(images.resolve(name), Photos.withOrientation(image.jpeg(90), orientation));
    }
  }

  /** Somebody at the same places of the stored picture, in an image said to have a size. */
  private void person(String image, int width, int height, float... xy) {
    float[] x = {xy[0], xy[2], xy[4]};
    float[] y = {xy[1], xy[3], xy[5]};
    people.add(
        new Person(
                image,
                0,
                width,
                height,
                x,
                y,
                new byte[] {2, 2, 2},
                null,
                0,
                0,
                1,
                Double.NaN,
                null)
            .inBox(new Box(10, 5, 40, 30)));
  }

  private PreparedDataset prepare(AnnotatedFrame frame) throws IOException {
    Annotations annotations =
        new Annotations(
            "here",
            SKELETON,
            Metric.PCK_BOX_01,
            Map.of("train", people),
            List.of(),
            List.of(),
            false,
            Annotations.BoxSource.ANNOTATED,
            List.of());
    return new Preparation(
            annotations,
            images,
            new DatasetOutput(out, true, false, Map.of()),
            new Treatment(0, Checks.REPORT, 0, 0, frame))
        .run(Progress.NONE);
  }

  private static Person only(PreparedDataset prepared, int i) {
    return prepared.splits().getOrDefault("train", List.of()).get(i);
  }

  private static long turnedAlong(PreparedDataset prepared) {
    return prepared.faults().stream().filter(f -> f.kind() == Fault.FaultKind.AS_STORED).count();
  }

  @ParameterizedTest
  @CsvSource({
    "5, 8, 55", // mirrored, as 7 is
    "6, 31, 55",
    "7, 31, 4",
    "8, 8, 4",
  })
  void jointsAndBoxesGoWithThePhoto(int orientation, int noseX, int noseY) throws IOException {
    photo("a.jpg", orientation);
    person("a.jpg", WIDTH, HEIGHT, 12, 12, 32, 32, 55, 8);
    PreparedDataset prepared = prepare(AnnotatedFrame.AUTO);
    Person person = only(prepared, 0);
    assertThat(turnedAlong(prepared)).isOne();
    assertThat(person.imageWidth()).isEqualTo(HEIGHT);
    assertThat(person.x()[2]).isEqualTo(noseX);
    assertThat(person.y()[2]).isEqualTo(noseY);
    // Left of x = 5 there are 5 columns, beside x = 35 there are 5 rows: 10 of 60, 5 of 40.
    boolean fromTheRight = orientation == 6 || orientation == 7;
    boolean fromBelow = orientation == 7 || orientation == 8;
    assertThat(person.box())
        .isEqualTo(new Box(fromTheRight ? 40 - 35 : 5, fromBelow ? 60 - 50 : 10, 30, 40));
    boolean mirrored = orientation % 2 == 1;
    int first = mirrored ? 1 : 0; // the hip that is seen where (12, 12) was annotated
    try (Image image = Image.read(images.resolve("a.jpg"))) {
      assertThat(person.x()[first]).isEqualTo((float) image.fromStored().x(12, 12));
      assertThat(person.y()[first]).isEqualTo((float) image.fromStored().y(12, 12));
    }
  }

  /** As COCO counts, a whole photo's box is at (0, 0); it must not slip out of the turned one. */
  @ParameterizedTest
  @CsvSource({"2,60,40", "3,60,40", "5,40,60", "6,40,60", "8,40,60"})
  void aBoxAroundThePhotoStaysAroundIt(int orientation, int width, int height) throws IOException {
    photo("a.jpg", orientation);
    person("a.jpg", WIDTH, HEIGHT, 12, 12, 32, 32, 55, 8);
    people.set(0, people.get(0).inBox(new Box(0, 0, WIDTH, HEIGHT)));
    PreparedDataset prepared = prepare(AnnotatedFrame.STORED);
    assertThat(only(prepared, 0).box()).isEqualTo(new Box(0, 0, width, height));
  }

  /** Results are measured by ids and areas; a crowd is nobody to learn from, turned or not. */
  @Test
  void whatTheCocoFileSaysGoesWithThePhoto() throws IOException {
    photo("a.jpg", 6);
    Path file = images.resolveSibling("coco.json");
    Files.writeString(
        file,
        """
        {"images": [{"id": 70, "file_name": "a.jpg", "width": 60, "height": 40}],
         "annotations": [
          {"id": 42, "image_id": 70, "category_id": 3, "bbox": [10, 5, 40, 30], "area": 123.5,
           "keypoints": [12, 12, 2, 55, 8, 2]},
          {"id": 43, "image_id": 70, "category_id": 3, "bbox": [1, 2, 30, 20], "area": 77,
           "iscrowd": 1, "keypoints": [0, 0, 0, 0, 0, 0]},
          {"id": 44, "image_id": 70, "category_id": 3, "bbox": [5, 2, 30, 20], "area": 66,
           "keypoints": [0, 0, 0, 0, 0, 0]}],
         "categories": [{"id": 3, "name": "gymnast", "keypoints": ["left_hand", "right_hand"]}]}
        """);
    Annotations annotations = CocoAnnotations.read(file, List.of(Split.parse("train=1.0")), 1);
    PreparedDataset prepared =
        new Preparation(
                annotations,
                images,
                new DatasetOutput(out, false, false, Map.of()),
                new Treatment(0, Checks.REPORT, 0, 0, AnnotatedFrame.AUTO))
            .run(Progress.NONE);
    assertThat(turnedAlong(prepared)).isOne();
    Dataset dataset = DatasetReader.read(out);
    assertThat(DatasetReader.people(dataset, "train")).hasSize(1);
    List<Person> everybody = DatasetReader.file(dataset, "train").everybody();
    CocoId image = CocoId.of(70);
    CocoCategory category = new CocoCategory(CocoId.of(3), "gymnast");
    assertThat(everybody)
        .extracting(Person::source)
        .containsExactly(
            new CocoSource(image, CocoId.of(42), category, 123.5, false),
            new CocoSource(image, CocoId.of(43), category, 77, true),
            new CocoSource(image, CocoId.of(44), category, 66, false));
    assertThat(everybody).extracting(Person::person).containsExactly(0, -1, 1);
    assertThat(everybody.get(0).x()).containsExactly(27, 31);
  }

  @Test
  void aSizeAsSeenIsLeftAlone() throws IOException {
    photo("a.jpg", 6);
    person("a.jpg", HEIGHT, WIDTH, 12, 12, 32, 32, 8, 55);
    PreparedDataset prepared = prepare(AnnotatedFrame.AUTO);
    assertThat(turnedAlong(prepared)).isZero();
    assertThat(only(prepared, 0).x()).containsExactly(12, 32, 8);
    assertThat(turnedAlong(prepare(AnnotatedFrame.STORED))).isOne();
  }

  /**
   * The size is the file's, the people those of what was shown: three joints cannot lie outside.
   */
  @Test
  void jointsThatCannotBeInTheStoredPictureBelieItsSize() throws IOException {
    photo("a.jpg", 6);
    person("a.jpg", WIDTH, HEIGHT, 12, 50, 32, 55, 20, 45);
    assertThat(turnedAlong(prepare(AnnotatedFrame.AUTO))).isZero();
  }

  /** Tables name no size; a joint that is in one of the two pictures only tells it. */
  @Test
  void jointsTellWhereSizesDoNot() throws IOException {
    photo("a.jpg", 6);
    photo("b.jpg", 6);
    photo("c.jpg", 3); // half a turn: nothing tells, so it is as the others are
    person("a.jpg", 0, 0, 12, 12, 32, 32, 55, 8);
    person("b.jpg", 0, 0, 12, 12, 32, 32, 20, 8);
    person("c.jpg", 0, 0, 12, 12, 32, 32, 20, 8);
    PreparedDataset prepared = prepare(AnnotatedFrame.AUTO);
    assertThat(turnedAlong(prepared)).isEqualTo(3);
    assertThat(only(prepared, 1).x()).containsExactly(27, 7, 31);
    assertThat(only(prepared, 2).x()).containsExactly(47, 27, 39);
    assertThat(only(prepared, 2).y()).containsExactly(27, 7, 31);
    assertThat(turnedAlong(prepare(AnnotatedFrame.UPRIGHT))).isZero();
  }

  @Test
  void whereNothingTellsPhotosAreUprightAndThatIsSaid() throws IOException {
    photo("c.jpg", 3);
    person("c.jpg", WIDTH, HEIGHT, 12, 12, 32, 32, 20, 8);
    PreparedDataset prepared = prepare(AnnotatedFrame.AUTO);
    assertThat(only(prepared, 0).x()).containsExactly(12, 32, 20);
    assertThat(prepared.faults()).singleElement().asString().contains("--exif");
  }
}
