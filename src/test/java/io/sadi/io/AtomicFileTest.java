package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever finds a file finds it whole, whatever else was going on. */
class AtomicFileTest {
  @TempDir private Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesWhatWasThereAndWhatAKilledProcessLeft() throws IOException {
    Path file = folder.resolve("in/a.csv");
    AtomicFile.writeString(file, "first");
    assertThat(file).hasContent("first");
    Files.writeString(AtomicFile.part(file), "much longer than what follows");
    AtomicFile.writeString(file, "second");
    assertThat(file).hasContent("second");
    assertThat(AtomicFile.part(file)).doesNotExist();
  }

  @Test
  void failureLeavesWhatWasThere() throws IOException {
    Path file = folder.resolve("a.csv");
    AtomicFile.writeString(file, "first");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(1);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.csv");
    assertThat(file).hasContent("first");
    assertThat(names()).containsExactly("a.csv");
  }

  /** The quicker of two would give its name to what the other has written half. */
  @Test
  void refusesTwoAtOnce() throws IOException {
    Path file = folder.resolve("a.csv");
    AtomicFile.write(
        file,
        out -> {
          out.write("fir".getBytes(StandardCharsets.UTF_8));
          assertThatThrownBy(() -> AtomicFile.writeString(file, "second"))
              .isInstanceOf(BadInputException.class)
              .hasMessageContainingAll("a.csv", "another process", "wait for it");
          out.write("st".getBytes(StandardCharsets.UTF_8));
        });
    assertThat(file).hasContent("first");
    assertThat(names()).containsExactly("a.csv");
  }

  /** As root, --out /dev/null --overwrite would leave the machine without /dev/null. */
  @Test
  void takesNoDevicesPlace() throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor(10, TimeUnit.SECONDS)
            && Files.exists(pipe),
        "no pipes with names here");
    assertThatThrownBy(() -> AtomicFile.writeString(pipe, "data"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("pipe: found a device or a pipe");
    assertThat(Files.isRegularFile(pipe)).isFalse();
    assertThat(names()).containsExactly("pipe");
  }
}
