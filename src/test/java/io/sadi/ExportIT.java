package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network on its way to another program; OnnxTest holds that it arrives. */
class ExportIT {
  @TempDir private Path folder;

  @BeforeEach
  void makeNetwork() throws IOException {
    TestModels.write(folder.resolve("net.safetensors"));
  }

  private BinSadi.Result export(String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "export";
    arguments[1] = "--model";
    arguments[2] = "net.safetensors";
    System.arraycopy(more, 0, arguments, 3, more.length);
    return new BinSadi().in(folder).run(arguments);
  }

  @Test
  void writesAModelAndSaysWhatIsInIt() throws IOException {
    BinSadi.Result result = export("--out", "mein Netz.onnx", "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(json.get("bytes").getAsLong())
        .isEqualTo(Files.size(folder.resolve("mein Netz.onnx")));
    assertThat(json.keySet())
        .containsExactly("schema_version", "file", "bytes", "opset", "inputs", "outputs");
    assertThat(json.getAsJsonArray("outputs")).hasSize(4);
    assertThat(folder.resolve("mein Netz.onnx.part")).doesNotExist();
  }

  /** The same network in half the bytes, and what a person should know of it. */
  @Test
  void writesACheckpointForUse() throws IOException {
    Files.writeString(folder.resolve("card.md"), "Learned from drawings; fails on photos.\n");
    BinSadi.Result result = export("--out", "half.safetensors", "--card", "card.md", "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.keySet()).containsExactly("schema_version", "file", "bytes");
    assertThat(json.get("bytes").getAsLong())
        .isLessThan(Files.size(folder.resolve("net.safetensors")) * 3 / 4);
    BinSadi.Result info =
        new BinSadi().in(folder).run("info", "--model", "half.safetensors", "--summary");
    assertThat(info.exitCode()).as(info.err()).isZero();
    assertThat(info.out()).contains("Learned from drawings; fails on photos.");
  }

  @Test
  void writesNothingElse() {
    BinSadi.Result result = export("--out", "net.pt");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.errLines())
        .singleElement()
        .asString()
        .contains("--out: found net.pt, expected FILE.onnx, FILE.safetensors or FILE.pth");
  }

  @Test
  void replacesNothingUnlessAskedTo() throws IOException {
    Path there = Files.writeString(folder.resolve("net.onnx"), "precious");
    BinSadi.Result refused = export("--out", "net.onnx");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errLines()).hasSize(1);
    assertThat(refused.err()).contains("net.onnx: exists already", "--overwrite");
    assertThat(there).hasContent("precious");
    assertThat(export("--out", "net.onnx", "--overwrite", "-q").exitCode()).isZero();
    assertThat(Files.size(there)).isGreaterThan(10_000);
  }

  @Test
  void dryRunWritesNothing() {
    BinSadi.Result result = export("--out", "net.onnx", "--dry-run");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("would write net.onnx: opset 17", "h1, h2, mu, sigma");
    assertThat(folder.resolve("net.onnx")).doesNotExist();
  }

  @Test
  void namesWhatIsWrongInOneLine() throws IOException {
    Files.writeString(folder.resolve("text.safetensors"), "no network");
    BinSadi sadi = new BinSadi().in(folder);
    for (String model : new String[] {"text.safetensors", "missing.safetensors"}) {
      BinSadi.Result result = sadi.run("export", "--model", model, "--out", "x.onnx");
      assertThat(result.exitCode()).as(model).isEqualTo(3);
      assertThat(result.errLines()).as(result.err()).hasSize(1);
      assertThat(result.err()).contains(model);
    }
    assertThat(sadi.run("export", "--out", "x.onnx").exitCode()).isEqualTo(2);
    BinSadi.Result nowhere = export("--out", "net.safetensors/x.onnx");
    assertThat(nowhere.exitCode()).isNotZero();
    assertThat(nowhere.errLines()).as(nowhere.err()).hasSize(1);
  }
}
