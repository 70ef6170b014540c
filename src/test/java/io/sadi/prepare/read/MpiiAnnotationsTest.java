package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.Preparation;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.prepare.write.PreparedDataset;
import io.sadi.testing.Fuzz;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

class MpiiAnnotationsTest {
  private static final String MINI = "data/mpii/mpii_human_pose_v1_u12_mini.mat";
  private final Path folder;

  MpiiAnnotationsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  /** The JSON of Convolutional Pose Machines and pytorch-pose, which says who validates. */
  @Test
  void readsPytorchPosesJson() throws IOException {
    Path file = folder.resolve("mpii_annotations.json");
    Files.writeString(file, "[" + posed("a.jpg", 0) + ", " + posed("b.jpg", 1) + "]");
    Annotations annotations = read(file);
    assertThat(annotations.splits()).containsOnlyKeys("train", "val");
    Person person = people(annotations, "val").get(0);
    assertThat(person.image()).isEqualTo("b.jpg");
    assertThat(person.x()[0]).as("1-based in the file").isEqualTo(9);
    assertThat(person.visibility()).startsWith(2, 1, 0).hasSize(16);
    assertThat(person.centerX()).isEqualTo(99);
    assertThat(person.centerY()).isEqualTo(59 + 15 * 2);
    assertThat(person.scale()).isEqualTo(2.5);
    assertThat(people(read(file, Split.parse("val=1.0")), "val")).hasSize(2);
    Files.writeString(file, "[" + posed("a.jpg", 0).replace("[0, 0, 0]]", "[0, 0]]") + "]");
    assertThatThrownBy(() -> read(file)).hasMessageContaining("[0].joint_self[15]");
    String bad = posed("c.jpg", 0).replace("[10, 20, 1]", "[10, 20]");
    Files.writeString(file, "[" + bad + ", " + posed("C:\\\\x\\\\b.jpg", 1) + "]");
    Annotations rest = read(file);
    assertThat(people(rest, "val")).extracting(Person::image).containsExactly("C:\\x\\b.jpg");
    assertThat(rest.unreadable()).singleElement().asString().contains("[0].joint_self[0]");
    Files.writeString(file, "[" + posed("b.jpg", 1).replace("1.0", "true") + "]");
    assertThat(people(read(file), "val")).hasSize(1);
    Files.writeString(file, "[" + posed("b.jpg", 1) + "]");
    Fuzz fuzz = new Fuzz(file, damaged -> read(damaged));
    fuzz.prefixes();
    assertThat(fuzz.flips(10_000, 1)).isPositive();
  }

  private static String posed(String image, int validation) {
    return "{\"dataset\": \"MPI\", \"isValidation\": "
        + validation
        + ".0, \"img_paths\": \""
        + image
        + "\", \"objpos\": [100.0, 60.0], \"scale_provided\": 2.0, \"joint_self\": [[10, 20, 1],"
        + " [30, 40, 0]"
        + ", [0, 0, 0]".repeat(14)
        + "]}";
  }

  /** The same people as the reference has, by image and person, to the last field. */
  /** A photo whose people are in two files shows all of them. */
  @Test
  void peopleAreCountedThroughAllFiles() throws IOException {
    Path train = Files.writeString(folder.resolve("train.json"), "[" + posed("a.jpg", 0) + "]");
    Path valid =
        Files.writeString(
            folder.resolve("valid.json"), "[" + posed("b.jpg", 0) + "," + posed("a.jpg", 0) + "]");
    Annotations read =
        MpiiAnnotations.read(
            List.of(train, valid), null, null, List.of(Split.parse("train=1.0")), false, 1);
    assertThat(read.splits().getOrDefault("train", List.of()))
        .extracting(person -> person.image() + " " + person.person())
        .containsExactly("a.jpg 0", "b.jpg 0", "a.jpg 1");
  }

  @Test
  void readsThePeopleOfTheOracle() throws IOException {
    Path file = Shared.require(MINI);
    Dataset oracle = DatasetReader.read(Shared.require("oracles/mpii-val"));
    Map<String, Person> expected = new HashMap<>();
    for (Person person : DatasetReader.people(oracle, "val")) {
      expected.put(person.image() + "#" + person.person(), person);
    }
    Annotations annotations = read(file, Split.parse("val=1.0"));
    Set<String> images = new HashSet<>();
    for (Person person : people(annotations, "val")) {
      String key = person.image() + "#" + person.person();
      assertSame(person, Objects.requireNonNull(expected.remove(key), key));
      images.add(person.image());
    }
    assertThat(images).hasSize(55);
    assertThat(expected.values()).noneMatch(person -> images.contains(person.image()));
    assertThat(annotations.metric()).isEqualTo(Metric.PCKH_05);
    assertThat(annotations.skeleton().joints()).isEqualTo(oracle.skeleton().joints());
    assertThat(annotations.warnings()).isEmpty();
  }

  private static void assertSame(Person person, Person expected) {
    for (int k = 0; k < 16; k++) {
      assertThat(person.visibility()[k]).isEqualTo(expected.visibility()[k]);
      assertThat(person.x()[k]).isEqualTo(expected.x()[k], within(1e-4f));
      assertThat(person.y()[k]).isEqualTo(expected.y()[k], within(1e-4f));
    }
    assertThat(person.centerX()).isEqualTo(expected.centerX(), within(1e-6));
    assertThat(person.centerY()).isEqualTo(expected.centerY(), within(1e-6));
    assertThat(person.scale()).isEqualTo(expected.scale(), within(1e-9));
    assertThat(person.headSize()).isEqualTo(expected.headSize(), within(1e-4));
    Box head = Objects.requireNonNull(person.headBox());
    assertThat(head.x()).isEqualTo(Objects.requireNonNull(expected.headBox()).x(), within(1e-6));
    assertThat(head.height()).isEqualTo(expected.headBox().height(), within(1e-6));
  }

  /** The JSON has the same people, 1-based and rounded, without head boxes and occlusion. */
  @Test
  void readsTheJsonThatOthersUse() throws IOException {
    Path json = Shared.require("data/mpii/test_mpii.json");
    Path mat = Shared.require(MINI);
    List<Split> all = List.of(Split.parse("val=1.0"));
    Annotations bare = MpiiAnnotations.read(List.of(json), null, null, all, false, 1);
    assertThat(bare.metric()).isEqualTo(Metric.PCK_02);
    assertThat(bare.warnings()).singleElement().asString().contains("pckh", "--head-boxes");
    Annotations headed = MpiiAnnotations.read(List.of(json), mat, null, all, false, 1);
    assertThat(headed.metric()).isEqualTo(Metric.PCKH_05);
    assertThat(headed.source()).hasSize(2);
    List<Person> expected = people(read(mat, Split.parse("val=1.0")), "val");
    List<Person> people = people(headed, "val");
    assertThat(people).hasSize(5);
    for (int i = 0; i < 5; i++) {
      Person person = people.get(i);
      assertThat(person.image()).isEqualTo(expected.get(i).image());
      assertThat(person.headSize()).isEqualTo(expected.get(i).headSize());
      assertThat(person.centerY()).isEqualTo(expected.get(i).centerY(), within(1e-3));
      for (int k = 0; k < 16; k++) {
        assertThat(person.annotated(k)).isEqualTo(expected.get(i).annotated(k));
        assertThat(person.x()[k]).isEqualTo(expected.get(i).x()[k], within(1e-3f));
      }
    }
  }

  @Test
  void officialIsEverybodyWithJointsAndTheTestImagesBoxes() throws IOException {
    Path file = Shared.require(MINI);
    Annotations official = read(file, new Split.Official());
    assertThat(official.splits().keySet()).containsExactly("train", "test");
    assertThat(people(official, "train")).hasSize(82);
    assertThat(people(official, "test"))
        .hasSize(5)
        .allMatch(p -> !p.annotated() && p.scale() > 0 && p.box() != null);
    assertThat(official.leftOut())
        .hasSize(63)
        .allMatch(l -> l.reason().equals("no joint annotated"));
    Path json = Shared.require("data/mpii/test_mpii.json");
    assertThatThrownBy(() -> read(json, new Split.Official()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the official .mat");
  }

  /** The usual split: its people to val, nobody else of their images anywhere. */
  @Test
  void takesExactlyTheListsPeople() throws IOException {
    Path mat = write(release());
    Path list = folder.resolve("valid.json");
    Files.writeString(list, "[{\"image\":\"a.jpg\",\"center\":[100,200],\"scale\":2}]");
    Annotations byPeople = read(mat, new Split.Listed(ValList.read(list)));
    assertThat(people(byPeople, "val")).extracting(Person::person).containsExactly(0);
    assertThat(people(byPeople, "train")).extracting(Person::image).containsExactly("c.jpg");
    assertThat(byPeople.leftOut())
        .anyMatch(
            l -> l.image().equals("a.jpg") && l.person() == 1 && l.reason().contains("beside"));
    Files.writeString(list, "folder/a.jpg\n\nz.jpg\n");
    Annotations byImages = read(mat, new Split.Listed(ValList.read(list)));
    assertThat(people(byImages, "val")).extracting(Person::person).containsExactly(0, 1);
    assertThat(byImages.warnings()).singleElement().asString().contains("1 of its images");
    Files.writeString(list, "q.jpg");
    assertThatThrownBy(() -> read(mat, new Split.Listed(ValList.read(list))))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("none of the annotated images, but q.jpg");
  }

  @Test
  void readsWhatThisFileHasInManyForms() throws IOException {
    Annotations annotations = read(write(release()), Split.parse("train=1.0"));
    List<Person> people = people(annotations, "train");
    assertThat(people).extracting(Person::image).containsExactly("a.jpg", "a.jpg", "c.jpg");
    Person first = people.get(0);
    assertThat(first.visibility()[3]).isEqualTo(Person.VISIBLE); // '1'
    assertThat(first.visibility()[0]).isEqualTo(Person.OCCLUDED); // '0'
    assertThat(first.visibility()[9]).isEqualTo(Person.VISIBLE); // []
    assertThat(first.visibility()[8]).isEqualTo(Person.OCCLUDED); // 0
    assertThat(first.visibility()[1]).isEqualTo(Person.NOT_ANNOTATED);
    assertThat(first.x()[3]).isEqualTo(12);
    assertThat(first.centerX()).isEqualTo(99);
    assertThat(first.centerY()).isEqualTo(199 + 15 * 2);
    assertThat(first.scale()).isEqualTo(2.5);
    assertThat(first.headSize()).isEqualTo(0.6 * 50, within(1e-9));
    assertThat(annotations.leftOut())
        .extracting(LeftOut::reason)
        .containsExactly("no joint annotated", "no position or scale");
    Annotations apart =
        MpiiAnnotations.read(
            List.of(folder.resolve("mpii.mat")),
            null,
            null,
            List.of(Split.parse("train=1.0")),
            true,
            1);
    assertThat(people(apart, "train")).extracting(Person::person).containsExactly(1);
  }

  /** The test images' joints, published later: as a release, or the list alone. */
  @Test
  void theTestImagesJointsAreThoseOfTheirPeople() throws IOException {
    for (boolean alone : new boolean[] {false, true}) {
      Struct known = release();
      ((Matrix) known.get("img_train")).setDouble(2, 0); // c.jpg is tested on
      Struct held = rects(2);
      person(held, 0, 150, 160, 3);
      person(held, 1, 50, 60, 1);
      ((Struct) known.get("annolist")).set("annorect", 2, held);
      Path mat = write(known);
      Struct later = release();
      Struct rects = rects(3);
      Struct point = Mat5.newStruct(1, 1);
      point(point, 0, 5, null);
      person(rects, 0, 50, 60, 1);
      joints(rects, 0, copyOf(point));
      person(rects, 1, 400, 400, 1); // nobody of the release
      joints(rects, 1, copyOf(point));
      person(rects, 2, 50, 60, 1); // the first one again
      joints(rects, 2, copyOf(point));
      ((Struct) later.get("annolist")).set("annorect", 2, rects);
      Path test = folder.resolve("annolist_dataset_v12.mat");
      Files.deleteIfExists(test);
      try (MatFile content = Mat5.newMatFile();
          var sink = Sinks.newStreamingFile(test.toFile())) {
        content.addArray(alone ? "annolist" : "RELEASE", alone ? later.get("annolist") : later);
        content.writeTo(sink);
      }
      Annotations annotations =
          MpiiAnnotations.read(List.of(mat), null, test, List.of(new Split.Official()), false, 1);
      assertThat(annotations.splits()).containsOnlyKeys("train", "test");
      Person person = people(annotations, "test").get(0);
      assertThat(people(annotations, "test")).hasSize(1);
      assertThat(person.person()).as("the release's number").isEqualTo(1);
      assertThat(person.annotated(5)).isTrue();
      assertThat(person.x()[5]).isEqualTo(14);
      assertThat(person.scale()).isEqualTo(1.25);
      assertThat(person.headSize()).isEqualTo(0.6 * 50, within(1e-9));
      assertThat(annotations.warnings())
          .hasSize(2)
          .anySatisfy(line -> assertThat(line).contains("2 people with joints are not among"))
          .anySatisfy(line -> assertThat(line).contains("no joints for 1 of the release's"));
      assertThat(annotations.leftOut())
          .anyMatch(l -> l.image().equals("c.jpg") && l.reason().contains("not among"));
      Fuzz fuzz =
          new Fuzz(
              test,
              damaged ->
                  MpiiAnnotations.read(
                      List.of(mat), null, damaged, List.of(new Split.Official()), false, 1));
      fuzz.prefixes();
      assertThat(fuzz.flips(2000, 6)).isPositive();
    }
  }

  @Test
  void refusesNamesThatLeaveTheImageRoot() throws IOException {
    for (String name : new String[] {"../../etc/passwd", "/etc/passwd", "C:\\x.jpg", ""}) {
      Struct release = release();
      Struct annolist = release.get("annolist");
      Struct image = annolist.get("image", 0);
      image.set("name", Mat5.newString(name));
      Path file = write(release);
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("RELEASE(1).annolist(1).image(1).name");
    }
  }

  @Test
  void survivesDamage() throws IOException {
    Fuzz mat = new Fuzz(write(release()), file -> read(file, Split.parse("train=1.0")));
    mat.prefixes();
    assertThat(mat.flips(10_000, 3)).isPositive();
    Path json = folder.resolve("valid.json");
    Files.writeString(
        json,
        """
        [{"image": "a.jpg", "center": [5, 6], "scale": 1.5, "joints_vis": %s, "joints": %s}]
        """
            .formatted(
                List.of(1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
                java.util.Collections.nCopies(16, "[3.5, 7]")));
    Fuzz text = new Fuzz(json, file -> read(file, Split.parse("train=1.0")));
    text.prefixes();
    assertThat(text.flips(10_000, 4)).isPositive();
    Path list = folder.resolve("list.json");
    Files.writeString(list, "[{\"image\": \"a.jpg\", \"center\": [5, 6]}, \"b.jpg\"]");
    Fuzz names = new Fuzz(list, ValList::read);
    names.prefixes();
    assertThat(names.flips(2000, 5)).isPositive();
  }

  /** Test images' people go where prediction finds them, and evaluation does not. */
  @Test
  void writesTheTestPeopleAsBoxes() throws IOException {
    Path images = Shared.require("data/mpii/images");
    Annotations official = read(Shared.require(MINI), new Split.Official());
    Path out = folder.resolve("out");
    PreparedDataset prepared =
        new Preparation(
                official, images, new DatasetOutput(out, false, false, Map.of()), Treatment.PLAIN)
            .run(Progress.NONE);
    assertThat(prepared.splits().keySet()).containsExactly("train"); // none of their images here
    assertThat(DatasetReader.read(out).splits()).containsExactly(Map.entry("train", 5));
  }

  private Annotations read(Path file, Split... splits) throws IOException {
    return MpiiAnnotations.read(List.of(file), null, null, List.of(splits), false, 1);
  }

  private static List<Person> people(Annotations annotations, String split) {
    return annotations.splits().getOrDefault(split, List.of());
  }

  /** a.jpg: two people and one without joints; b.jpg: nobody; c.jpg: two, one without position. */
  private static Struct release() {
    Struct annolist = Mat5.newStruct(1, 3);
    Struct first = rects(3);
    person(first, 0, 100, 200, 2);
    Struct points = Mat5.newStruct(1, 4);
    point(points, 0, 3, Mat5.newString("1"));
    point(points, 1, 0, Mat5.newString("0"));
    point(points, 2, 9, Mat5.newMatrix(0, 0));
    point(points, 3, 8, Mat5.newScalar(0));
    joints(first, 0, points);
    person(first, 1, 50, 60, 1);
    Struct unflagged = Mat5.newStruct(1, 1);
    point(unflagged, 0, 5, null);
    joints(first, 1, unflagged);
    Struct last = rects(2);
    joints(last, 0, copyOf(unflagged));
    person(last, 1, 50, 60, 1);
    joints(last, 1, copyOf(unflagged));
    image(annolist, 0, "a.jpg", first);
    image(annolist, 1, "b.jpg", Mat5.newMatrix(0, 0));
    image(annolist, 2, "c.jpg", last);
    Matrix train = Mat5.newMatrix(1, 3);
    Cell single = Mat5.newCell(3, 1);
    for (int i = 0; i < 3; i++) {
      train.setDouble(i, 1);
      single.set(i, i == 2 ? Mat5.newScalar(2) : Mat5.newMatrix(0, 0));
    }
    return Mat5.newStruct()
        .set("annolist", annolist)
        .set("img_train", train)
        .set("single_person", single);
  }

  private static Struct copyOf(Struct point) {
    Struct copy = Mat5.newStruct(1, 1);
    for (String field : point.getFieldNames()) {
      copy.set(field, 0, Mat5.newScalar(point.getMatrix(field, 0).getDouble(0)));
    }
    return copy;
  }

  private static Struct rects(int people) {
    Struct rects = Mat5.newStruct(1, people);
    for (int j = 0; j < people; j++) {
      for (String field : new String[] {"annopoints", "objpos", "scale"}) {
        rects.set(field, j, Mat5.newMatrix(0, 0));
      }
      double[] head = {41, 11, 71, 51};
      for (int i = 0; i < 4; i++) {
        rects.set(new String[] {"x1", "y1", "x2", "y2"}[i], j, Mat5.newScalar(head[i]));
      }
    }
    return rects;
  }

  private static void image(Struct annolist, int i, String name, Array rects) {
    annolist.set("image", i, Mat5.newStruct().set("name", Mat5.newString(name)));
    annolist.set("annorect", i, rects);
  }

  private static void person(Struct rects, int j, double x, double y, double scale) {
    rects.set(
        "objpos", j, Mat5.newStruct().set("x", Mat5.newScalar(x)).set("y", Mat5.newScalar(y)));
    rects.set("scale", j, Mat5.newScalar(scale));
  }

  private static void joints(Struct rects, int j, Struct points) {
    rects.set("annopoints", j, Mat5.newStruct().set("point", points));
  }

  private static void point(Struct points, int p, int id, Array visible) {
    points.set("x", p, Mat5.newScalar(10 + id));
    points.set("y", p, Mat5.newScalar(20 + id));
    points.set("id", p, Mat5.newScalar(id));
    if (visible != null) {
      points.set("is_visible", p, visible);
    }
  }

  private Path write(Struct release) throws IOException {
    Path file = folder.resolve("mpii.mat");
    Files.deleteIfExists(file);
    try (MatFile content = Mat5.newMatFile();
        var sink = Sinks.newStreamingFile(file.toFile())) {
      content.addArray("RELEASE", release);
      content.writeTo(sink);
    }
    return file;
  }
}
