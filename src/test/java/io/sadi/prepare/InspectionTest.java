package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.Fault;
import io.sadi.prepare.synthetic.SyntheticPerson;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.prepare.write.PreparedDataset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real faults, planted in drawn people's pictures. */
class InspectionTest {
  private final Path images;
  private final Path out;
  private final List<Person> people = new ArrayList<>();

  InspectionTest(@TempDir Path folder) throws IOException {
    images = Files.createDirectories(folder.resolve("images"));
    out = folder.resolve("out");
    for (int i = 0; i < 6; i++) {
      SyntheticPerson drawn = SyntheticPerson.draw("p" + i + ".png", 8, i);
      try (Image image = drawn.image()) {
        image.writePng(images.resolve("p" + i + ".png"));
      }
      people.add(drawn.person());
    }
  }

  /** p1 is grey and has a joint outside, p2 is two times there, p3 is cut off, p4 is not there. */
  private void spoil() throws IOException {
    Person grey = people.get(1);
    BufferedImage picture =
        new BufferedImage(grey.imageWidth(), grey.imageHeight(), BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(picture, "png", images.resolve("p1.png").toFile());
    grey.y()[0] = -7;
    Person same = people.get(2);
    people.add(
        new Person(
            same.image(),
            1,
            0,
            0,
            same.x(),
            same.y(),
            same.visibility(),
            same.box(),
            same.centerX(),
            same.centerY(),
            same.scale(),
            same.headSize(),
            same.headBox()));
    byte[] whole = Files.readAllBytes(images.resolve("p3.png"));
    Files.write(images.resolve("p3.png"), Arrays.copyOf(whole, whole.length / 2));
    Files.delete(images.resolve("p4.png"));
  }

  @Test
  void reportsWhatIsWrong() throws IOException {
    spoil();
    PreparedDataset prepared = prepare(0);
    assertThat(Files.readAllLines(out.resolve("faults.csv")))
        .containsExactly(
            "image,person,fault,detail",
            "p1.png,,grey image,",
            "p1.png,0,joint outside the image,\"right_ankle at "
                + String.format(java.util.Locale.ROOT, "%.1f", people.get(1).x()[0])
                + ", -7.0 of "
                + people.get(1).imageWidth()
                + "x"
                + people.get(1).imageHeight()
                + "\"",
            "p2.png,1,same person twice,as person 0");
    assertThat(Files.readAllLines(out.resolve("left_out.csv"))).hasSize(3);
    assertThat(Objects.requireNonNull(prepared.splits().get("train"))).hasSize(5);
    assertThat(DatasetReader.people(DatasetReader.read(out), "train").get(1).annotated(0)).isTrue();
    assertThat(Files.readString(out.resolve("dataset.yaml"))).contains("same person twice: 1");
    assertThat(prepared.toJson().toString()).contains("\"grey image\":1");
  }

  @Test
  void dropsWhatIsToldTo() throws IOException {
    spoil();
    PreparedDataset prepared = prepare(0, "drop", "grey=report");
    assertThat(prepared.countsByReason())
        .containsExactly(
            Map.entry("same person twice", 1),
            Map.entry("image broken", 1),
            Map.entry("image missing", 1));
    List<Person> left = DatasetReader.people(DatasetReader.read(out), "train");
    assertThat(left)
        .extracting(Person::image)
        .containsExactly("p0.png", "p1.png", "p2.png", "p5.png");
    assertThat(left.get(1).annotated(0)).as("the joint outside").isFalse();
    assertThat(left.get(1).annotated(1)).isTrue();
    assertThat(Files.readAllLines(out.resolve("faults.csv"))).hasSize(3);
  }

  @Test
  void preparesNothingWhereNothingMayBeWrong() throws IOException {
    spoil();
    assertThatThrownBy(() -> prepare(0, "fail"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("1 x image missing: p4.png")
        .hasMessageContaining("1 x image broken: p3.png")
        .hasMessageContaining("1 x grey image: p1.png")
        .hasMessageContaining("1 x same person twice: p2.png #1");
    assertThat(out).doesNotExist();
    assertThatThrownBy(() -> prepare(0, "report", "left-right=drop", "missing=fail"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("image missing")
        .hasMessageNotContaining("grey");
  }

  @Test
  void saysWhenAnnotationsAreOfAnotherSize() throws IOException {
    people.set(0, people.get(0).withImageSize(17, 23));
    prepare(0);
    assertThat(Files.readAllLines(out.resolve("faults.csv")).get(1))
        .startsWith("p0.png,,size that cannot be,\"annotated as 17x23, is ");
  }

  @Test
  void rulesForOneKindWin() {
    Checks checks = Checks.of(List.of(Checks.Rule.parse("grey=fail"), Checks.Rule.parse("drop")));
    assertThat(checks.of(Fault.FaultKind.GREY)).isEqualTo(Fault.Action.FAIL);
    assertThat(checks.of(Fault.FaultKind.SIZE)).isEqualTo(Fault.Action.DROP);
    assertThat(Checks.REPORT.of(Fault.FaultKind.SIZE)).isEqualTo(Fault.Action.REPORT);
    for (String text : new String[] {"", "ignore", "x=drop", "grey=", "=drop", "grey"}) {
      assertThatThrownBy(() -> Checks.Rule.parse(text)).hasMessageContaining("joint-outside");
    }
  }

  /** A packed person is the same person: the joints, the head size, and the pixels around them. */
  @Test
  void packsPeople() throws IOException {
    prepare(64);
    Dataset dataset = DatasetReader.read(out);
    assertThat(dataset.imageRoot()).isEqualTo(out.resolve("images"));
    List<Person> packed = DatasetReader.people(dataset, "train");
    JsonArray annotations =
        Json.readObject(out.resolve("annotations/train.json")).getAsJsonArray("annotations");
    assertThat(packed).hasSize(6);
    for (int i = 0; i < 6; i++) {
      Person before = people.get(i);
      Person now = packed.get(i);
      assertThat(now.image()).isEqualTo("p" + i + "_0.jpg");
      assertThat(now.scale() * 200).isEqualTo(64, within(1e-3));
      JsonObject origin = annotations.get(i).getAsJsonObject().getAsJsonObject("original");
      assertThat(origin.get("image").getAsString()).isEqualTo(before.image());
      double factor = origin.get("factor").getAsDouble();
      assertThat(now.headSize() / before.headSize()).isEqualTo(factor, within(1e-6));
      for (int k = 0; k < 16; k++) {
        double x = (now.x()[k] + 0.5) / factor - 0.5 + origin.get("left").getAsInt();
        double y = (now.y()[k] + 0.5) / factor - 0.5 + origin.get("top").getAsInt();
        assertThat(x).isEqualTo(before.x()[k], within(1e-3));
        assertThat(y).isEqualTo(before.y()[k], within(1e-3));
      }
      assertThat(difference(before, now, dataset)).isLessThan(6);
    }
    byte[] again = Files.readAllBytes(out.resolve("images/p0_0.jpg"));
    byte[] train = Files.readAllBytes(out.resolve("annotations/train.json"));
    prepare(64);
    assertThat(out.resolve("images/p0_0.jpg")).hasBinaryContent(again);
    assertThat(out.resolve("annotations/train.json")).hasBinaryContent(train);
  }

  /** Mean difference, of 255, of the crop out of the photo and out of the packed image. */
  private double difference(Person before, Person now, Dataset dataset) throws IOException {
    int size = 64;
    try (Image photo = Image.read(images.resolve(before.image()));
        Image packed = Image.read(dataset.imageRoot().resolve(now.image()));
        Image a = photo.warp(crop(before, size), size, size);
        Image b = packed.warp(crop(now, size), size, size)) {
      byte[] left = a.rgb();
      byte[] right = b.rgb();
      long sum = 0;
      for (int i = 0; i < left.length; i++) {
        sum += Math.abs((left[i] & 0xFF) - (right[i] & 0xFF));
      }
      return (double) sum / left.length;
    }
  }

  private static io.sadi.geom.Affine crop(Person person, int size) {
    return io.sadi.data.Crop.of(person, size).imageToCrop().inverse();
  }

  /** What is the whole photo's box is that of the packed photo. */
  @Test
  void aBoxAroundThePhotoIsPackedAsOne() throws IOException {
    Person first = people.get(0);
    people.set(0, first.inBox(new Box(0, 0, first.imageWidth(), first.imageHeight())));
    prepare(64);
    Person packed = DatasetReader.people(DatasetReader.read(out), "train").get(0);
    Box box = Objects.requireNonNull(packed.box());
    double factor = packed.scale() / people.get(0).scale();
    assertThat(box.x()).isEqualTo(0, within(1e-6));
    assertThat(box.y()).isEqualTo(0, within(1e-6));
    assertThat(box.width()).isEqualTo(first.imageWidth() * factor, within(1e-4));
    assertThat(box.width()).isEqualTo(packed.imageWidth(), within(0.51));
    assertThat(box.height()).isEqualTo(packed.imageHeight(), within(0.51));
  }

  @Test
  void namesOfPackedImagesDoNotMeet() throws IOException {
    Files.copy(images.resolve("p0.png"), images.resolve("p0.jpg"));
    Person twin =
        people
            .get(0)
            .withJoints("p0.jpg", people.get(0).x(), people.get(0).y(), people.get(0).visibility());
    people.add(twin);
    prepare(32);
    assertThat(DatasetReader.people(DatasetReader.read(out), "train"))
        .extracting(Person::image)
        .doesNotHaveDuplicates()
        .contains("p0_0.jpg", "p0.jpg_0.jpg");
  }

  @Test
  void drawsPeopleToLookAt() throws IOException {
    people.get(1).y()[0] = -7;
    for (int pack : new int[] {0, 64}) {
      new Preparation(
              annotations(),
              images,
              new DatasetOutput(out, true, false, Map.of()),
              new Treatment(0, Checks.REPORT, pack, 4))
          .run(Progress.NONE);
      try (Image sheet = Image.read(out.resolve("previews/people.jpg"));
          Image faults = Image.read(out.resolve("previews/faults.jpg"))) {
        assertThat(sheet.width()).isGreaterThan(faults.width());
        byte[] rgb = sheet.rgb();
        int orange = 0;
        for (int i = 0; i < rgb.length; i += 3) {
          orange += (rgb[i] & 0xFF) > 230 && (rgb[i + 2] & 0xFF) < 60 ? 1 : 0;
        }
        assertThat(orange).as("left limbs").isGreaterThan(300);
      }
    }
  }

  private PreparedDataset prepare(int pack, String... rules) throws IOException {
    Checks checks = Checks.of(Arrays.stream(rules).map(Checks.Rule::parse).toList());
    return new Preparation(
            annotations(),
            images,
            new DatasetOutput(out, true, false, Map.of()),
            new Treatment(0, checks, pack, 0))
        .run(Progress.NONE);
  }

  private Annotations annotations() {
    return new Annotations(
        "drawn",
        Skeleton.mpii16(),
        Metric.PCKH_05,
        Map.of("train", people),
        List.of(),
        List.of(),
        false,
        Annotations.BoxSource.ANNOTATED,
        List.of());
  }
}
