package io.sadi.cli;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.checkpoint.Int8;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.Candidates;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.JsonOption;
import io.sadi.cli.options.OverwriteOption;
import io.sadi.cli.options.UsageRule;
import io.sadi.export.Int8Calibration;
import io.sadi.export.Onnx;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import io.sadi.io.TorchStateDict;
import io.sadi.model.Quantization;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
      "Asked for int8, it also holds the ranges of eight-bit maps, found on people of a dataset, and"
          + " which convolutions are computed in int8, on processors with AVX512_VNNI or AVX_VNNI."
          + " All batch norms are folded, weights have a scale an"
          + " output channel. The first convolution, the heads, attention and what follows it stay"
          + " in floating point.",
      "FILE.pth: the tensors alone, under their names here, as torch.load gives them: a"
          + " state_dict."
    },
    footer = {
      "",
      "Examples:",
      "  sadi export --model runs/small/checkpoints/best.safetensors --out small.onnx",
      "  sadi export --model builtin --out builtin.onnx --json",
      "  sadi export --model best.safetensors --out half.safetensors --card card.md",
      "  sadi export -m builtin --int8 --calibrate data/lspet --out int8.safetensors",
      "  sadi export --model best.safetensors --out best.pth"
    })
final class ExportCommand implements Callable<Integer> {
  private static final List<String> ENDINGS = List.of(".onnx", ".safetensors", ".pth");

  @Spec private CommandSpec spec;
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

  @Option(
      names = "--int8",
      order = 5,
      description = {
        "FILE.safetensors: with ranges for 'predict' and 'eval --precision int8'. FILE.onnx: with"
            + " maps and weights of eight bits. Needs --calibrate, or a model with ranges."
      })
  private boolean int8;

  @Option(
      names = "--calibrate",
      order = 6,
      paramLabel = "DIR",
      description =
          "A dataset folder with people whose crops the ranges are found on: 256 of them from the"
              + " split's whole length, at least 50. Take others than those you measure accuracy"
              + " on.")
  private @Nullable Path calibrate;

  @Option(
      names = "--split",
      order = 7,
      paramLabel = "NAME",
      completionCandidates = Candidates.Splits.class,
      description = "The split of --calibrate (default: ${DEFAULT-VALUE}).")
  private String split = "val";

  @Option(
      names = "--budget",
      order = 8,
      paramLabel = "SHARE",
      description =
          "How far the network may be off on those crops, as a share: twice the difference of the"
              + " first heatmaps from those in float32, mu's in units of sigma, sigma's. Parts of"
              + " the network stay in floating point until it is not further off, first the one"
              + " that is off most on its own (default: ${DEFAULT-VALUE}).")
  private double budget = 0.05;

  @Override
  public Integer call() throws IOException {
    String name = out.toString().toLowerCase(Locale.ROOT);
    if (ENDINGS.stream().noneMatch(name::endsWith)) {
      throw BadInputException.at(
          "--out", out.toString(), "FILE.onnx, FILE.safetensors or FILE.pth", "");
    }
    UsageRule.check(
        spec,
        List.of(
            UsageRule.refuse(
                int8 && name.endsWith(".pth"),
                "--int8: needs --out FILE.safetensors or FILE.onnx; found " + out),
            UsageRule.refuse(
                !int8 && calibrate != null, "--calibrate: goes with --int8 alone; add it")));
    if (!(budget > 0 && budget <= 1)) {
      throw BadInputException.at(
          "--budget", String.valueOf(budget), "a share above 0, at most 1", "");
    }
    overwrite.check(out);
    if (DetectorCheckpoint.isOne(model)) {
      return detector(name);
    }
    Checkpoint checkpoint = Checkpoint.read(model);
    if (card != null) {
      checkpoint = checkpoint.described(text(card));
    }
    Int8Calibration calibration = calibration(checkpoint);
    Checkpoint exported = int8 ? checkpoint.compact(model) : checkpoint;
    if (calibration != null) {
      exported = dryRun.dryRun ? exported : calibration.run(common.console());
      if (dryRun.dryRun) {
        common.console().note(calibration.describe());
      }
    }
    JsonObject about =
        name.endsWith(".onnx")
            ? onnx(new Onnx(exported, model, quantization(exported)))
            : name.endsWith(".pth") ? torch(exported) : compact(exported);
    if (dryRun.dryRun) {
      return ExitCode.DONE;
    }
    if (json.json) {
      common.console().print(Json.compact(about));
    }
    common.console().note(String.format(Locale.ROOT, "%s: %.1f MB", out, Files.size(out) / 1e6));
    return ExitCode.DONE;
  }

  /** One that finds people's boxes, in half its bytes. */
  private int detector(String name) throws IOException {
    UsageRule.check(
        spec,
        List.of(
            UsageRule.refuse(
                int8 || !name.endsWith(".safetensors"),
                model + " is a detector, of which there is --out FILE.safetensors alone")));
    DetectorCheckpoint checkpoint = DetectorCheckpoint.read(model);
    if (card != null) {
      checkpoint = checkpoint.described(text(card));
    }
    DetectorCheckpoint compact = checkpoint.compact(model);
    if (dryRun.dryRun) {
      common.console().note("would write " + out + ": the checkpoint's weights as float16");
      return ExitCode.DONE;
    }
    compact.write(out, Map.of(), Map.of());
    if (json.json) {
      common.console().print(Json.compact(about()));
    }
    common.console().note(String.format(Locale.ROOT, "%s: %.1f MB", out, Files.size(out) / 1e6));
    return ExitCode.DONE;
  }

  /** Null where nothing is calibrated. */
  private @Nullable Int8Calibration calibration(Checkpoint checkpoint) throws IOException {
    if (!int8) {
      return null;
    }
    if (calibrate == null) {
      checkpoint.quantization(model); // which says what to do where there is none
      return null;
    }
    // With the weights that will be used: float16.
    return Int8Calibration.prepare(checkpoint.compact(model), model, calibrate, split, budget);
  }

  private Quantization quantization(Checkpoint exported) {
    return int8 && !dryRun.dryRun ? exported.quantization(model) : Quantization.NONE;
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
    JsonObject about = onnx.json(out);
    if (int8) {
      addInt8(about, onnx.checkpoint());
    }
    return about;
  }

  private static void addInt8(JsonObject about, Checkpoint checkpoint) {
    Int8 ranges = checkpoint.int8();
    if (ranges != null) {
      about.addProperty("int8_layers", ranges.quantization().layers().size());
      about.addProperty("int8_deviation", ranges.deviation());
    }
  }

  private JsonObject compact(Checkpoint checkpoint) throws IOException {
    if (dryRun.dryRun) {
      common.console().note("would write " + out + ": the checkpoint's weights as float16");
      return new JsonObject();
    }
    Checkpoint compact = checkpoint.compact(model);
    compact.write(out, Map.of(), Map.of());
    JsonObject about = about();
    addInt8(about, compact);
    return about;
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
