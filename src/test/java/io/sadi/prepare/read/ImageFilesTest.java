package io.sadi.prepare.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Annotations made on another computer name their images as they lay there. */
class ImageFilesTest {
  private final Path root;

  ImageFilesTest(@TempDir Path folder) throws IOException {
    root = folder.resolve("photos");
    for (String name : List.of("p0.jpg", "a/p1.jpg", "b/p1.jpg", "p0.json")) {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, new byte[] {1});
    }
  }

  private Map<String, String> find(String... names) throws IOException {
    return ImageFiles.find(
        new LinkedHashSet<>(List.of(names)), root, Path.of("joints.csv"), Progress.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "/home/me/photos/p0.jpg, p0.jpg",
    "C:\\data\\b\\p1.jpg, b/p1.jpg",
    "https://host.org/images/a/p1.jpg?sig=x, a/p1.jpg",
    "photos/p0.jpg, p0.jpg",
    "../photos/p0.jpg, p0.jpg",
    "p0, p0.jpg",
  })
  void aNameIsFoundByItsEnd(String theirs, String ours) throws IOException {
    assertThat(find(theirs)).isEqualTo(Map.of(theirs, ours));
  }

  /** A missing image is missing, and no other of that name is taken for it. */
  @Test
  void whereSomeImagesLieAsTheyAreNamedOthersAreMissing() throws IOException {
    assertThat(find("p0.jpg", "c/p1.jpg")).isEmpty();
    assertThat(find("p0.jpg", "/x/a/p1.jpg")).isEqualTo(Map.of("/x/a/p1.jpg", "a/p1.jpg"));
    assertThat(find("/x/none.jpg")).isEmpty();
  }

  @Test
  void aNameThatCouldBeSeveralIsRefused() {
    assertThatThrownBy(() -> find("p1.jpg"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a/p1.jpg, b/p1.jpg");
  }
}
