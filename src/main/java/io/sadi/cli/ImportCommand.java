package io.sadi.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.JsonOption;
import io.sadi.cli.options.OverwriteOption;
import io.sadi.convert.JointList;
import io.sadi.convert.TorchImport;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sadi import}. */
@Command(
    name = "import",
    header = "Make a checkpoint of a network that another toolkit trained (.pth).",
    description = {
      "Reads what PyTorch's torch.save wrote, without Python and without running any of the code"
          + " that such files hold, and writes a checkpoint for predict, eval, export and train"
          + " --init.",
      "mmpose-hourglass: MMPose's Hourglass-52 and others of one stack, which is the 'baseline'"
          + " network here. Every tensor is used, or known to be unused, or an error that names it."
    },
    footer = {
      "",
      "Examples:",
      "  sadi info --model hourglass52_mpii_256x256.pth --summary",
      "  sadi import hourglass52_mpii_256x256.pth --out hourglass52.safetensors",
      "  sadi import ours.pth --out ours.safetensors --joints joints.txt \\",
      "    --flip-pairs left_paw:right_paw,left_ear:right_ear"
    })
final class ImportCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private OverwriteOption overwrite;

  @Parameters(paramLabel = "FILE", description = "What torch.save wrote: .pth or .pt.")
  private Path file;

  @Option(
      names = "--out",
      order = 2,
      paramLabel = "FILE",
      required = true,
      description = "The checkpoint to write, whole or not at all: FILE.safetensors.")
  private Path out;

  @Option(
      names = "--as",
      order = 3,
      paramLabel = "NETWORK",
      description = "Which network it is: mmpose-hourglass. Default: what the tensors' names say.")
  private @Nullable String as;

  @Option(
      names = "--joints",
      order = 4,
      paramLabel = "mpii|FILE",
      description = {
        "What the maps show, in their order: MPII's joints, or a file with a name a line, or a"
            + " dataset.yaml. Default: what the file says; else 16 maps are MPII's, which is said."
      })
  private @Nullable String joints;

  @Option(
      names = "--flip-pairs",
      order = 5,
      paramLabel = "LEFT:RIGHT",
      split = ",",
      description = {
        "Joints that swap in a mirrored image, by name or number from 0. Default: what the file or"
            + " the names say."
      })
  private List<String> flipPairs = new ArrayList<>();

  @Option(
      names = "--input",
      order = 6,
      paramLabel = "PIXELS",
      description =
          "Side of the crops that it was trained on. Default: what the file's config or name says,"
              + " or 256.")
  private @Nullable Integer input;

  @Override
  public Integer call() throws IOException {
    if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
      throw BadInputException.at("--out", out.toString(), "FILE.safetensors", "");
    }
    overwrite.check(out);
    TorchImport network = TorchImport.read(file, as, input);
    Checkpoint checkpoint =
        network.checkpoint(joints == null ? null : JointList.of(joints), flipPairs);
    network.notes().forEach(note -> common.console().note(note));
    if (dryRun.dryRun) {
      common.console().note("would write " + out);
      return ExitCode.DONE;
    }
    checkpoint.write(out, Map.of(), network.source());
    if (json.json) {
      JsonObject about = new JsonObject();
      about.addProperty(Json.SCHEMA_VERSION, 1);
      about.addProperty("file", out.toString());
      about.addProperty("bytes", Files.size(out));
      about.addProperty("input", checkpoint.model().input());
      JsonArray names = new JsonArray();
      checkpoint.skeleton().joints().forEach(names::add);
      about.add("joints", names);
      common.console().print(Json.compact(about));
    }
    common.console().note(String.format(Locale.ROOT, "%s: %.1f MB", out, Files.size(out) / 1e6));
    return ExitCode.DONE;
  }
}
