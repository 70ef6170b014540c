package io.sadi.cli;

import io.sadi.config.Config;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import io.sadi.train.Training;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sadi train}. */
@Command(
    name = "train",
    header = "Train a network on a dataset folder.",
    description =
        "Writes RUN/checkpoints/{best,last}.safetensors, RUN/metrics.csv (one row an epoch),"
            + " RUN/config.yaml (resolved) and RUN/summary.json.",
    footer = {
      "",
      "Examples:",
      "  sadi train --config configs/small.yaml --data data/lspet --out runs/small",
      "  sadi train --data data/mpii --out runs/a --set model.variant=rfm-only",
      "  sadi train --data data/mpii --out runs/a --resume"
    })
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--data",
      order = 2,
      paramLabel = "DIR",
      description = "The dataset folder that prepare wrote.")
  @Nullable Path data;

  @Option(names = "--out", order = 3, paramLabel = "RUN", description = "The run folder to write.")
  @Nullable Path out;

  @ArgGroup @Nullable Existing existing;

  static final class Existing {
    @Option(
        names = "--resume",
        order = 4,
        description = "Continue the run in RUN where it was saved last.")
    boolean resume;

    @Option(names = "--overwrite", order = 5, description = "Replace the run in RUN.")
    boolean overwrite;
  }

  @Option(
      names = "--init",
      order = 6,
      paramLabel = "FILE",
      description = "Start from this checkpoint's weights (same architecture and joints).")
  @Nullable Path init;

  @Option(names = "--device", order = 11, description = "auto, cpu, cuda or cuda:N.")
  @Nullable String device;

  @Option(
      names = "--precision",
      order = 12,
      description = "auto, fp32 or bf16. auto: bf16 where the hardware computes it.")
  @Nullable String precision;

  @Option(names = "--epochs", order = 13, paramLabel = "N", description = "train.epochs")
  @Nullable Integer epochs;

  @Option(names = "--seed", order = 14, paramLabel = "N", description = "train.seed")
  @Nullable Integer seed;

  @Option(
      names = "--threads",
      order = 15,
      paramLabel = "N",
      description = "Threads of LibTorch's operators; 0: one a core.")
  @Nullable Integer threads;

  @Option(
      names = "--limit-train",
      order = 16,
      paramLabel = "N",
      description = "Learn from the first N people only.")
  @Nullable Integer limitTrain;

  @Option(
      names = "--list-config",
      order = 80,
      description = "Print every config key with its type, default and meaning, and stop.")
  boolean listConfig;

  @Override
  public Integer call() throws IOException {
    options.set("train.device", device);
    options.set("train.precision", precision);
    options.set("train.epochs", epochs);
    options.set("train.seed", seed);
    options.set("train.threads", threads);
    options.set("data.limit_train", limitTrain);
    if (listConfig) {
      return list();
    }
    if (data == null || out == null) {
      throw new ParameterException(
          spec.commandLine(),
          "Missing required option: " + (data == null ? "--data=DIR" : "--out=RUN"));
    }
    Training.Mode mode =
        existing == null
            ? Training.Mode.REFUSE
            : existing.resume ? Training.Mode.RESUME : Training.Mode.OVERWRITE;
    Training training = Training.prepare(options.load(), options.given(), data, out, mode, init);
    common.console().note(training.describe());
    if (dryRun.dryRun) {
      return ExitCode.DONE;
    }
    RunState state = training.run(common.console());
    if (json.json) {
      common
          .console()
          .print(Files.readString(out.resolve("summary.json"), StandardCharsets.UTF_8).strip());
    }
    return state == RunState.INTERRUPTED ? ExitCode.INTERRUPTED : ExitCode.DONE;
  }

  private int list() {
    Config config = Config.empty();
    RunConfig.from(config);
    for (Config.Key key : config.keys()) {
      common
          .console()
          .print(key.name() + " (" + key.type() + "; default " + key.defaultValue() + ")");
      common.console().print("    " + key.meaning());
    }
    return ExitCode.DONE;
  }
}
