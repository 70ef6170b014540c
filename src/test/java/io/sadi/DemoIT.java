package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Browser;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command that a newcomer runs, with fewer people and a single epoch. */
class DemoIT {
  private static final Path FOLDER = BinSadi.HOME.resolve("target/it/demo möglich");
  private static BinSadi.Result demo;

  @TempDir private Path fresh;

  @BeforeAll
  static void runOnce() throws IOException {
    if (Files.exists(FOLDER)) {
      try (Stream<Path> old = Files.walk(FOLDER)) {
        for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(FOLDER);
    demo = demo("--out", "a demo", "--people", "48", "--epochs", "1");
  }

  private static BinSadi.Result demo(String... args) {
    return new BinSadi()
        .in(FOLDER)
        .run(Stream.concat(Stream.of("demo"), Stream.of(args)).toArray(String[]::new));
  }

  @Test
  void writesWhatItPromises() throws IOException {
    assertThat(demo.exitCode()).as(demo.err()).isZero();
    Path out = FOLDER.resolve("a demo");
    assertThat(demo.out()).isEqualTo(Path.of("a demo/report.html") + "\n");
    assertThat(TinyRun.filesIn(out))
        .contains(
            "data/dataset.yaml",
            "run/checkpoints/best.safetensors",
            "run/summary.json",
            "predictions.csv",
            "predictions.json",
            "report.html",
            "summary.json")
        .noneMatch(name -> name.endsWith(".part"));
    JsonObject summary =
        JsonParser.parseString(Files.readString(out.resolve("summary.json"))).getAsJsonObject();
    assertThat(summary.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(summary.get("split").getAsString()).isEqualTo("test");
    assertThat(
            summary.getAsJsonArray("results").get(0).getAsJsonObject().get("decode").getAsString())
        .isEqualTo("fused");
  }

  @Test
  void saysWhatToDoNext() {
    assertThat(demo.err())
        .contains(
            "before training", "report.html in a browser", "sadi prepare lspet", "sadi predict");
  }

  /** The commands that the page gives are to be copied. */
  @Test
  void itsOwnCommandsWork() {
    BinSadi.Result scored =
        new BinSadi()
            .in(FOLDER)
            .run(
                "eval",
                "--predictions",
                "a demo/predictions.csv",
                "--data",
                "a demo/data",
                "--split",
                "test");
    assertThat(scored.exitCode()).as(scored.err()).isZero();
    BinSadi.Result predicted =
        new BinSadi()
            .in(FOLDER)
            .run(
                "predict",
                "--model",
                "a demo/run/checkpoints/best.safetensors",
                "a demo/data/images/");
    assertThat(predicted.exitCode()).as(predicted.err()).isZero();
    assertThat(predicted.out().lines()).hasSizeGreaterThan(48);
  }

  @Test
  void pageOpensInABrowserWithoutANetwork() throws Exception {
    Path report = FOLDER.resolve("a demo/report.html");
    assertThat(Files.readString(report)).doesNotContainPattern("(src|href)=\"(?!data:)");
    Browser.Opened page = Browser.open(report);
    assertThat(page.console()).isEmpty();
    assertThat(page.dom())
        .containsPattern("<canvas [^>]*style=\"display: block;[^>]*width: [1-9]")
        .contains("<img src=\"data:image/jpeg;base64,", "H1</figcaption>", "H2</figcaption>")
        .contains("mean (joint-weighted)", "mean (unweighted)");
  }

  @Test
  void keepsAnEarlierDemo() {
    BinSadi.Result again = demo("--out", "a demo", "--people", "48", "--epochs", "1");
    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(again.errLines()).hasSize(1);
    assertThat(again.err()).contains("a demo", "--overwrite");
  }

  @Test
  void overwritesWhenTold() {
    Path out = fresh.resolve("d");
    for (int i = 0; i < 2; i++) {
      BinSadi.Result result =
          demo("--out", out.toString(), "--people", "8", "--epochs", "1", "--overwrite", "--json");
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(JsonParser.parseString(result.out()).getAsJsonObject().get("people").getAsInt())
          .isEqualTo(4);
    }
  }

  @Test
  void dryRunWritesNothing() {
    Path out = fresh.resolve("none");
    BinSadi.Result dry = demo("--out", out.toString(), "--dry-run");
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(dry.err()).contains("drawn people");
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesWhatItCannotDo() {
    for (String[] bad :
        new String[][] {{"--people", "3"}, {"--epochs", "0"}, {"--threads", "-1"}}) {
      BinSadi.Result result = demo("--out", fresh.resolve("x").toString(), bad[0], bad[1]);
      assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
      assertThat(result.errLines()).hasSize(1);
      assertThat(fresh.resolve("x")).doesNotExist();
    }
  }
}
