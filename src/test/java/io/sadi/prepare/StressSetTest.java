package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Joints must be where they are seen in the disturbed photo, or a network is blamed wrongly. */
class StressSetTest {
  private static final int PEOPLE = 3;

  @TempDir Path folder;
  private Path drawn;
  private Dataset plain;

  @BeforeEach
  void draw() throws IOException {
    drawn = folder.resolve("drawn");
    new SyntheticPeople(PEOPLE, List.of(new Split.Range("val", 1, PEOPLE)), 5)
        .run(output(drawn), Progress.NONE);
    plain = DatasetReader.read(drawn);
  }

  private static DatasetOutput output(Path out) {
    return new DatasetOutput(out, false, false, Map.of());
  }

  private Path stress(String name, long seed) throws IOException {
    Path out = folder.resolve(name);
    StressSet.of(drawn, "val", 0, seed).run(output(out), 0, Progress.NONE);
    return out;
  }

  /** The people of each folder. */
  private static Map<String, List<Person>> byFolder(Path data) throws IOException {
    return DatasetReader.people(DatasetReader.read(data), "val").stream()
        .collect(
            Collectors.groupingBy(
                person -> person.image().substring(0, person.image().indexOf('/')),
                TreeMap::new,
                Collectors.toList()));
  }

  @Test
  void theSameSeedMakesTheSamePhotos() throws IOException {
    Path once = stress("once", 1);
    Path again = stress("again", 1);
    List<String> files = TinyRun.filesIn(once.resolve("images"));
    assertThat(files).hasSizeGreaterThanOrEqualTo(11 * PEOPLE);
    for (String file : files) {
      if (Files.isRegularFile(once.resolve("images").resolve(file))) {
        assertThat(again.resolve("images").resolve(file))
            .hasSameBinaryContentAs(once.resolve("images").resolve(file));
      }
    }
    assertThat(Files.readString(again.resolve("annotations/val.json")))
        .isEqualTo(Files.readString(once.resolve("annotations/val.json")));
    assertThat(Files.readString(stress("other", 2).resolve("annotations/val.json")))
        .isNotEqualTo(Files.readString(once.resolve("annotations/val.json")));
  }

  @Test
  void everyDisturbanceHasEverybodyWithTheJointsWhereTheyAre() throws IOException {
    Path out = stress("stress", 1);
    Dataset dataset = DatasetReader.read(out);
    Map<String, List<Person>> found = byFolder(out);
    assertThat(found.keySet())
        .containsExactly(
            "blur",
            "colour",
            "cut",
            "dark",
            "grey",
            "jpeg",
            "low-resolution",
            "noise",
            "none",
            "occluder",
            "others",
            "small");
    List<Person> people = DatasetReader.people(plain, "val");
    found.forEach(
        (disturbance, disturbed) -> {
          for (Person person : disturbed) {
            Person before = before(person, people);
            if (!disturbance.equals("cut")) {
              assertThat(person.x()).isEqualTo(before.x());
              assertThat(person.y()).isEqualTo(before.y());
              assertThat(person.imageWidth()).isEqualTo(before.imageWidth());
            }
          }
        });
    assertThat(found.get("none")).hasSize(PEOPLE);
    assertThat(found.get("small").get(0).scale())
        .isCloseTo(1.6 * before(found.get("small").get(0), people).scale(), within());
    assertThat(dataset.name()).isEqualTo("synthetic-stress");
  }

  /** Similarities are measured by the annotation's area, which is a part of its box. */
  @Test
  void areasStay() throws IOException {
    Path file = drawn.resolve("annotations/val.json");
    JsonObject coco = Json.readObject(file);
    coco.getAsJsonArray("annotations")
        .forEach(annotation -> annotation.getAsJsonObject().addProperty("area", 123.5));
    Files.writeString(file, Json.compact(coco));
    assertThat(byFolder(stress("stress", 1)).get("none"))
        .extracting(person -> Objects.requireNonNull(person.source()).area())
        .containsOnly(123.5);
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-3);
  }

  private static Person before(Person disturbed, List<Person> people) {
    String name = disturbed.image().replaceFirst(".*/", "").replace("_0.jpg", ".jpg");
    return people.stream().filter(p -> p.image().equals(name)).findFirst().orElseThrow();
  }

  /** What is seen about a joint is what was seen about it in the whole photo. */
  @Test
  void aCutPhotoShowsItsJointsWhereItSays() throws IOException {
    Path out = stress("stress", 1);
    List<Person> people = DatasetReader.people(plain, "val");
    List<Person> cut = byFolder(out).get("cut");
    assertThat(cut).isNotEmpty();
    boolean moved = false;
    for (Person person : cut) {
      Person before = before(person, people);
      try (Image photo = Image.read(drawn.resolve("images").resolve(before.image()));
          Image part = Image.read(out.resolve("images").resolve(person.image()))) {
        assertThat(part.width() < photo.width() || part.height() < photo.height()).isTrue();
        assertThat(person.imageWidth()).isEqualTo(part.width());
        int left = 0;
        for (int k = 0; k < person.x().length; k++) {
          if (person.annotated(k)) {
            left++;
            moved |= person.x()[k] != before.x()[k] || person.y()[k] != before.y()[k];
            assertThat(person.x()[k]).isBetween(0f, part.width() - 1f);
            assertThat(person.y()[k]).isBetween(0f, part.height() - 1f);
            assertThat(difference(photo, before, part, person, k)).isLessThan(12);
          }
        }
        assertThat(left).isLessThan(person.x().length).isGreaterThanOrEqualTo(8);
        // The crop is about what is left.
        assertThat(person.scale()).isLessThanOrEqualTo(before.scale());
      }
    }
  }

  /** Mean difference of the pixels about a joint, 0 to 255. */
  private static double difference(Image a, Person inA, Image b, Person inB, int k) {
    byte[] pixelsA = a.rgb();
    byte[] pixelsB = b.rgb();
    double sum = 0;
    int n = 0;
    for (int dy = -2; dy <= 2; dy++) {
      for (int dx = -2; dx <= 2; dx++) {
        int xa = Math.round(inA.x()[k]) + dx;
        int ya = Math.round(inA.y()[k]) + dy;
        int xb = Math.round(inB.x()[k]) + dx;
        int yb = Math.round(inB.y()[k]) + dy;
        if (xb >= 0 && yb >= 0 && xb < b.width() && yb < b.height()) {
          for (int c = 0; c < 3; c++) {
            sum +=
                Math.abs(
                    (pixelsA[3 * (ya * a.width() + xa) + c] & 0xFF)
                        - (pixelsB[3 * (yb * b.width() + xb) + c] & 0xFF));
            n++;
          }
        }
      }
    }
    return sum / n;
  }

  /** Joints behind the occluder are said to be occluded, and count all the same. */
  @Test
  void whatIsCoveredIsSaid() throws IOException {
    Path out = stress("stress", 1);
    List<Person> people = DatasetReader.people(plain, "val");
    for (Person person : byFolder(out).get("occluder")) {
      Person before = before(person, people);
      int covered = 0;
      for (int k = 0; k < person.x().length; k++) {
        assertThat(person.annotated(k)).isEqualTo(before.annotated(k));
        covered += person.visibility()[k] == Person.OCCLUDED ? 1 : 0;
      }
      assertThat(covered).isPositive();
    }
  }

  @Test
  void aDryRunWritesNothingAndWrongInputIsNamed() throws IOException {
    Path out = folder.resolve("dry");
    StressSet.of(drawn, "val", 2, 1)
        .run(new DatasetOutput(out, false, true, Map.of()), 0, Progress.NONE);
    assertThat(out).doesNotExist();
    assertThatThrownBy(() -> StressSet.of(drawn, "train", 0, 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("train");
  }
}
