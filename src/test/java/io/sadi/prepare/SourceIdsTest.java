package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.CocoAnnotations;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose ids are lost cannot measure results with the file that the people came from. */
class SourceIdsTest {
  private static final Skeleton TWO =
      Skeleton.named(List.of("left_hand", "right_hand"), List.of(), "test");

  /** Two people in one image; a crowd and somebody without joints in another; nobody in a third. */
  private static final String FILE =
      """
      {"images": [
        {"id": 900000000139, "file_name": "b.jpg", "width": 60, "height": 40},
        {"id": 0, "file_name": "a.jpg", "width": 60, "height": 40},
        {"id": "frame 7", "file_name": "c.jpg", "width": 60, "height": 40}],
       "annotations": [
        {"id": 42, "image_id": 900000000139, "category_id": 3, "bbox": [1, 2, 30, 20],
         "area": 123.5, "iscrowd": 0, "keypoints": [3, 4, 2, 20, 9, 1]},
        {"id": "x-1", "image_id": 900000000139, "category_id": 3, "bbox": [20, 2, 30, 20],
         "keypoints": [23, 4, 2, 40, 9, 1]},
        {"id": 0, "image_id": 0, "category_id": 3, "bbox": [1, 2, 30, 20], "area": 77,
         "iscrowd": 1, "keypoints": [0, 0, 0, 0, 0, 0]},
        {"id": 8, "image_id": 0, "category_id": 3, "bbox": [5, 2, 30, 20], "area": 66,
         "num_keypoints": 0, "keypoints": [0, 0, 0, 0, 0, 0]},
        {"id": 9, "image_id": 0, "category_id": 3, "bbox": [6, 2, 30, 20],
         "keypoints": [9, 9, 2, 8, 8, 2]}],
       "categories": [{"id": 3, "name": "gymnast", "keypoints": ["left_hand", "right_hand"]}]}
      """;

  private final Path folder;
  private final Path images;
  private final List<String> warnings = new ArrayList<>();

  SourceIdsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    images = Files.createDirectories(folder.resolve("images"));
    for (String name : List.of("a", "b", "c")) {
      try (Image image = Image.filled(60, 40, 0x336699)) {
        image.writeJpeg(images.resolve(name + ".jpg"), 90);
      }
    }
  }

  @Test
  void areKept() throws IOException {
    JsonObject val = prepare(FILE, "out");
    assertThat(values(val, "images", "id")).containsExactly("900000000139", "0", "\"frame 7\"");
    assertThat(values(val, "images", "file_name"))
        .containsExactly("\"b.jpg\"", "\"a.jpg\"", "\"c.jpg\"");
    assertThat(values(val, "annotations", "id")).containsExactly("42", "\"x-1\"", "0", "8", "9");
    assertThat(values(val, "annotations", "image_id"))
        .containsExactly("900000000139", "900000000139", "0", "0", "0");
    assertThat(values(val, "annotations", "category_id")).containsOnly("3");
    assertThat(values(val, "annotations", "area"))
        .containsExactly("123.5", "600", "77", "66", "600");
    assertThat(values(val, "annotations", "iscrowd")).containsExactly("0", "0", "1", "0", "0");
    assertThat(values(val, "annotations", "num_keypoints"))
        .containsExactly("2", "2", "0", "0", "2");
    assertThat(values(val, "annotations", "person")).containsExactly("0", "1", "null", "0", "1");
    assertThat(val.getAsJsonArray("categories").toString())
        .contains("\"id\":3")
        .contains("\"name\":\"gymnast\"");
    Dataset dataset = DatasetReader.read(folder.resolve("out"));
    assertThat(dataset.splits()).containsExactly(Map.entry("val", 3));
    assertThat(DatasetReader.people(dataset, "val"))
        .extracting(Person::person)
        .containsExactly(0, 1, 1);
    assertThat(DatasetReader.imageIds(dataset, "val")).hasSize(3);
    assertThat(Files.readString(folder.resolve("out/left_out.csv")))
        .contains("a.jpg,,\"a crowd, not a person\",\"kept in its split, ignored\"")
        .contains("a.jpg,,no joint annotated,\"kept in its split, ignored\"");
  }

  /** What was prepared is prepared again: by the dataset's own file, and by prepare merge. */
  @Test
  void areKeptAgain() throws IOException {
    JsonObject val = prepare(FILE, "out");
    assertThat(prepare(Files.readString(folder.resolve("out/annotations/val.json")), "again"))
        .isEqualTo(val);
  }

  @Test
  void newOnesAreForThoseWithoutOrWithAnothers() throws IOException {
    JsonObject val =
        prepare(FILE.replace("\"id\": \"x-1\", ", "").replace("\"id\": 8,", "\"id\": 42,"), "out");
    assertThat(values(val, "annotations", "id")).containsExactly("42", "43", "0", "44", "9");
    assertThat(warnings)
        .anyMatch(line -> line.endsWith("1 annotations have no id; each got a new one"))
        .anyMatch(
            line -> line.endsWith("1 annotations have the id of another; each got a new one"));
  }

  @Test
  void differInAMergedDataset() throws IOException {
    prepare(FILE, "one");
    for (String name : List.of("a", "b", "c")) {
      Files.copy(images.resolve(name + ".jpg"), images.resolve("2" + name + ".jpg"));
    }
    prepare(
        FILE.replace(".jpg", "!").replaceAll("\"(\\w)!", "\"2$1.jpg").replace("gymnast", "dog"),
        "two");
    MergedDatasets merged =
        MergedDatasets.read(List.of(folder.resolve("one"), folder.resolve("two")), TWO);
    assertThat(merged.annotations().warnings())
        .containsExactly(
            folder.resolve("two")
                + ": val: 3 images, 5 annotations, 1 category with ids that are in use before;"
                + " renumbered");
    JsonObject val = write(merged.annotations(), "both");
    assertThat(values(val, "images", "id")).hasSize(6).doesNotHaveDuplicates();
    assertThat(values(val, "annotations", "id")).hasSize(10).doesNotHaveDuplicates();
    assertThat(values(val, "images", "id")).startsWith("900000000139", "0", "900000000140");
    assertThat(values(val, "annotations", "category_id")).startsWith("3").endsWith("4");
    assertThat(values(val, "categories", "name")).containsExactly("\"gymnast\"", "\"dog\"");
  }

  private JsonObject prepare(String json, String name) throws IOException {
    Path file = folder.resolve(name + ".json");
    Files.writeString(file, json);
    return write(CocoAnnotations.read(file, List.of(Split.parse("val=1.0")), 1), name);
  }

  private JsonObject write(Annotations annotations, String name) throws IOException {
    Progress progress =
        new Progress() {
          @Override
          public Work start(String what, long total, String unit) {
            return Work.NONE;
          }

          @Override
          public void note(String line) {}

          @Override
          public void warn(String line) {
            warnings.add(line);
          }
        };
    DatasetOutput output = new DatasetOutput(folder.resolve(name), false, false, Map.of());
    new Preparation(annotations, images, output, Treatment.PLAIN).run(progress);
    return Json.readObject(folder.resolve(name).resolve("annotations/val.json"));
  }

  private static List<String> values(JsonObject file, String list, String key) {
    List<String> values = new ArrayList<>();
    JsonArray array = file.getAsJsonArray(list);
    for (JsonElement element : array) {
      values.add(String.valueOf(element.getAsJsonObject().get(key)));
    }
    return values;
  }
}
