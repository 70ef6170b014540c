package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Skeleton;
import io.sadi.io.Safetensors;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TestModels;
import io.sadi.testing.TinyRun;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.QuantizedConvolution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network on its way into int8, and what becomes of people who ask for int8 in vain. */
class Int8IT {
  private static final String INT8 = "--precision int8";

  @TempDir private Path folder;

  private BinSadi.Result sadi(String... arguments) {
    return new BinSadi().in(folder).run(arguments);
  }

  private BinSadi.Result withoutVnni(String... arguments) throws IOException {
    Path cpuinfo = Files.writeString(folder.resolve("cpuinfo"), "flags : avx2 fma avx512f\n");
    return new BinSadi()
        .in(folder)
        .with("SADI_JAVA_OPTS", "-Dsadi.cpuinfo=" + cpuinfo)
        .run(arguments);
  }

  private static void refused(BinSadi.Result result, int exitCode, String... words) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.errLines()).singleElement().asString().startsWith("sadi: ").contains(words);
  }

  /** Half of the time with nearly the same answers: fused PCK must hardly move. */
  @Test
  void exportsACheckpointThatPredictsInInt8() throws IOException {
    assumeTrue(QuantizedConvolution.available(ComputeDevice.CPU), "a processor with VNNI");
    TinyRun run = TinyRun.get();
    Path people = run.folder.resolve("people");
    BinSadi.Result drawn =
        sadi("prepare", "synthetic", "--count", "60", "--seed", "9", "--out", "drawn");
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
    String model = run.folder.resolve("run/checkpoints/best.safetensors").toString();
    String[] export = {
      "export",
      "--model",
      model,
      "--int8",
      "--calibrate",
      "drawn",
      "--split",
      "train",
      "--budget",
      "1",
      "--out",
      "int8.safetensors",
      "--json"
    };
    BinSadi.Result exported = sadi(export);
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    BinSadi.Result onnx =
        sadi("export", "--model", "int8.safetensors", "--int8", "--out", "int8.onnx", "--json");
    assertThat(onnx.exitCode()).as(onnx.err()).isZero();
    for (String field : List.of("int8_layers", "int8_deviation")) {
      assertThat(JsonParser.parseString(onnx.out()).getAsJsonObject().get(field))
          .as(field)
          .isEqualTo(JsonParser.parseString(exported.out()).getAsJsonObject().get(field))
          .isNotNull();
    }
    assertThat(exported.err())
        .contains(" convolutions in int8: off by h1 ", "on 54 crops of split train");
    JsonObject json = JsonParser.parseString(exported.out()).getAsJsonObject();
    assertThat(json.get("int8_layers").getAsInt()).isGreaterThan(20);
    byte[] bytes = Files.readAllBytes(folder.resolve("int8.safetensors"));

    BinSadi.Result info = sadi("info", "--model", "int8.safetensors", "--summary");
    assertThat(info.out())
        .contains(
            "int8: " + json.get("int8_layers") + " convolutions, calibrated on split train (");
    BinSadi.Result forPrograms = sadi("info", "--model", "int8.safetensors", "--json");
    JsonObject ranges =
        JsonParser.parseString(forPrograms.out()).getAsJsonObject().getAsJsonObject("int8");
    assertThat(ranges.getAsJsonObject("calibrated_on").get("people").getAsInt()).isEqualTo(54);
    assertThat(ranges.get("deviation").getAsDouble())
        .isLessThan(ranges.get("budget").getAsDouble());

    // Like every checkpoint: read, used in any precision, exported again.
    double fp32 = pck("fp32", people);
    double int8 = pck("int8", people);
    assertThat(int8).isCloseTo(fp32, offset(4.0));
    assertThat(
            sadi("export", "--model", "int8.safetensors", "--out", "again.safetensors").exitCode())
        .isZero();
    assertThat(Checkpoint.read(folder.resolve("again.safetensors")).int8())
        .isEqualTo(Checkpoint.read(folder.resolve("int8.safetensors")).int8())
        .isNotNull();
    export[11] = "twice.safetensors";
    assertThat(sadi(export).exitCode()).isZero();
    assertThat(folder.resolve("twice.safetensors")).as("deterministic").hasBinaryContent(bytes);
  }

  private double pck(String precision, Path people) {
    BinSadi.Result result =
        sadi(
            "eval",
            "--model",
            "int8.safetensors",
            "--data",
            people.toString(),
            "--split",
            "train",
            "--precision",
            precision,
            "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JsonParser.parseString(result.out())
        .getAsJsonObject()
        .getAsJsonArray("results")
        .get(0)
        .getAsJsonObject()
        .get("mean_joint_weighted")
        .getAsDouble();
  }

  @Test
  void aCheckpointWithoutRangesIsNamed() throws IOException {
    TestModels.write(folder.resolve("net.safetensors"), "full", Skeleton.mpii16());
    Path people = TinyRun.get().folder.resolve("people");
    String[][] commands = {
      {"predict", people.resolve("images").toString(), "--out", "joints.csv"},
      {"eval", "--data", people.toString()}
    };
    for (String[] command : commands) {
      String[] arguments = new String[command.length + 4];
      System.arraycopy(command, 0, arguments, 0, command.length);
      System.arraycopy(
          new String[] {"--model", "net.safetensors", "--precision", "int8"},
          0,
          arguments,
          command.length,
          4);
      refused(sadi(arguments), 3, "net.safetensors: has no ranges for int8", "sadi export --int8");
    }
    assertThat(folder.resolve("joints.csv")).doesNotExist();
  }

  @Test
  void rangesOfOtherWeightsAreRefused() throws IOException {
    Path file = TestModels.write(folder.resolve("net.safetensors"));
    Safetensors plain = Safetensors.read(file);
    Map<String, String> metadata = new LinkedHashMap<>(plain.metadata());
    metadata.put(
        "int8",
        "{\"weights\":\"00000000\",\"calibrated_on\":{\"split\":\"val\",\"people\":50,\"sha256\":\""
            + "0".repeat(64)
            + "\"},\"budget\":0.1,\"deviation\":0.1,\"layers\":[],\"maps\":{}}");
    new Safetensors(metadata, plain.tensors()).write(folder.resolve("other.safetensors"));
    refused(
        sadi(
            "predict",
            TinyRun.get().folder.resolve("people/images").toString(),
            "--model",
            "other.safetensors",
            "--precision",
            "int8"),
        3,
        "other.safetensors: metadata 'int8'",
        "weights 00000000",
        "sadi export --int8");
  }

  @Test
  void tooFewCropsAreRefused() throws IOException {
    refused(
        sadi(
            "export",
            "--model",
            "builtin",
            "--int8",
            "--calibrate",
            TinyRun.get().folder.resolve("people").toString(),
            "--out",
            "int8.safetensors"),
        3,
        "split val: found 16 people, expected at least 50",
        "--split");
    assertThat(folder.resolve("int8.safetensors")).doesNotExist();
  }

  @Test
  void aProcessorWithoutTheInstructionsIsSaid() throws IOException {
    assertThat(sadi("prepare", "synthetic", "--count", "60", "--out", "drawn").exitCode()).isZero();
    refused(
        withoutVnni(
            "export",
            "--model",
            "builtin",
            "--int8",
            "--calibrate",
            "drawn",
            "--split",
            "train",
            "--out",
            "int8.safetensors"),
        5,
        INT8 + ": this processor lists neither avx512_vnni nor avx_vnni");
    assertThat(folder.resolve("int8.safetensors")).doesNotExist();
  }

  @Test
  void optionsThatDoNotGoTogetherAreUsageErrors() {
    refused(
        sadi("export", "--model", "builtin", "--int8", "--out", "x.safetensors"),
        3,
        "builtin: has no ranges for int8",
        "--calibrate");
    refused(
        sadi("export", "--model", "builtin", "--calibrate", "d", "--out", "x.safetensors"),
        2,
        "--int8");
    refused(
        sadi("export", "--model", "builtin", "--int8", "--calibrate", "d", "--out", "x.pth"),
        2,
        "FILE.safetensors");
    refused(
        sadi(
            "export",
            "--model",
            "builtin",
            "--int8",
            "--calibrate",
            "d",
            "--budget",
            "0",
            "--out",
            "x.safetensors"),
        3,
        "--budget: found 0");
  }
}
