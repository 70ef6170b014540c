package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetReaderTest {
  private static final Skeleton SMALL =
      new Skeleton(
          List.of("left_hand", "right_hand", "head"),
          List.of(new Skeleton.Pair(0, 1)),
          List.of(new Skeleton.Pair(0, 2), new Skeleton.Pair(1, 2)));

  private final Path folder;

  DatasetReaderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void readsWhatWasWritten() throws IOException {
    write();
    Dataset dataset = DatasetReader.read(folder);
    assertThat(dataset.name()).isEqualTo("three joints");
    assertThat(dataset.skeleton()).isEqualTo(SMALL);
    assertThat(dataset.metric()).isEqualTo(Metric.PCKH_05);
    assertThat(dataset.splits()).containsExactly(Map.entry("train", 3), Map.entry("val", 1));
    assertThat(dataset.imageRoot()).isEqualTo(folder.resolve("photos"));
    List<Person> people = DatasetReader.people(dataset, "train");
    List<Person> original = people().get("train");
    for (int i = 0; i < 3; i++) {
      assertThat(people.get(i))
          .usingRecursiveComparison()
          .ignoringFields("source")
          .isEqualTo(Objects.requireNonNull(original).get(i));
    }
  }

  /**
   * Results are measured without photos, so that images may be called as another machine has them.
   */
  @Test
  void aFileAloneMayHaveAnyNames() throws IOException {
    Path file = folder.resolve("people.json");
    String image = "C:\\\\photos\\\\a.jpg";
    Files.writeString(
        file,
        "{\"images\":[{\"id\":1,\"file_name\":\""
            + image
            + "\"}],\"categories\":[{\"id\":1,\"name\":\"person\",\"keypoints\":[\"a\",\"b\"]}],"
            + "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,"
            + "\"keypoints\":[1,2,2,30,40,2]}]}");
    Dataset dataset = DatasetReader.readFolderOrFile(file);
    assertThat(DatasetReader.people(dataset, DatasetReader.WHOLE_FILE))
        .extracting(Person::image)
        .containsExactly("C:\\photos\\a.jpg");
    assertThat(DatasetReader.imageIds(dataset, DatasetReader.WHOLE_FILE)).hasSize(1);
  }

  @Test
  void writesTheSameBytesAgain() throws IOException {
    write();
    byte[] yaml = Files.readAllBytes(folder.resolve("dataset.yaml"));
    byte[] train = Files.readAllBytes(folder.resolve("annotations/train.json"));
    write();
    assertThat(Files.readAllBytes(folder.resolve("dataset.yaml"))).isEqualTo(yaml);
    assertThat(Files.readAllBytes(folder.resolve("annotations/train.json"))).isEqualTo(train);
  }

  /** What any COCO tool writes: no extras. */
  @Test
  void takesPlainCoco() throws IOException {
    write();
    Files.writeString(
        folder.resolve("annotations/val.json"),
        """
        {"info": {"year": 2017}, "annotations": [
          {"id": 9, "image_id": 7, "category_id": 1, "iscrowd": 1, "bbox": [0, 0, 9, 9],
           "segmentation": {"counts": [1, 2]}},
          {"id": 10, "image_id": 7, "category_id": 1, "iscrowd": 0, "num_keypoints": 2,
           "keypoints": [1.5, 2, 2, 0, 0, 0, 3, 4, 1], "bbox": [10, 20, 60, 30]}],
         "images": [{"id": 7, "file_name": "a/b.jpg"}],
         "categories": [{"id": 1, "name": "person",
           "keypoints": ["left_hand", "right_hand", "head"], "skeleton": [[1, 3], [2, 3]]}]}
        """);
    Person person = DatasetReader.people(DatasetReader.read(folder), "val").get(0);
    assertThat(person.image()).isEqualTo("a/b.jpg");
    assertThat(person.person()).isZero();
    assertThat(person.imageWidth()).isZero();
    assertThat(person.visibility()).containsExactly(2, 0, 1);
    assertThat(person.centerX()).isEqualTo(40);
    assertThat(person.centerY()).isEqualTo(35);
    assertThat(person.scale()).isEqualTo(60 * 1.25 / 200);
    assertThat(person.headSize()).isNaN();
    CocoFile file = CocoFile.read(folder.resolve("annotations/val.json"), null);
    assertThat(file.skeleton()).isEqualTo(SMALL);
    assertThat(file.unusable())
        .containsExactly(new CocoFile.Unusable("a/b.jpg", "a crowd, not a person", true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "width":640               | "width":"640"            | images[0].width
          "width":640               | "width":-1               | images[0].width
          "width":640               | "width":1e400            | images[0].width
          "width":640               | "width":6.5              | images[0].width
          "file_name":"one.jpg"     | "file_name":"../one.jpg" | images[0].file_name
          "file_name":"one.jpg"     | "file_name":"a/.."       | images[0].file_name
          "file_name":"one.jpg"     | "file_name":"/etc/one"   | images[0].file_name
          "file_name":"one.jpg"     | "file_name":"C:one.jpg"  | images[0].file_name
          "file_name":"one.jpg"     | "file_name":""           | images[0].file_name
          "file_name":"two.jpg"     | "file_name":"one.jpg"    | images[1].file_name
          {"id":2,"file_name"       | {"id":1,"file_name"      | images[1].id
          {"id":2,"file_name"       | {"id":2.5,"file_name"    | images[1].id
          {"id":2,"image_id"        | {"id":[2],"image_id"     | annotations[1].id
          "image_id":2              | "image_id":3             | annotations[2].image_id
          "person":1                | "person":0               | annotations[1].person
          "person":1                | "person":-1              | annotations[1].person
          "iscrowd":0               | "iscrowd":2              | annotations[0].iscrowd
          "bbox":[5,6,70,80]        | "bbox":[5,6,70]          | annotations[0].bbox
          "center":[40,46]          | "center":[40,null]       | annotations[0].center[1]
          "scale":0.5               | "scale":0                | annotations[0].scale
          "scale":0.5               | "scael":0.5              | annotations[0].scale
          "head_size":12            | "head_size":-12          | annotations[0].head_size
          "keypoints":[1.25,2,2,    | "keypoints":[2,2,        | annotations[0].keypoints
          "keypoints":[1.25,2,2,    | "keypoints":[1.25,2,3,   | annotations[0].keypoints[2]
          "keypoints":[1.25,2,2,    | "keypoints":[1e9,2,2,    | annotations[0].keypoints[0]
          "keypoints":["left_hand"  | "keypoints":["other"     | categories[].keypoints
          "keypoints":[1.25,2,2,    | "keypoints":[true,2,2,   | annotations[0].keypoints[0]
          "keypoints":[1.25,2,2,    | "keypoints":[1.25,2,0.9, | scores
          "annotations":            | "annotation":            | no 'annotations'
          """)
  void namesTheFieldThatIsWrong(String right, String wrong, String place) throws IOException {
    write();
    Path file = folder.resolve("annotations/train.json");
    String json = Files.readString(file);
    assertThat(json).contains(right);
    Files.writeString(file, json.replace(right, wrong));
    Dataset dataset = DatasetReader.read(folder);
    assertThatThrownBy(() -> DatasetReader.people(dataset, "train"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("train.json")
        .hasMessageContaining(place)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: three joints   | nome: three joints   | name
          name: three joints   | name: 2020-01-01     | quotes
          metric: pckh@0.5     | metric: pck          | pckh@0.5, pck@0.2
          - - left_hand        | - - left_hond        | nearest is left_hand
          - head               | - left_hand          | joints[2]
          train: 3             | train: many          | splits.train
          train: 3             | ../train: 3          | splits.../train
          joints:              | joint:               | joints
          """)
  void namesTheKeyThatIsWrong(String right, String wrong, String place) throws IOException {
    write();
    Path file = folder.resolve("dataset.yaml");
    String yaml = Files.readString(file);
    assertThat(yaml).contains(right);
    Files.writeString(file, yaml.replaceFirst(right, wrong));
    assertThatThrownBy(() -> DatasetReader.read(folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("dataset.yaml")
        .hasMessageContaining(place)
        .hasMessageNotContaining("\n");
  }

  @Test
  void namesTheSplitsThatAreThere() throws IOException {
    write();
    Dataset dataset = DatasetReader.read(folder);
    assertThatThrownBy(() -> DatasetReader.people(dataset, "test"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("'test'")
        .hasMessageContaining("train, val");
    assertThatThrownBy(() -> DatasetReader.read(folder.resolve("nowhere")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no such folder");
  }

  @Test
  void noticesThatPeopleAreMissing() throws IOException {
    write();
    Path yaml = folder.resolve("dataset.yaml");
    Files.writeString(yaml, Files.readString(yaml).replace("train: 3", "train: 4"));
    Dataset dataset = DatasetReader.read(folder);
    assertThatThrownBy(() -> DatasetReader.people(dataset, "train"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("3 people")
        .hasMessageContaining("4");
  }

  @Test
  void countsTheSplitsItself() throws IOException {
    write();
    Path yaml = folder.resolve("dataset.yaml");
    Files.writeString(
        yaml, Files.readString(yaml).replaceFirst("splits:\n  train: 3\n  val: 1\n", ""));
    assertThat(DatasetReader.read(folder).splits())
        .containsExactly(Map.entry("train", 3), Map.entry("val", 1));
  }

  /** A damaged file is refused or read, but never a fault of ours. */
  @ParameterizedTest
  @ValueSource(strings = {"dataset.yaml", "annotations/train.json"})
  void survivesDamage(String name) throws IOException {
    write();
    Fuzz fuzz = new Fuzz(folder.resolve(name), file -> readWhatCanBeRead());
    assertThat(fuzz.prefixes()).isPositive();
    assertThat(fuzz.flips(10_000, 1)).isPositive();
  }

  private Object readWhatCanBeRead() throws IOException {
    List<Person> people = DatasetReader.people(DatasetReader.read(folder), "train");
    for (Person person : people) {
      assertThat(person.scale()).isPositive().isFinite();
      assertThat(person.x()).hasSameSizeAs(person.visibility());
    }
    return people;
  }

  @ParameterizedTest
  @CsvSource({"mpii-val,val,2958", "lsp-test,test,1000"})
  void readsDatasetsThatOthersWrote(String name, String split, int people) throws IOException {
    String shared = System.getenv().getOrDefault("SADI_SHARED", "../shared");
    Path oracle = Path.of(shared, "oracles", name);
    assumeTrue(Files.isDirectory(oracle), oracle + " is not there: skipped");
    Dataset dataset = DatasetReader.read(oracle);
    List<Person> read = DatasetReader.people(dataset, split);
    assertThat(read).hasSize(people);
    boolean mpii = name.startsWith("mpii");
    assertThat(dataset.skeleton().edges()).isNotEmpty();
    assertThat(dataset.skeleton()).isEqualTo(mpii ? Skeleton.mpii16() : Skeleton.lsp14());
    if (mpii) {
      long joints =
          read.stream().mapToLong(p -> Arrays.stream(bits(p)).filter(v -> v > 0).count()).sum();
      assertThat(joints).isEqualTo(44240); // the benchmark's count
      assertThat(read).allMatch(p -> p.headSize() > 0);
    }
  }

  private static int[] bits(Person person) {
    int[] annotated = new int[person.visibility().length];
    for (int k = 0; k < annotated.length; k++) {
      annotated[k] = person.annotated(k) ? 1 : 0;
    }
    return annotated;
  }

  private void write() throws IOException {
    Dataset dataset =
        new Dataset(
            folder, "three joints", SMALL, Metric.PCKH_05, Map.of(), folder.resolve("photos"));
    DatasetWriter.write(
        dataset, "photos", Map.of("source", Map.of("files", List.of("x.mat"))), people());
  }

  private static Map<String, List<Person>> people() {
    Map<String, List<Person>> people = new LinkedHashMap<>();
    people.put(
        "train",
        List.of(
            person("one.jpg", 0, 1.25f, 0.1f),
            person("one.jpg", 1, 33.333332f, -1e-5f),
            person("two.jpg", 0, 1e5f, 123.456f)));
    people.put("val", List.of(person("drei ü.jpg", 0, 4, 5)));
    return people;
  }

  private static Person person(String image, int index, float x, float y) {
    return new Person(
        image,
        index,
        640,
        480,
        new float[] {x, 0, 9.75f},
        new float[] {2, 0, y},
        new byte[] {2, 0, 1},
        new Box(5, 6, 70, 80),
        40,
        46,
        0.5,
        12,
        new Box(1.5, 2.5, 12, 16));
  }
}
