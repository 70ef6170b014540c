package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Predictions as labels for an annotation tool, and back: what is lost on the way is what somebody
 * corrected by hand.
 */
class LabelsIT {
  @TempDir private Path folder;

  private void done(String... args) {
    BinSadi.Result result = new BinSadi().in(folder).run(args);
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private void predict(String... more) throws IOException {
    Path photos = folder.resolve("photos/p q");
    if (Files.notExists(photos)) {
      Files.createDirectories(photos);
      Path images = TinyRun.get().folder.resolve("people/images");
      for (String name : TinyRun.filesIn(images).subList(1, 4)) {
        Files.copy(images.resolve(name), photos.resolve(Path.of(name).getFileName()));
      }
      List<String> names = TinyRun.filesIn(photos).subList(1, 4); // behind the folder itself
      Files.writeString(
          folder.resolve("boxes.csv"),
          String.format(
              "image,x,y,w,h%np q/%s,3,4,50,60%np q/%s,20.5,10,60,90%np q/%s,0,0,30,40%n",
              names.get(0), names.get(0), names.get(1)));
    }
    String[] args = new String[7 + more.length];
    String model = TinyRun.get().folder.resolve("run/checkpoints/best.safetensors").toString();
    System.arraycopy(
        new String[] {"predict", "photos", "--model", model, "--boxes", "boxes.csv", "-q"},
        0,
        args,
        0,
        7);
    System.arraycopy(more, 0, args, 7, more.length);
    done(args);
  }

  private List<Person> people(String data) throws IOException {
    Dataset dataset = DatasetReader.read(folder.resolve(data));
    return DatasetReader.people(dataset, "train");
  }

  private List<Person> throughCsv() throws IOException {
    predict("--out", "found.csv");
    done(
        "prepare csv --annotations found.csv --images photos --split train=1.0 --out from-csv -q"
            .split(" "));
    return people("from-csv");
  }

  @Test
  void aCocoDatasetComesBackWhole() throws IOException {
    List<Person> expected = throughCsv();
    assertThat(expected).hasSize(3);
    predict("--format", "coco-dataset", "--out", "labels.json");
    done(
        "prepare coco --annotations labels.json --images photos --split train=1.0 --out from-coco -q"
            .split(" "));
    List<Person> labels = people("from-coco");
    assertThat(labels).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      Person label = labels.get(i);
      Person person = expected.get(i);
      assertThat(label.image()).isEqualTo(person.image());
      assertThat(label.person()).isEqualTo(person.person());
      assertThat(label.x()).containsExactly(person.x());
      assertThat(label.y()).containsExactly(person.y());
      assertThat(label.visibility()).containsExactly(person.visibility());
      assertThat(label.centerX()).isEqualTo(person.centerX(), within(0.002));
      assertThat(label.scale()).isEqualTo(person.scale(), within(1e-4));
    }
    assertThat(DatasetReader.read(folder.resolve("from-coco")).skeleton().joints())
        .isEqualTo(DatasetReader.read(folder.resolve("from-csv")).skeleton().joints());
  }

  /** A joint outside its image has no place in YOLO's labels; all others come back. */
  @Test
  void yolosLabelsComeBackWithTheirImages() throws IOException {
    List<Person> expected = throughCsv();
    predict("--format", "yolo", "--out-dir", "labels");
    done("prepare yolo --annotations labels/data.yaml --out from-yolo -q".split(" "));
    List<Person> labels = people("from-yolo");
    assertThat(labels).hasSameSizeAs(expected);
    int compared = 0;
    for (int i = 0; i < expected.size(); i++) {
      Person label = labels.get(i);
      Person person = expected.get(i);
      assertThat(person.image()).endsWith(label.image()); // the root is the folder of all images
      for (int k = 0; k < person.x().length; k++) {
        boolean inside =
            person.x()[k] >= 0
                && person.y()[k] >= 0
                && person.x()[k] <= person.imageWidth()
                && person.y()[k] <= person.imageHeight();
        assertThat(label.annotated(k)).isEqualTo(inside);
        if (inside) {
          assertThat(label.x()[k]).isEqualTo(person.x()[k], within(0.002f));
          assertThat(label.y()[k]).isEqualTo(person.y()[k], within(0.002f));
          compared++;
        }
      }
    }
    assertThat(compared).isPositive();
    assertThat(DatasetReader.read(folder.resolve("from-yolo")).skeleton())
        .isEqualTo(DatasetReader.read(folder.resolve("from-csv")).skeleton());
    BinSadi.Result noFolder =
        new BinSadi().in(folder).run("predict", "photos", "--format", "yolo", "--out", "x");
    assertThat(noFolder.exitCode()).isEqualTo(2);
    assertThat(noFolder.err()).contains("--out-dir DIR");
  }
}
