package io.sadi.cli;

import io.sadi.export.Onnx;
import io.sadi.io.Json;
import io.sadi.predict.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi export}. */
@Command(
    name = "export",
    header = "Write a network as an ONNX model, for other programs.",
    description = {
      "The network as it is used: batch norm folded, float32, opset 17, any number of crops at a"
          + " time. 'image' goes in: crops as sadi cuts them, red, green, blue, normalised. 'h1'"
          + " comes out, and of a network with SFM 'h2', 'mu' and 'sigma'.",
      "The metadata holds joints, flip pairs, skeleton, normalisation and what reading joints from"
          + " the outputs takes: see sadi-formats(5)."
    },
    footer = {
      "",
      "Examples:",
      "  sadi export --model runs/small/checkpoints/best.safetensors --out small.onnx",
      "  sadi export --model builtin --out builtin.onnx --json"
    })
final class ExportCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private OverwriteOption overwrite;

  @Option(
      names = {"-m", "--model"},
      order = 2,
      paramLabel = "FILE|builtin",
      required = true,
      description = "A checkpoint, or the network that comes with the program.")
  private Path model;

  @Option(
      names = "--out",
      order = 3,
      paramLabel = "FILE.onnx",
      required = true,
      description = "The file to write, whole or not at all.")
  private Path out;

  @Override
  public Integer call() throws IOException {
    overwrite.check(out);
    Console console = common.console();
    Onnx onnx = new Onnx(Checkpoint.read(model), model);
    onnx.check();
    if (dryRun.dryRun) {
      console.note(onnx.describe(out));
      return ExitCode.DONE;
    }
    onnx.write(out);
    if (json.json) {
      console.print(Json.compact(onnx.json(out)));
    }
    console.note(String.format(Locale.ROOT, "%s: %.1f MB", out, Files.size(out) / 1e6));
    return ExitCode.DONE;
  }
}
