package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sadi.cli.console.Console;
import io.sadi.cli.console.Terminal;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.io.Json;
import io.sadi.testing.Shared;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrepareCommandTest {
  private final Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  PrepareCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void drawsPeople() throws IOException {
    String data = folder.resolve("drawn people ü").toString();
    assertThat(run("prepare", "synthetic", "--count", "10", "--out", data, "--json")).isZero();
    JsonObject result = Json.object(Json.parse(out(), "stdout"), "stdout");
    assertThat(result.toString()).contains("\"train\":{\"images\":9,\"people\":9,");
    assertThat(result.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(err()).contains("synthetic: 9 people in train, 1 in val");
    assertThat(DatasetReader.read(Path.of(data)).splits())
        .containsExactly(Map.entry("train", 9), Map.entry("val", 1));
    assertThat(run("prepare", "synthetic", "--count", "10", "--out", data)).isEqualTo(3);
    assertThat(err()).contains("--overwrite");
    assertThat(run("prepare", "synthetic", "--count", "12", "--out", data, "--overwrite")).isZero();
  }

  @Test
  void aDryRunOnlyCounts() throws IOException {
    Path data = folder.resolve("data");
    assertThat(
            run("prepare", "synthetic", "--count", "100000", "--out", data + "", "--dry-run", "-q"))
        .isZero();
    assertThat(data).doesNotExist();
    assertThat(err()).isEmpty();
  }

  @Test
  void preparesRealPhotos() throws IOException {
    Path lsp = Shared.require("data/lsp");
    Path data = folder.resolve("lsp");
    int exitCode =
        run(
            "prepare",
            "lsp",
            "--annotations",
            lsp.resolve("joints.mat").toString(),
            "--images",
            lsp.resolve("images").toString(),
            "--split",
            "test=1001-2000",
            "--out",
            data.toString());
    assertThat(exitCode).as(err()).isZero();
    assertThat(out()).isEmpty();
    assertThat(err()).contains("994 x image missing").contains("6 people in test");
    Dataset dataset = DatasetReader.read(data);
    assertThat(DatasetReader.people(dataset, "test"))
        .hasSize(6)
        .allMatch(p -> Files.exists(dataset.imageRoot().resolve(p.image())));
    assertThat(Files.readAllLines(data.resolve("left_out.csv"))).hasSize(995);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          prepare                                                        | 2 | Usage
          prepare photos                                                 | 2 | photos
          prepare lspet --images . --out x                               | 2 | --annotations
          prepare lspet --annotations a --images . --out x --split a=1.5 | 2 | NAME=FRACTION
          prepare lspet --annotations no.mat --images . --out x          | 3 | no.mat: no such file
          prepare coco --annotations no.json --images . --out x          | 3 | no.json: no such file
          prepare synthetic --count 0 --out x                            | 3 | --count
          prepare synthetic --count many --out x                         | 2 | many
          """)
  void saysWhatIsWrong(String line, int exitCode, String words) throws IOException {
    assertThat(run(line.split(" "))).isEqualTo(exitCode);
    assertThat(err()).contains(words);
    assertThat(out()).isEmpty();
    assertThat(Path.of("x")).doesNotExist();
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    return CommandLines.run(
        new SadiCommand(), new Console(out, err, Terminal.of("", Map.of())), args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
