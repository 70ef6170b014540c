package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What --overwrite replaces is what was written before, and nothing else. */
class AtomicFolderTest {
  @TempDir private Path place;

  private void write(String content) throws IOException {
    AtomicFolder.write(
        place.resolve("data"),
        true,
        "marker",
        (folder, guard) -> {
          Files.writeString(folder.resolve("marker"), "");
          Files.writeString(folder.resolve("content"), content);
        });
  }

  private String content() throws IOException {
    return Files.readString(place.resolve("data/content"));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesItsOwnAndNobodyElsesCopy() throws IOException {
    Path copy = Files.createDirectory(place.resolve("data.old"));
    Files.writeString(copy.resolve("mine"), "years of work");
    write("first");
    write("second");
    assertThat(content()).isEqualTo("second");
    assertThat(copy.resolve("mine")).hasContent("years of work");
    assertThat(names()).containsExactly("data", "data.old");
  }

  /** A process was killed after it had put the old folder aside, or while it wrote the new one. */
  @Test
  void clearsUpAfterOneThatWasKilled() throws IOException {
    write("first");
    Files.move(place.resolve("data"), place.resolve("data.part.old"));
    Files.createDirectories(place.resolve("data.part/half"));
    write("second");
    assertThat(content()).isEqualTo("second");
    assertThat(names()).containsExactly("data");
  }

  @Test
  void failureLeavesWhatWasThere() throws IOException {
    write("first");
    assertThatThrownBy(
            () ->
                AtomicFolder.write(
                    place.resolve("data"),
                    true,
                    "marker",
                    (folder, guard) -> {
                      Files.writeString(folder.resolve("marker"), "");
                      throw new IOException("no space left");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(content()).isEqualTo("first");
    assertThat(names()).containsExactly("data");
  }

  /** Two processes would write into one part, and each remove what is the other's. */
  @Test
  void onlyOneProcessWritesAtATime() throws IOException {
    write("first");
    Path lockFile = place.resolve("data.part/.lock");
    try (ProcessLock theirs = ProcessLock.tryTake(lockFile)) {
      assertThat(theirs).isNotNull();
      assertThatThrownBy(() -> write("second"))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("another process")
          .hasMessageContaining("data.part");
      assertThat(lockFile).exists();
    }
    assertThat(content()).isEqualTo("first");
    write("second");
    assertThat(content()).isEqualTo("second");
    assertThat(names()).containsExactly("data");
  }
}
