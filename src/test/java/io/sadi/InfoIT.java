package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a network costs, asked by a script before it pays. */
class InfoIT {
  @TempDir private Path folder;

  private BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  @Test
  void paperSNetworkIsAsLargeAsInThePaper() {
    BinSadi.Result result = sadi().run("info", "--config", "configs/paper-mpii.yaml", "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(json.get("parameters").getAsLong()).isBetween(150_600_000L, 152_200_000L);
    assertThat(json.get("macs").getAsLong()).isBetween(42_400_000_000L, 42_850_000_000L);
  }

  @Test
  void configAndCheckpointMayHaveAnyName() throws IOException {
    Path config = folder.resolve("mein Netz für später.yaml");
    Files.writeString(config, "model: {variant: baseline}\n");
    BinSadi.Result table = sadi().run("info", "--config", config.getFileName().toString());
    assertThat(table.exitCode()).as(table.err()).isZero();
    assertThat(table.out()).contains("layer", "parameters   93.6");
    BinSadi.Result model =
        TinyRun.get()
            .sadi()
            .run("info", "--model", "run/checkpoints/best.safetensors", "--summary");
    assertThat(model.exitCode()).as(model.err()).isZero();
    assertThat(model.out())
        .contains("trained 1 epochs", "16 joints", "trained on synthetic, split train (48 ");
  }

  @Test
  void saysHowFarTheNetworkSees() throws IOException {
    BinSadi.Result result =
        TinyRun.get()
            .sadi()
            .run(
                "info",
                "--model",
                "run/checkpoints/best.safetensors",
                "--receptive-field",
                "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonObject field =
        JsonParser.parseString(result.out()).getAsJsonObject().getAsJsonObject("receptive_field");
    assertThat(field.getAsJsonArray("levels").toString()).isEqualTo("[0.5,0.9,0.99]");
    int input = field.get("input").getAsInt();
    assertThat(field.getAsJsonArray("sides").get(0).getAsInt()).isBetween(10, input - 10);
    assertThat(field.getAsJsonArray("sides").get(2).getAsInt()).isBetween(20, input);
  }

  @Test
  void readerMayLeaveEarly() {
    BinSadi.Result result =
        sadi().shell("set -o pipefail; sadi info --config configs/small.yaml | head -n 1");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("layer").hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "info --model none | 3 | none: no such file",
        "info --model notes.yaml | 3 | notes.yaml: found",
        "info --config none.yaml | 3 | none.yaml",
        "info --config notes.yaml | 3 | notes.yaml",
        "info --set model.input=100 | 3 | model.input",
        "info --model none --set model.input=128 | 2 | --model carries its own config",
        "info --joints many | 2 | --joints",
      })
  void badInputIsOneLine(String command, int exitCode, String message) throws IOException {
    Files.writeString(
        folder.resolve("notes.yaml"), "- neither\n- config\n- nor model, but notes\n");
    BinSadi.Result result = sadi().run(command.split(" "));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).singleElement().asString().contains(message);
  }
}
