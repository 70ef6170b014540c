package io.sadi.cli;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.JsonOption;
import io.sadi.cli.options.OverwriteOption;
import io.sadi.export.Onnx;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import io.sadi.io.TorchStateDict;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi export}. */
@Command(
    name = "export",
    header = "Write a network for other programs (ONNX, PyTorch), or in half its bytes.",
    description = {
      "FILE.onnx: the network as it is used: batch norm folded, float32, opset 17, any number of crops at a"
          + " time. 'image' goes in: crops as sadi cuts them, red, green, blue, normalised. 'h1'"
          + " comes out, and of a network with SFM 'h2', 'mu' and 'sigma'.",
      "The metadata holds joints, flip pairs, skeleton, normalisation and what reading joints from"
          + " the outputs takes: see sadi-formats(5).",
      "FILE.safetensors: the checkpoint without what resuming its training takes, weights as"
          + " float16: for predict and eval, or to start another training from.",
      "FILE.pth: the tensors alone, under their names here, as torch.load gives them: a"
          + " state_dict."
    },
    footer = {
      "",
      "Examples:",
      "  sadi export --model runs/small/checkpoints/best.safetensors --out small.onnx",
      "  sadi export --model builtin --out builtin.onnx --json",
      "  sadi export --model best.safetensors --out half.safetensors --card card.md",
      "  sadi export --model best.safetensors --out best.pth"
    })
final class ExportCommand implements Callable<Integer> {
  private static final List<String> ENDINGS = List.of(".onnx", ".safetensors", ".pth");

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
      paramLabel = "FILE",
      required = true,
      description =
          "The file to write, whole or not at all: FILE.onnx, FILE.safetensors or FILE.pth.")
  private Path out;

  @Option(
      names = "--card",
      order = 4,
      paramLabel = "FILE",
      description =
          "Text that goes along, and that 'sadi info' shows: what the network was trained on, how"
              + " good it is, where it fails.")
  private @Nullable Path card;

  @Override
  public Integer call() throws IOException {
    String name = out.toString().toLowerCase(Locale.ROOT);
    if (ENDINGS.stream().noneMatch(name::endsWith)) {
      throw BadInputException.at(
          "--out", out.toString(), "FILE.onnx, FILE.safetensors or FILE.pth", "");
    }
    overwrite.check(out);
    Checkpoint checkpoint = Checkpoint.read(model);
    if (card != null) {
      checkpoint = checkpoint.described(text(card));
    }
    JsonObject about =
        name.endsWith(".onnx")
            ? onnx(new Onnx(checkpoint, model))
            : name.endsWith(".pth") ? torch(checkpoint) : compact(checkpoint);
    if (dryRun.dryRun) {
      return ExitCode.DONE;
    }
    if (json.json) {
      common.console().print(Json.compact(about));
    }
    common.console().note(String.format(Locale.ROOT, "%s: %.1f MB", out, Files.size(out) / 1e6));
    return ExitCode.DONE;
  }

  private static String text(Path file) throws IOException {
    try (BufferedReader reader = InputFile.text(file)) {
      return reader.lines().collect(Collectors.joining("\n"));
    }
  }

  private JsonObject onnx(Onnx onnx) throws IOException {
    onnx.check();
    if (dryRun.dryRun) {
      common.console().note(onnx.describe(out));
      return new JsonObject();
    }
    onnx.write(out);
    return onnx.json(out);
  }

  private JsonObject compact(Checkpoint checkpoint) throws IOException {
    if (dryRun.dryRun) {
      common.console().note("would write " + out + ": the checkpoint's weights as float16");
      return new JsonObject();
    }
    checkpoint.compact(model).write(out, Map.of(), Map.of());
    return about();
  }

  private JsonObject torch(Checkpoint checkpoint) throws IOException {
    if (card != null) {
      throw BadInputException.at(
          "--card", card.toString(), "another file than FILE.pth", "a state_dict holds no text");
    }
    if (dryRun.dryRun) {
      common.console().note("would write " + out + ": " + checkpoint.tensors().size() + " tensors");
      return new JsonObject();
    }
    TorchStateDict.write(out, checkpoint.tensors());
    return about();
  }

  private JsonObject about() throws IOException {
    JsonObject about = new JsonObject();
    about.addProperty(Json.SCHEMA_VERSION, 1);
    about.addProperty("file", out.toString());
    about.addProperty("bytes", Files.size(out));
    return about;
  }
}
