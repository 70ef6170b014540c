package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticPeopleTest {
  private final Path folder;

  SyntheticPeopleTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void writesAWholeDataset() throws IOException {
    Path out = folder.resolve("a b");
    new SyntheticPeople(20, List.of(), 4).run(output(out), Progress.NONE);
    Dataset dataset = DatasetReader.read(out);
    assertThat(dataset.splits()).containsExactly(Map.entry("train", 18), Map.entry("val", 2));
    for (String split : dataset.splits().keySet()) {
      for (Person person : DatasetReader.people(dataset, split)) {
        assertThat(person.headSize()).isPositive();
        try (Image image = Image.read(dataset.imageRoot().resolve(person.image()))) {
          assertThat(image.width()).isEqualTo(person.imageWidth());
          assertThat(image.height()).isEqualTo(person.imageHeight());
        }
      }
    }
  }

  /** More people are more of the same: a longer run can be compared with a shorter one. */
  @Test
  void thePicturesDoNotDependOnTheirNumber() throws IOException {
    new SyntheticPeople(4, List.of(Split.parse("train=1-4")), 4)
        .run(output(folder.resolve("four")), Progress.NONE);
    new SyntheticPeople(9, List.of(Split.parse("train=1-9")), 4)
        .run(output(folder.resolve("nine")), Progress.NONE);
    for (int i = 1; i <= 4; i++) {
      String name = "images/00000" + i + ".jpg";
      assertThat(folder.resolve("nine").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("four").resolve(name));
    }
  }

  @Test
  void leavesNothingBehindWhenItCannotGoOn() throws IOException {
    Path out = folder.resolve("out");
    List<Split> beyond = List.of(Split.parse("train=1-3"), Split.parse("val=7-9"));
    assertThatThrownBy(() -> new SyntheticPeople(3, beyond, 4).run(output(out), Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("val");
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
    assertThatThrownBy(() -> new SyntheticPeople(0, List.of(), 4))
        .isInstanceOf(BadInputException.class);
  }

  private static DatasetOutput output(Path out) {
    return new DatasetOutput(out, false, false, Map.of());
  }
}
