package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.CropOrigin;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.CleanedDataset.CleaningRule;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.CocoAnnotations;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without it nobody finds the photo again that a packed crop was cut from. */
class CropOriginTest {
  private final Path folder;
  private final Path data;
  private final List<Person> photos;
  private final Path packed;
  private final List<CropOrigin> origins;

  CropOriginTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    data = NoisePeople.write(folder.resolve("data"));
    Path file = data.resolve("annotations/train.json");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("\"center\":[24,24],\"scale\":0.24", "\"center\":[47,46],\"scale\":0.21"));
    photos = people(data);
    packed = pack(data, 40, "packed");
    origins = origins(packed);
  }

  private Path pack(Path from, int size, String name) throws IOException {
    Annotations annotations =
        CocoAnnotations.read(
            from.resolve("annotations/train.json"), List.of(Split.parse("train=1.0")), 1);
    return prepare(annotations, from.resolve("images"), size, name);
  }

  private Path prepare(Annotations annotations, Path images, int pack, String name)
      throws IOException {
    Path out = folder.resolve(name);
    new Preparation(
            annotations,
            images,
            new DatasetOutput(out, false, false, Map.of()),
            new Treatment(0, Checks.REPORT, pack, 0))
        .run(Progress.NONE);
    return out;
  }

  private static List<Person> people(Path data) throws IOException {
    return DatasetReader.people(DatasetReader.read(data), "train");
  }

  private static List<CropOrigin> origins(Path data) throws IOException {
    return people(data).stream()
        .map(person -> Objects.requireNonNull(person.origin(), person.image()))
        .toList();
  }

  /** The photo's joints are the packed ones, by what the origin says. */
  private void leadsBack(Path to) throws IOException {
    List<Person> people = people(to);
    for (int i = 0; i < people.size(); i++) {
      CropOrigin origin = Objects.requireNonNull(people.get(i).origin());
      assertThat(origin.image()).isEqualTo(photos.get(i).image());
      for (int k = 0; k < 14; k++) {
        double x = (photos.get(i).x()[k] - origin.left() + 0.5) * origin.factor() - 0.5;
        double y = (photos.get(i).y()[k] - origin.top() + 0.5) * origin.factor() - 0.5;
        assertThat(people.get(i).x()[k]).isEqualTo((float) x, within(1e-3f));
        assertThat(people.get(i).y()[k]).isEqualTo((float) y, within(1e-3f));
      }
    }
  }

  @Test
  void packingSaysIt() throws IOException {
    leadsBack(packed);
    assertThat(origins.get(0).left()).isPositive().isNotEqualTo(origins.get(0).top());
    assertThat(people(data)).extracting(Person::origin).containsOnlyNulls();
  }

  @Test
  void packingAgainLeadsToTheFirstPhoto() throws IOException {
    Path again = pack(packed, 32, "again");
    assertThat(origins(again).get(0).factor()).isEqualTo(32 / 42.0, within(1e-6));
    leadsBack(again);
    CropOrigin cut = new CropOrigin("a.jpg", 3, 10, 20, 0.5).cut(3, 4, 0.25);
    assertThat(cut).isEqualTo(new CropOrigin("a.jpg", 3, 16, 28, 0.125));
  }

  @Test
  void changedAndMergedDatasetsKeepIt() throws IOException {
    Path table = Files.writeString(folder.resolve("table.csv"), "image,joint,x,y\n0_0.jpg,,,\n");
    ChangedSplit corrected = Corrections.read(packed, "train", table, false, Progress.NONE);
    assertThat(origins(prepare(corrected.annotations(), corrected.imageRoot(), 0, "corrected")))
        .isEqualTo(origins);
    ChangedSplit cleaned =
        CleanedDataset.read(
            packed, "train", predictions(), new CleaningRule(0.15, 0.95), Progress.NONE);
    assertThat(origins(prepare(cleaned.annotations(), cleaned.imageRoot(), 0, "cleaned")))
        .isEqualTo(origins);
    Path other = NoisePeople.write(folder.resolve("other"), 4);
    MergedDatasets merged = MergedDatasets.read(List.of(packed, pack(other, 40, "more")), null);
    assertThat(origins(prepare(merged.annotations(), merged.imageRoot(), 0, "merged")))
        .hasSize(16)
        .startsWith(origins.toArray(CropOrigin[]::new));
  }

  /** People of whom only boxes are known are packed, too. */
  @Test
  void boxesKeepIt() throws IOException {
    Dataset dataset = DatasetReader.read(packed);
    List<Person> boxes =
        people(packed).stream()
            .map(
                p ->
                    p.withJoints(p.image(), new float[14], new float[14], new byte[14])
                        .withSource(null))
            .toList();
    Path mixed = folder.resolve("mixed");
    DatasetWriter.write(
        new Dataset(mixed, "mixed", dataset.skeleton(), dataset.metric(), Map.of(), packed),
        "../packed/images",
        Map.of(),
        Map.of("train", people(packed).subList(0, 2), "test", boxes.subList(2, 8)));
    Path table = Files.writeString(folder.resolve("table.csv"), "image,joint,x,y\n0_0.jpg,,,\n");
    ChangedSplit corrected = Corrections.read(mixed, "train", table, false, Progress.NONE);
    Path out = prepare(corrected.annotations(), corrected.imageRoot(), 0, "corrected");
    assertThat(DatasetReader.file(DatasetReader.read(out), "test").everybody())
        .extracting(Person::origin)
        .containsExactlyElementsOf(origins.subList(2, 8));
  }

  @Test
  void aPictureThatIsDrawnHasNone() throws IOException {
    Path out = folder.resolve("mosaics");
    new Mosaics(packed, new Mosaics.MosaicRule("train", 1, 2, 64, 1))
        .run(new DatasetOutput(out, false, false, Map.of()), 0, Progress.NONE);
    assertThat(people(out)).extracting(Person::origin).containsOnlyNulls();
  }

  @Test
  void damageIsNamedAndOthersFieldsOfThisNameAreNotRead() throws IOException {
    Path file = packed.resolve("annotations/train.json");
    String whole = Files.readString(file);
    Files.writeString(file, whole.replaceFirst("\"factor\":[0-9.]+", "\"factor\":-1"));
    assertThatThrownBy(() -> people(packed))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("train.json: annotations[0].original.factor: found -1");
    Files.writeString(file, whole.replaceAll("\"original\":\\{[^}]*}", "\"original\":true"));
    Path out = pack(packed, 0, "others");
    assertThat(people(out)).hasSize(8).extracting(Person::origin).containsOnlyNulls();
  }

  private Path predictions() throws IOException {
    StringBuilder csv = new StringBuilder("image,person");
    for (String joint : Skeleton.lsp14().joints()) {
      csv.append(",%1$s_x,%1$s_y,%1$s_score".formatted(joint));
    }
    for (Person person : people(packed)) {
      csv.append('\n').append(person.image()).append(",0").append(",5,5,0.9".repeat(14));
    }
    return Files.writeString(folder.resolve("predictions.csv"), csv + "\n");
  }
}
