package io.sadi.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.checkpoint.Int8;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
    Description description =
        model == null
            ? ofConfig(options.load())
            : DetectorCheckpoint.isOne(model) ? ofDetector(model) : ofPoseNetwork(model);
    common.console().print(json.json ? description.json() : description.text(summary));
    return ExitCode.DONE;
  }

  /**
   * What is said of a network.
   *
   * @param cost in parameters, computation and memory
   * @param heading lines for people
   * @param fields the same for programs
   * @param card a description for people; may be empty
   */
  private record Description(
      NetworkCost cost, List<String> heading, JsonObject fields, String card) {
    Description(NetworkCost cost) {
      this(cost, "");
    }

    Description(NetworkCost cost, String card) {
      this(cost, new ArrayList<>(), new JsonObject(), card);
    }

    void add(@Nullable TrainedOn trainedOn) {
      if (trainedOn != null) {
        heading.add("trained on " + trainedOn);
        fields.add("trained_on", trainedOn.json());
      }
    }

    void add(ReceptiveField field) {
      heading.add(field.toString());
      JsonObject of = new JsonObject();
      of.addProperty("input", field.input());
      of.add("levels", array(ReceptiveField.LEVELS));
      of.add("sides", array(field.sides()));
      fields.add("receptive_field", of);
    }

    String text(boolean summary) {
      String lines = heading.stream().map(line -> line + "\n").collect(Collectors.joining());
      String described = card.isEmpty() ? "" : "\n" + card.strip() + "\n\n";
      return lines + described + (summary ? cost.summary() : cost.table()).stripTrailing();
    }

    String json() {
      JsonObject object = cost.json();
      fields.entrySet().forEach(field -> object.add(field.getKey(), field.getValue()));
      if (!card.isEmpty()) {
        object.addProperty("card", card);
      }
      return Json.compact(object);
    }

    private static JsonArray array(List<? extends Number> numbers) {
      JsonArray array = new JsonArray();
      numbers.forEach(array::add);
      return array;
    }
  }

  private Description ofConfig(Config config) {
    if (Task.of(config) == Task.DETECT) {
      refuseReceptiveField();
      return new Description(NetworkCost.of(DetectorRunConfig.from(config).model()));
    }
    ModelConfig described = RunConfig.from(config).model();
    Description description = new Description(NetworkCost.of(described, joints));
    if (receptiveField) {
      try (SadiNet net = SadiNet.create(described, joints, ComputeDevice.CPU, false, 1)) {
        description.add(ReceptiveField.of(net));
      }
    }
    return description;
  }

  private Description ofDetector(Path file) throws IOException {
    refuseReceptiveField();
    DetectorCheckpoint detector = DetectorCheckpoint.read(file);
    Description description =
        new Description(NetworkCost.of(detector.model()), detector.origin().card());
    description.heading.add(
        file + ": a detector of people, trained " + detector.origin().epoch() + " epochs");
    description.add(detector.trainedOn());
    return description;
  }

  private Description ofPoseNetwork(Path file) throws IOException {
    Checkpoint checkpoint = Checkpoint.read(file);
    Description description =
        new Description(
            NetworkCost.of(checkpoint.model(), checkpoint.skeleton().size()), checkpoint.card());
    description.heading.add(
        String.format(
            Locale.ROOT,
            "%s: trained %d epochs, fusion weight %.1f, joints %s",
            file,
            checkpoint.epoch(),
            checkpoint.fusionWeight(),
            String.join(" ", checkpoint.skeleton().joints())));
    if (checkpoint.model().pixels() == PixelConvention.CORNER) {
      description.heading.add("pixel convention corner: see sadi-model(7)");
    }
    description.add(checkpoint.trainedOn());
    Int8 int8 = checkpoint.int8();
    if (int8 != null) {
      description.heading.add(int8.toString());
      description.fields.add("int8", int8.summary());
    }
    if (receptiveField) {
      try (SadiNet net = checkpoint.network(ComputeDevice.CPU, file)) {
        description.add(ReceptiveField.of(net));
      }
    }
    return description;
  }

  private void refuseReceptiveField() {
    if (receptiveField) {
      throw new ParameterException(
          spec.commandLine(), "--receptive-field is for networks that find joints");
    }
  }
}
