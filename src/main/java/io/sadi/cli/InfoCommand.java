package io.sadi.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.ConfigOptions;
import io.sadi.cli.options.JsonOption;
import io.sadi.config.Config;
import io.sadi.convert.TorchSummary;
import io.sadi.data.TrainedOn;
import io.sadi.geom.PixelConvention;
import io.sadi.io.Json;
import io.sadi.io.TorchFile;
import io.sadi.model.ModelConfig;
import io.sadi.model.NetworkCost;
import io.sadi.model.ReceptiveField;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import io.sadi.train.DetectorRunConfig;
import io.sadi.train.RunConfig;
import io.sadi.train.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sadi info}. */
@Command(
    name = "info",
    header = "Show a network's layers, parameters, computation and memory.",
    description =
        "Of a checkpoint, or of what a config describes. Of a PyTorch file (.pth): its tensors, and"
            + " what it says of its training.",
    footer = {
      "",
      "Examples:",
      "  sadi info --model runs/small/checkpoints/best.safetensors",
      "  sadi info --model hourglass52_mpii_256x256.pth",
      "  sadi info --config configs/paper-mpii.yaml --set model.variant=rfm-only --json"
    })
final class InfoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private ConfigOptions options;

  @Option(
      names = {"-m", "--model"},
      order = 2,
      paramLabel = "FILE|builtin",
      description =
          "A checkpoint, or the network that comes with the program: what it was trained on, how"
              + " good it is, and where it fails; or a PyTorch file.")
  @Nullable Path model;

  @Option(
      names = "--joints",
      order = 11,
      paramLabel = "K",
      description = "Joints of the network that a config describes (default: ${DEFAULT-VALUE}).")
  int joints = 16;

  @Option(
      names = "--summary",
      order = 12,
      description = "The sums alone, not every layer or tensor.")
  boolean summary;

  @Option(
      names = "--receptive-field",
      order = 13,
      description =
          "Add how much of the crop the middle of the first heatmap looks at: the squares that hold"
              + " 50, 90 and 99 %% of its gradient, with the checkpoint's weights or fresh ones.")
  boolean receptiveField;

  @Override
  public Integer call() throws IOException {
    if (model != null && options.given()) {
      throw new ParameterException(
          spec.commandLine(), "--model carries its own config: leave out --config and --set");
    }
    if (model != null && TorchFile.isOne(model)) {
      if (receptiveField) {
        throw new ParameterException(
            spec.commandLine(), "--receptive-field needs a network: 'sadi import' makes one of it");
      }
      TorchSummary file = new TorchSummary(model);
      common
          .console()
          .print(json.json ? Json.compact(file.json()) : file.text(!summary).stripTrailing());
      return ExitCode.DONE;
    }
    NetworkCost info;
    String heading = "";
    String card = "";
    TrainedOn trainedOn = null;
    ReceptiveField field = null;
    if (model != null && DetectorCheckpoint.isOne(model)) {
      refuseReceptiveField();
      DetectorCheckpoint detector = DetectorCheckpoint.read(model);
      info = NetworkCost.of(detector.model());
      heading =
          String.format(
              Locale.ROOT,
              "%s: a detector of people, trained %d epochs%n",
              model,
              detector.origin().epoch());
      card = detector.origin().card();
      trainedOn = detector.trainedOn();
      heading += trainedOn == null ? "" : "trained on " + trainedOn + "\n";
    } else if (model != null) {
      Checkpoint checkpoint = Checkpoint.read(model);
      info = NetworkCost.of(checkpoint.model(), checkpoint.skeleton().size());
      heading =
          String.format(
              Locale.ROOT,
              "%s: trained %d epochs, fusion weight %.1f, joints %s%n",
              model,
              checkpoint.epoch(),
              checkpoint.fusionWeight(),
              String.join(" ", checkpoint.skeleton().joints()));
      if (checkpoint.model().pixels() == PixelConvention.CORNER) {
        heading += String.format("pixel convention corner: see sadi-model(7)%n");
      }
      if (receptiveField) {
        try (SadiNet net = checkpoint.network(ComputeDevice.CPU, model)) {
          field = ReceptiveField.of(net);
        }
      }
      card = checkpoint.card();
      trainedOn = checkpoint.trainedOn();
      if (trainedOn != null) {
        heading += "trained on " + trainedOn + "\n";
      }
    } else {
      Config config = options.load();
      if (Task.of(config) == Task.DETECT) {
        refuseReceptiveField();
        info = NetworkCost.of(DetectorRunConfig.from(config).model());
      } else {
        ModelConfig described = RunConfig.from(config).model();
        info = NetworkCost.of(described, joints);
        if (receptiveField) {
          try (SadiNet net = SadiNet.create(described, joints, ComputeDevice.CPU, false, 1)) {
            field = ReceptiveField.of(net);
          }
        }
      }
    }
    if (field != null) {
      heading += field + "\n";
    }
    if (json.json) {
      JsonObject object = info.json();
      if (trainedOn != null) {
        object.add("trained_on", trainedOn.json());
      }
      if (field != null) {
        JsonObject of = new JsonObject();
        of.addProperty("input", field.input());
        of.add("levels", array(ReceptiveField.LEVELS));
        of.add("sides", array(field.sides()));
        object.add("receptive_field", of);
      }
      if (!card.isEmpty()) {
        object.addProperty("card", card);
      }
      common.console().print(Json.compact(object));
    } else {
      String described = card.isEmpty() ? "" : "\n" + card.strip() + "\n\n";
      String costs = summary ? info.summary() : info.table();
      common.console().print(heading + described + costs.stripTrailing());
    }
    return ExitCode.DONE;
  }

  private void refuseReceptiveField() {
    if (receptiveField) {
      throw new ParameterException(
          spec.commandLine(), "--receptive-field is for networks that find joints");
    }
  }

  private static JsonArray array(List<? extends Number> numbers) {
    JsonArray array = new JsonArray();
    numbers.forEach(array::add);
    return array;
  }
}
