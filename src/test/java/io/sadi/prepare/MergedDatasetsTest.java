package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.write.DatasetOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergedDatasetsTest {
  private final Path folder;
  private final Path mpii;
  private final Path lsp;

  MergedDatasetsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    mpii = folder.resolve("sets/mpii");
    lsp = folder.resolve("sets/lsp");
    write(mpii, "photos of mpii/images", Skeleton.mpii16(), Map.of("train", List.of("a.jpg")));
    write(
        lsp,
        "lsp",
        Skeleton.lsp14(),
        Map.of("train", List.of("a.jpg"), "test", List.of("sub/b.jpg")));
  }

  @Test
  void joinsSplitsOnOneSkeleton() throws IOException {
    MergedDatasets merged = MergedDatasets.read(List.of(mpii, lsp), Skeleton.lsp14());
    assertThat(merged.imageRoot()).isEqualTo(folder.toRealPath());
    Path out = folder.resolve("merged");
    new Preparation(
            merged.annotations(),
            merged.imageRoot(),
            new DatasetOutput(out, false, false, Map.of()),
            Treatment.PLAIN)
        .run(Progress.NONE);
    Dataset dataset = DatasetReader.read(out);
    assertThat(dataset.name()).isEqualTo("mpii+lsp");
    assertThat(dataset.metric()).isEqualTo(Metric.PCK_02);
    assertThat(dataset.skeleton()).isEqualTo(Skeleton.lsp14());
    List<Person> train = DatasetReader.people(dataset, "train");
    assertThat(train)
        .extracting(Person::image)
        .containsExactly("photos of mpii/images/a.jpg", "lsp/a.jpg");
    assertThat(DatasetReader.people(dataset, "test"))
        .extracting(Person::image)
        .containsExactly("lsp/sub/b.jpg");
    for (Person person : train) {
      assertThat(dataset.imageRoot().resolve(person.image())).exists();
      assertThat(person.x()).hasSize(14);
    }
    Skeleton from = Skeleton.mpii16();
    assertThat(train.get(0).x()[12]).as("neck").isEqualTo(x(from.index("upper_neck")));
    assertThat(train.get(0).x()[6]).as("wrist").isEqualTo(x(from.index("right_wrist")));
    assertThat(Files.readString(out.resolve("dataset.yaml"))).contains("sha256", "dataset.yaml");
  }

  /** LSP has no pelvis and no thorax: the midpoints of hips and shoulders. */
  @Test
  void makesMidpoints() throws IOException {
    MergedDatasets merged = MergedDatasets.read(List.of(mpii, lsp), Skeleton.mpii16());
    Person person = merged.annotations().splits().getOrDefault("test", List.of()).get(0);
    Skeleton to = Skeleton.mpii16();
    int pelvis = to.index("pelvis");
    int thorax = to.index("thorax");
    assertThat(person.x()[pelvis]).isEqualTo((x(2) + x(3)) / 2);
    assertThat(person.visibility()[pelvis]).as("one hip is occluded").isEqualTo(Person.OCCLUDED);
    assertThat(person.annotated(thorax)).as("one shoulder is not annotated").isFalse();
    assertThat(person.x()[to.index("upper_neck")]).isEqualTo(x(12));
    assertThat(merged.annotations().warnings()).noneMatch(line -> line.contains("has no"));
  }

  @Test
  void saysWhichJointsAreLacking() throws IOException {
    Path other = folder.resolve("sets/other");
    Skeleton few = Skeleton.named(List.of("left_hip", "right_hip", "tail"), List.of(), "test");
    write(other, "other", few, Map.of("train", List.of("t.jpg")));
    MergedDatasets merged = MergedDatasets.read(List.of(lsp, other), Skeleton.mpii16());
    assertThat(merged.annotations().warnings().get(0))
        .contains("sets/other: has no", "head_top")
        .doesNotContain("pelvis");
    Path none = folder.resolve("sets/none");
    write(
        none,
        "none",
        Skeleton.named(List.of("a", "b"), List.of(), "test"),
        Map.of("train", List.of("t.jpg")));
    assertThatThrownBy(() -> MergedDatasets.read(List.of(lsp, none), Skeleton.mpii16()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("sets/none: found the joints [a, b]");
  }

  @Test
  void refusesWhatWouldCountTwiceOrLeak() throws IOException {
    assertThatThrownBy(() -> MergedDatasets.read(List.of(lsp, lsp), Skeleton.lsp14()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("for the second time");
    Path leak = folder.resolve("sets/leak");
    write(leak, "lsp", Skeleton.lsp14(), Map.of("train", List.of("sub/b.jpg")));
    assertThatThrownBy(() -> MergedDatasets.read(List.of(lsp, leak), Skeleton.lsp14()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("sub/b.jpg in train, which another dataset has in test");
    assertThatThrownBy(() -> MergedDatasets.read(List.of(lsp), Skeleton.lsp14()))
        .hasMessageContaining("at least two");
  }

  /** MPII's test people, of whom only the boxes are known, are for predicting. */
  @Test
  void splitsOfBoxesStay() throws IOException {
    Path boxes = folder.resolve("sets/boxes");
    Skeleton skeleton = Skeleton.lsp14();
    Person boxed = withoutJoints(person("t.jpg", skeleton));
    Person lost = withoutJoints(person("sub/t.jpg", skeleton));
    DatasetWriter.write(
        new Dataset(boxes, "boxes", skeleton, Metric.PCK_02, Map.of(), folder.resolve("boxes")),
        "../../boxes",
        Map.of(),
        Map.of(
            "train", List.of(person("u.jpg", skeleton)),
            "unseen", List.of(boxed),
            "test", List.of(lost)));
    Files.createDirectories(folder.resolve("boxes"));
    Map<String, List<Person>> splits =
        MergedDatasets.read(List.of(lsp, boxes), skeleton).annotations().splits();
    assertThat(splits).containsOnlyKeys("train", "test", "unseen");
    Person kept = splits.getOrDefault("unseen", List.of()).get(0);
    assertThat(kept.image()).isEqualTo("boxes/t.jpg");
    assertThat(kept.ignored()).as("it counts where there is nobody else").isFalse();
    assertThat(splits.getOrDefault("test", List.of()))
        .as("beside people with joints it is kept, and not measured")
        .extracting(Person::ignored)
        .containsExactly(false, true);
  }

  /** PCKh asks for the heads of those who are measured, and a box is nobody to measure. */
  @Test
  void boxesDoNotChangeTheMetric() throws IOException {
    Skeleton skeleton = Skeleton.mpii16();
    Path first = folder.resolve("sets/first");
    Path second = folder.resolve("sets/second");
    writeHeads(first, Metric.PCKH_05, Map.of("train", List.of(withHead("u.jpg", skeleton))));
    writeHeads(
        second,
        Metric.PCK_02,
        Map.of(
            "train", List.of(withHead("w.jpg", skeleton)),
            "test", List.of(withoutJoints(person("t.jpg", skeleton)))));
    List<Path> both = List.of(first, second);
    for (Skeleton target : new Skeleton[] {null, skeleton}) {
      Annotations merged = MergedDatasets.read(both, target).annotations();
      assertThat(merged.metric()).isEqualTo(Metric.PCKH_05);
      assertThat(merged.source())
          .as("all that was read, boxes too")
          .extracting(file -> file.paths().get(0).getFileName().toString())
          .containsExactly("dataset.yaml", "train.json", "dataset.yaml", "train.json", "test.json");
    }
    writeHeads(second, Metric.PCK_02, Map.of("train", List.of(person("w.jpg", skeleton))));
    assertThat(MergedDatasets.read(both, skeleton).annotations().metric())
        .as("somebody with joints and without a head")
        .isEqualTo(Metric.PCK_02);
  }

  private void writeHeads(Path data, Metric metric, Map<String, List<Person>> people)
      throws IOException {
    Path images = Files.createDirectories(data.resolve("images"));
    DatasetWriter.write(
        new Dataset(data, "heads", Skeleton.mpii16(), metric, Map.of(), images),
        "images",
        Map.of(),
        people);
  }

  private static Person withHead(String image, Skeleton skeleton) {
    Person p = person(image, skeleton);
    return new Person(
        image, 0, 120, 100, p.x(), p.y(), p.visibility(), null, 50, 50, 0.5, 12, null);
  }

  private static Person withoutJoints(Person person) {
    return new Person(
        person.image(),
        0,
        120,
        100,
        new float[person.x().length],
        new float[person.x().length],
        new byte[person.x().length],
        null,
        50,
        50,
        0.5,
        Double.NaN,
        null);
  }

  private static float x(int k) {
    return 10 + 3 * k;
  }

  /** Everybody's right hip is occluded, and the left shoulder not annotated. */
  private void write(
      Path dataset, String images, Skeleton skeleton, Map<String, List<String>> splits)
      throws IOException {
    Path root = folder.resolve(images);
    Map<String, List<Person>> people = new java.util.LinkedHashMap<>();
    for (String split : new java.util.TreeSet<>(splits.keySet()).descendingSet()) {
      List<Person> list = new java.util.ArrayList<>();
      for (String name : splits.getOrDefault(split, List.of())) {
        Files.createDirectories(root.resolve(name).getParent());
        try (Image image = Image.filled(120, 100, 0x808080)) {
          image.writeJpeg(root.resolve(name), 90);
        }
        list.add(person(name, skeleton));
      }
      people.put(split, list);
    }
    String relative = dataset.toAbsolutePath().relativize(root.toAbsolutePath()).toString();
    Dataset description =
        new Dataset(
            dataset, dataset.getFileName().toString(), skeleton, Metric.PCK_02, Map.of(), root);
    DatasetWriter.write(description, relative, Map.of(), people);
  }

  private static Person person(String image, Skeleton skeleton) {
    int joints = skeleton.size();
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    Arrays.fill(visibility, Person.VISIBLE);
    for (int k = 0; k < joints; k++) {
      x[k] = x(k);
      y[k] = 20 + 4 * k;
    }
    visibility[skeleton.index("right_hip") < 0 ? 0 : skeleton.index("right_hip")] = Person.OCCLUDED;
    int shoulder = skeleton.index("left_shoulder");
    if (shoulder >= 0) {
      visibility[shoulder] = Person.NOT_ANNOTATED;
    }
    return new Person(image, 0, 120, 100, x, y, visibility, null, 50, 50, 0.5, Double.NaN, null);
  }
}
