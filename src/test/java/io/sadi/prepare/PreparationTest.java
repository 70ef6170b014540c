package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.CocoAnnotations;
import io.sadi.prepare.read.CsvAnnotations;
import io.sadi.prepare.read.ImageFiles;
import io.sadi.prepare.read.LeedsPoses;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.prepare.write.PreparedDataset;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparationTest {
  private final Path folder;
  private final Path images;
  private final Path out;

  PreparationTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    images = Files.createDirectories(folder.resolve("photos with spaces ü"));
    out = folder.resolve("out");
    for (int i = 1; i <= 6; i++) {
      try (Image image = Image.filled(30 + i, 20, 0x336699)) {
        image.writeJpeg(images.resolve("p" + i + ".jpg"), 90);
      }
    }
  }

  /** Whoever wrote the annotations names pictures, not other files of this computer. */
  @Test
  void anImageOutsideTheImageRootIsMissing() throws IOException {
    Path outside = images.resolveSibling("outside.jpg");
    Files.copy(images.resolve("p1.jpg"), outside);
    Path table = images.resolveSibling("people.csv");
    Files.writeString(
        table,
        "image,a_x,a_y,b_x,b_y\np1.jpg,1,2,30,40\n"
            + outside
            + ",1,2,30,40\n../outside.jpg,1,2,30,40\n");
    Annotations annotations =
        CsvAnnotations.read(table, false, List.of(Split.parse("train=1.0")), 1);
    PreparedDataset prepared =
        new Preparation(
                ImageFiles.find(annotations, images, Progress.NONE),
                images,
                new DatasetOutput(out, false, false, Map.of()),
                Preparation.Treatment.PLAIN)
            .run(Progress.NONE);
    assertThat(prepared.countsByReason()).containsExactly(Map.entry("image missing", 2));
    assertThat(DatasetReader.people(DatasetReader.read(out), "train"))
        .extracting(Person::image)
        .containsExactly("p1.jpg");
  }

  @Test
  void leavesOutWhatHasNoImageAndSaysSo() throws IOException {
    Files.delete(images.resolve("p2.jpg"));
    byte[] whole = Files.readAllBytes(images.resolve("p3.jpg"));
    Files.write(images.resolve("p3.jpg"), Arrays.copyOf(whole, whole.length / 2));
    Files.write(images.resolve("p5.jpg"), new byte[0]);
    List<String> warnings = new ArrayList<>();
    PreparedDataset prepared = prepare(false, 0, warnings, "train=1-4", "val=5-6");
    assertThat(prepared.countsByReason())
        .containsExactly(
            Map.entry("no joint annotated", 1),
            Map.entry("image missing", 1),
            Map.entry("image broken", 2));
    assertThat(warnings).hasSize(4);
    assertThat(warnings.get(0)).contains("for left_shoulder, right_hip");
    assertThat(warnings.get(2)).contains("1 x image missing: p2.jpg");
    assertThat(Files.readAllLines(out.resolve("left_out.csv")))
        .hasSize(5)
        .anyMatch(line -> line.startsWith("p2.jpg,0,image missing"))
        .anyMatch(line -> line.startsWith("p3.jpg,0,image broken,") && line.contains("cut off"));

    Dataset dataset = DatasetReader.read(out);
    assertThat(dataset.splits()).containsExactly(Map.entry("train", 3), Map.entry("val", 1));
    assertThat(dataset.metric()).isEqualTo(Metric.PCK_02);
    List<Person> train = DatasetReader.people(dataset, "train");
    assertThat(train).extracting(Person::image).containsExactly("p1.jpg", "p1.jpg", "p4.jpg");
    assertThat(train.get(2).imageWidth()).isEqualTo(34);
    assertThat(Files.isSameFile(dataset.imageRoot(), images)).isTrue();
    assertThat(prepared.toJson().toString())
        .contains("\"train\":{\"images\":2,\"people\":3,")
        .contains("\"image broken\":2");
  }

  @Test
  void writesTheSameBytesAgain() throws IOException {
    prepare(false, 0, new ArrayList<>(), "train=0.5", "val=0.5");
    byte[] yaml = Files.readAllBytes(out.resolve("dataset.yaml"));
    byte[] train = Files.readAllBytes(out.resolve("annotations/train.json"));
    prepare(true, 0, new ArrayList<>(), "train=0.5", "val=0.5");
    assertThat(out.resolve("dataset.yaml")).hasBinaryContent(yaml);
    assertThat(out.resolve("annotations/train.json")).hasBinaryContent(train);
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("out", "coco.json", images.getFileName().toString());
    }
  }

  @Test
  void replacesOnlyDatasetsAndOnlyWhenTold() throws IOException {
    prepare(false, 2, new ArrayList<>(), "train=1-6");
    assertThatThrownBy(() -> prepare(false, 0, new ArrayList<>(), "train=1-6"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--overwrite");
    assertThat(DatasetReader.read(out).splits()).containsEntry("train", 2);
    Files.delete(out.resolve("dataset.yaml"));
    Files.writeString(out.resolve("thesis.tex"), "years of work");
    assertThatThrownBy(() -> prepare(true, 0, new ArrayList<>(), "train=1-6"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("without dataset.yaml");
    assertThat(out.resolve("thesis.tex")).exists();
  }

  @Test
  void leavesNothingBehindWhenItCannotGoOn() throws IOException {
    for (int i = 5; i <= 6; i++) {
      Files.delete(images.resolve("p" + i + ".jpg"));
    }
    assertThatThrownBy(() -> prepare(false, 0, new ArrayList<>(), "train=1-4", "val=5-6"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no image of split 'val'")
        .hasMessageContaining("p5.jpg");
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("out.part")).doesNotExist();
  }

  @Test
  void doesNotDeleteItsOwnImages() throws IOException {
    DatasetOutput inside = new DatasetOutput(folder, true, false, Map.of());
    Files.writeString(folder.resolve("dataset.yaml"), "name: x");
    Annotations annotations = CocoAnnotations.read(coco(), List.of(), 1);
    assertThatThrownBy(
            () -> new Preparation(annotations, images, inside, Treatment.PLAIN).run(Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(images + ", which is read, in it");
    assertThat(images.resolve("p1.jpg")).exists();
  }

  /** Two of one image and number: nothing could read what was written. */
  @Test
  void nobodyIsThereTwice() throws IOException {
    Path table =
        Files.writeString(
            folder.resolve("people.csv"),
            "image,a_x,a_y,b_x,b_y\np1.jpg,1,2,30,15\n/elsewhere/p1.jpg,4,5,20,11\n");
    Annotations annotations =
        CsvAnnotations.read(table, false, List.of(Split.parse("train=1.0")), 1);
    for (boolean dryRun : new boolean[] {true, false}) {
      assertThatThrownBy(
              () ->
                  new Preparation(
                          ImageFiles.find(annotations, images, Progress.NONE),
                          images,
                          new DatasetOutput(out, false, dryRun, Map.of()),
                          Treatment.PLAIN)
                      .run(Progress.NONE))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(
              table + ": split train: found p1.jpg, person 0 for the second time");
    }
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("out.part")).doesNotExist();
  }

  @Test
  void aDryRunWritesNothing() throws IOException {
    Annotations annotations = CocoAnnotations.read(coco(), List.of(Split.parse("train=1-6")), 1);
    DatasetOutput dry = new DatasetOutput(out, false, true, Map.of());
    PreparedDataset prepared =
        new Preparation(annotations, images, dry, Treatment.PLAIN).run(Progress.NONE);
    assertThat(prepared.splits().get("train")).hasSize(7);
    assertThat(out).doesNotExist();
  }

  /** Boxes from true joints would leak the answer: LSP's is the whole image. */
  @Test
  void takesLspsBoxFromTheImage() throws IOException {
    Path lsp = Shared.require("data/lsp");
    Annotations annotations = LeedsPoses.LSP.read(lsp.resolve("joints.mat"), List.of(), 1);
    DatasetOutput output = new DatasetOutput(out, false, false, Map.of());
    assertThatThrownBy(
            () ->
                new Preparation(annotations, lsp.resolve("images"), output, Treatment.PLAIN)
                    .run(Progress.NONE))
        .isInstanceOf(BadInputException.class) // only six test images are there
        .hasMessageContaining("no image of split 'train'");
    Annotations test =
        LeedsPoses.LSP.read(lsp.resolve("joints.mat"), List.of(Split.parse("test=1001-2000")), 1);
    PreparedDataset prepared =
        new Preparation(test, lsp.resolve("images"), output, Treatment.PLAIN).run(Progress.NONE);
    List<Person> people = Objects.requireNonNull(prepared.splits().get("test"));
    assertThat(people).hasSize(6);
    assertThat(prepared.countsByReason()).containsExactly(Map.entry("image missing", 994));
    for (Person person : people) {
      assertThat(person.centerX()).isEqualTo((person.imageWidth() - 1) / 2.0);
      assertThat(person.scale()).isEqualTo(person.imageHeight() / 200.0);
    }
    assertThat(DatasetReader.people(DatasetReader.read(out), "test")).hasSize(6);
  }

  private PreparedDataset prepare(
      boolean overwrite, int limit, List<String> warnings, String... splits) throws IOException {
    Annotations annotations =
        CocoAnnotations.read(coco(), Arrays.stream(splits).map(Split::parse).toList(), 1);
    DatasetOutput output = new DatasetOutput(out, overwrite, false, Map.of("kind", "coco"));
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
    return new Preparation(annotations, images, output, new Treatment(limit, Checks.REPORT, 0, 0))
        .run(progress);
  }

  /** Six images with one person each, two in the first, and somebody without joints in the last. */
  private Path coco() throws IOException {
    StringBuilder imageList = new StringBuilder();
    StringBuilder annotations = new StringBuilder();
    for (int i = 1; i <= 6; i++) {
      imageList.append(i == 1 ? "" : ",");
      imageList.append("{\"id\":%d,\"file_name\":\"p%d.jpg\"}".formatted(i, i));
    }
    int[] imageOf = {1, 1, 2, 3, 4, 5, 6, 6};
    for (int i = 0; i < imageOf.length; i++) {
      annotations.append(i == 0 ? "" : ",");
      annotations.append(
          "{\"id\":%d,\"image_id\":%d,\"bbox\":[1,2,19,15],\"keypoints\":[3,4,%d,5,6,0]}"
              .formatted(i + 1, imageOf[i], i == imageOf.length - 1 ? 0 : 2));
    }
    Path file = folder.resolve("coco.json");
    Files.writeString(
        file,
        "{\"images\":[%s],\"annotations\":[%s],\"categories\":[{\"keypoints\":%s}]}"
            .formatted(imageList, annotations, "[\"left_shoulder\",\"right_hip\"]"));
    return file;
  }
}
