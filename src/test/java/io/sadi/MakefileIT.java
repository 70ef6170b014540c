package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import io.sadi.io.Json;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example for Makefiles: what is done is not done again, several at a time. */
class MakefileIT {
  private static final String SMALL =
      " --set model.input=64 --set model.stem=8 --set model.channels=[8,8,8,8,8]"
          + " --set model.features=8 --set train.epochs=1 --set data.limit_train=16";

  @TempDir private Path folder;

  private TinyRun tiny;

  @BeforeEach
  void copyExample() throws IOException {
    tiny = TinyRun.get();
    assumeTrue(
        new BinSadi().shell("make --version").exitCode() == 0, "skipped: there is no make here");
    Files.copy(Path.of("src/dist/examples/Makefile"), folder.resolve("Makefile"));
    // A name without spaces, as make wants them.
    Files.createSymbolicLink(folder.resolve("people"), tiny.folder.resolve("people"));
    Files.createSymbolicLink(folder.resolve("trained"), tiny.folder.resolve("run"));
    Files.createDirectory(folder.resolve("photos"));
    addPhoto(1);
    addPhoto(2);
    addPhoto(3);
  }

  private void addPhoto(int number) throws IOException {
    try (Stream<Path> drawn = Files.list(tiny.folder.resolve("people/images"))) {
      Path photo = folder.resolve("photos").resolve(number + ".jpg");
      Files.copy(drawn.sorted().skip(number).findFirst().orElseThrow(), photo);
      // Older than the model or not does not matter; that it is older than its joints does.
      Files.setLastModifiedTime(photo, FileTime.from(Instant.now().minusSeconds(100)));
    }
  }

  private String make(String... words) {
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .limit(Duration.ofMinutes(20))
            .shell(
                "make \"$@\"",
                Stream.concat(Stream.of("CONFIG=" + TinyRun.CONFIG), Stream.of(words))
                    .toArray(String[]::new));
    assertThat(result.exitCode()).as(result.err() + result.out()).isZero();
    return result.out();
  }

  private FileTime time(String file) throws IOException {
    return Files.getLastModifiedTime(folder.resolve(file));
  }

  @Test
  void onlyNewPhotosArePredicted() throws IOException {
    String[] words = {
      "-j2", "joints", "MODEL=trained/checkpoints/best.safetensors", "RUN=trained", "DATA=people"
    };
    Files.createFile(folder.resolve("trained.done"));
    make(words);
    for (String photo : List.of("1.jpg", "2.jpg", "3.jpg")) {
      JsonObject json = Json.readObject(folder.resolve("joints").resolve(photo + ".json"));
      assertThat(json.getAsJsonArray("images")).hasSize(1);
    }
    FileTime before = time("joints/1.jpg.json");
    assertThat(make(words)).contains("Nothing to be done");
    addPhoto(4);
    assertThat(make(words).lines().filter(line -> line.contains("predict"))).hasSize(1);
    assertThat(folder.resolve("joints/4.jpg.json")).exists();
    assertThat(time("joints/1.jpg.json")).isEqualTo(before);

    // One process for all of them knows what is done, too.
    addPhoto(5);
    words[1] = "joints-at-once";
    make(words);
    assertThat(folder.resolve("joints/5.jpg.json")).exists();
    assertThat(time("joints/1.jpg.json")).isEqualTo(before);
  }

  /** The paper's tables and figures, on a few drawn people in the place of MPII and LSP. */
  @Test
  void tablesAndFiguresOfThePaper() throws IOException {
    Files.copy(Path.of("src/dist/examples/paper.mk"), folder.resolve("paper.mk"));
    String[] words = {
      "-f",
      "paper.mk",
      "MPII=people",
      "LSP=people",
      "MPII_CONFIG=" + TinyRun.CONFIG,
      "LSP_CONFIG=" + TinyRun.CONFIG,
      "MPII_METRIC=pck@0.2",
      "SPLIT=val",
      "SEEDS=--seeds 1",
      "TEST=--flip --scales 0.9,1",
      "PEOPLE=2",
      "MORE=" + SMALL,
      "table1",
      "table2",
      "table3",
      "fig1",
      "fig6",
      "fig7"
    };
    make(words);
    assertThat(folder.resolve("paper/table1.md")).content().contains("pck@0.2", "| fused |");
    assertThat(folder.resolve("paper/table2.md")).content().contains("| fused |");
    assertThat(folder.resolve("paper/modules/report.md"))
        .content()
        .contains("with flip, scales 0.9 1.0, refine quarter", "| full | here, seed 1 |");
    for (String figure : List.of("fig1", "fig1-attention", "fig6", "fig7", "fig7-rfm")) {
      try (Stream<Path> files = Files.walk(folder.resolve("paper").resolve(figure))) {
        assertThat(files.filter(file -> file.toString().endsWith(".jpg"))).hasSize(2);
      }
    }
    FileTime before = time("paper/table1.md");
    make(words);
    assertThat(time("paper/table1.md")).as("nothing is made twice").isEqualTo(before);
    assertThat(make("-n", "-f", "paper.mk", "table5")).contains("ablate --study loss");
  }

  /** From nothing to a model, joints and a report, in the order that make finds out. */
  @Test
  void everythingFollowsFromTheDrawnPeople() throws IOException {
    String[] words = {
      "-j3",
      "PREPARE=prepare synthetic -q --count 24 --split train=1-16 --split val=17-24",
      "TRAIN=train -q --config $(CONFIG)" + SMALL,
      "COMPARE=ablate -q --config $(CONFIG) --variant baseline,no-flow" + SMALL,
    };
    make(words);
    assertThat(folder.resolve("run/checkpoints/best.safetensors")).exists();
    assertThat(folder.resolve("joints/3.jpg.json")).exists();
    assertThat(Files.readString(folder.resolve("study/report.html"))).contains("no-flow");
    FileTime before = time("study/report.html");
    make(words);
    assertThat(time("study/report.html")).isEqualTo(before);
    assertThat(new BinSadi().in(folder).shell("make -q joints study").exitCode()).isZero();
  }
}
