package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whenever a process is killed that replaces a run, the next one can replace it, too. */
class RunFolderTest {
  @TempDir private Path temporary;
  private Path run;

  @BeforeEach
  void makeRun() throws IOException {
    run = temporary.resolve("run");
    Files.createDirectories(run.resolve("state"));
    Files.createDirectories(run.resolve("checkpoints"));
    for (String name :
        List.of(
            "config.yaml",
            "metrics.csv",
            "metrics.csv.part",
            "curves.html.part",
            "summary.json.part",
            "train.log",
            "state/last-000000001.safetensors",
            "state/optimizer-000000002.safetensors.part",
            "checkpoints/last.safetensors")) {
      Files.writeString(run.resolve(name), "{}");
    }
  }

  private List<String> files() throws IOException {
    try (var tree = Files.walk(run)) {
      return tree.filter(Files::isRegularFile)
          .map(path -> run.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void nothingOfTheOldRunStays() throws IOException {
    RunFolder.create(run, true).begin(true);
    assertThat(files()).isEmpty();
    assertThat(RunFolder.isUnstarted(run)).isTrue();
  }

  /** Without its config a folder is no run: were that deleted first, the rest would be refused. */
  @Test
  void whatIsHalfDeletedIsARunStill() throws IOException {
    Files.move(run.resolve("state"), run.resolve("checkpoints/aside"));
    Files.writeString(run.resolve("state"), "a file, so that it cannot be listed");
    RunFolder folder = RunFolder.create(run, true);
    assertThatThrownBy(() -> folder.begin(true)).isInstanceOf(IOException.class);
    assertThat(run.resolve("config.yaml")).exists();
    Files.delete(run.resolve("state"));
    Files.createDirectory(run.resolve("state"));
    RunFolder.create(run, true).begin(true);
    assertThat(files()).isEmpty();
  }

  /** Left by a process that was killed at its first row. */
  @Test
  void unfinishedFilesAreInNobodysWay() throws IOException {
    for (String name : files()) {
      if (!name.endsWith(".part") || name.startsWith("state/")) {
        Files.delete(run.resolve(name));
      }
    }
    assertThat(files())
        .containsExactly("curves.html.part", "metrics.csv.part", "summary.json.part");
    assertThat(RunFolder.isUnstarted(run)).isTrue();
    RunFolder.create(run, false).begin(false);
    assertThat(files()).isEmpty();
    Files.writeString(run.resolve("notes.part"), "somebody's");
    assertThat(RunFolder.isUnstarted(run)).isFalse();
  }
}
