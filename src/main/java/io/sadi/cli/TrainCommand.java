package io.sadi.cli;

import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.ComputeOptions;
import io.sadi.cli.options.ConfigOptions;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.JsonOption;
import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.torch.Membership;
import io.sadi.train.DetectorJob;
import io.sadi.train.DetectorRunConfig;
import io.sadi.train.InitialNetwork;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import io.sadi.train.Task;
import io.sadi.train.TeacherConfig;
import io.sadi.train.TrainJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    header = "Train a network, or a detector of people, on a dataset folder.",
    description =
        "Writes RUN/checkpoints/{best,last}.safetensors, RUN/metrics.csv (one row an epoch),"
            + " RUN/curves.html and RUN/events.* (the same to look at, these with TensorBoard),"
            + " RUN/samples (some people of the validation split as the network sees them),"
            + " RUN/config.yaml (resolved) and RUN/summary.json. With --task detect, or a config that"
            + " says so: a detector, which finds people's boxes in whole photos, for --detector.",
    footer = {
      "",
      "Examples:",
      "  sadi train --config configs/small.yaml --data data/lspet --out runs/small",
      "  sadi train --data data/mpii --out runs/a --set model.variant=rfm-only",
      "  sadi train --data data/mpii --out runs/a --resume",
      "  sadi train --data data/mpii --out runs/b --nproc 2",
      "  sadi train --config configs/detector.yaml --data data/coco --out runs/det",
      "  sadi train --data data/mine --out runs/c \\",
      "    --init runs/a/checkpoints/best.safetensors",
      "  sadi train --data data/lspet --out runs/e --teacher thunder.csv \\",
      "    --teacher-weight 0.5",
      "  sadi train --data data/mine --out runs/d --set model.variant=baseline \\",
      "    --init hourglass52_mpii_256x256.pth --init-except head"
    })
final class TrainCommand implements Callable<Integer> {
  private static final String CONFIG = "config.yaml";

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private ConfigOptions options;
  @Mixin private ComputeOptions compute;

  @Option(
      names = "--data",
      order = 2,
      required = true,
      paramLabel = "DIR",
      description = "The dataset folder that prepare wrote.")
  Path data;

  @Option(
      names = "--out",
      order = 3,
      required = true,
      paramLabel = "RUN",
      description = "The run folder to write.")
  Path out;

  @Option(
      names = "--task",
      order = 3,
      paramLabel = "TASK",
      description =
          "What the network is for: ${COMPLETION-CANDIDATES}. pose: people's joints, in crops;"
              + " detect: people's boxes, in whole photos. Default: the config's train.task, which is"
              + " pose by default.")
  @Nullable Task task;

  @ArgGroup @Nullable ExistingRun existing;

  @Option(
      names = "--override-config",
      order = 5,
      description =
          "With --resume: go on with another config, or other people, than the run was started with.")
  boolean overrideConfig;

  @Option(
      names = "--allow-mixed",
      order = 5,
      description =
          "With --resume: go on although the steps so far were computed differently (precision,"
              + " kind of device, LibTorch). With several processes: train although they compute"
              + " differently.")
  boolean allowMixed;

  static final class ExistingRun {
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
      description = {
        "Start from this checkpoint's weights (same architecture and joints), or from a PyTorch"
            + " file that 'sadi import' takes; its pixel convention goes on."
      })
  @Nullable Path init;

  @Option(
      names = "--init-except",
      order = 7,
      paramLabel = "NAME",
      split = ",",
      description = {
        "With --init: parameters with these parts in their names may differ, and start random; sadi"
            + " info lists them. As in --init-except head,sfm for another number of joints, or"
            + " dilated,se,sfm,dlm for the full network from a plain hourglass."
      })
  List<String> initExcept = new ArrayList<>();

  @Option(
      names = "--freeze",
      order = 8,
      paramLabel = "NAME",
      split = ",",
      description = "Leave the parameters below these names as they are (train.freeze).")
  List<String> freeze = new ArrayList<>();

  @Option(
      names = "--teacher",
      order = 9,
      paramLabel = "PREDICTIONS",
      description = {
        "A second opinion on the labels to learn from: predictions of any program, as 'sadi eval'"
            + " reads them, of any of the joints. Joints without a label are learned from it where it"
            + " is sure, labels that it confirms count more, labels that it contradicts are left out"
            + " (teacher.*). Twice: only what both say counts. Nothing that is measured is touched."
      })
  List<Path> teacher = new ArrayList<>();

  @Option(
      names = "--teacher-weight",
      order = 9,
      paramLabel = "W",
      description = {
        "How much a joint counts that only the teacher has, times its score, beside 1 for an"
            + " annotated one (teacher.weight; default 1); 0: it only looks for wrong labels."
      })
  @Nullable Double teacherWeight;

  @Option(
      names = "--epochs",
      order = 14,
      paramLabel = "N",
      description = "How often everybody is looked at: the config's train.epochs.")
  @Nullable Integer epochs;

  @Option(
      names = "--seed",
      order = 15,
      paramLabel = "N",
      description = "Of the first weights and of every draw: the config's train.seed.")
  @Nullable Integer seed;

  @Option(
      names = "--nproc",
      order = 16,
      paramLabel = "N",
      description = {
        "Train on N processes of this machine, each with train.batch crops a step: N times as large"
            + " a step. Under torchrun and Slurm a process finds its job by itself."
      })
  int nproc = 1;

  @Option(
      names = "--on-nan",
      order = 18,
      description =
          "What happens where the loss is no number, or a thousand times the usual: stop or skip"
              + " the step.")
  @Nullable String onNan;

  @Option(
      names = "--eval-every",
      order = 19,
      paramLabel = "N",
      description = "Epochs between validations.")
  @Nullable Integer evalEvery;

  @Option(
      names = "--limit-train",
      order = 17,
      paramLabel = "N",
      description = "Learn from the first N people only.")
  @Nullable Integer limitTrain;

  @Option(
      names = "--list-config",
      order = 80,
      help = true, // asks for nothing else
      description = "Print every config key with its type, default and meaning, and stop.")
  boolean listConfig;

  @Override
  public Integer call() throws IOException {
    compute.setIn(options);
    options.set("train.epochs", epochs);
    options.set("train.seed", seed);
    options.set("data.limit_train", limitTrain);
    options.set("train.on_nan", onNan);
    options.set("train.eval_every", evalEvery);
    options.set("train.freeze", freeze.isEmpty() ? null : freeze);
    options.set(TeacherConfig.FILES, teacher.isEmpty() ? null : Json.texts(teacher));
    options.set(TeacherConfig.WEIGHT, teacherWeight);
    boolean runSays = existing != null && existing.resume && !options.given();
    if (!runSays) {
      options.set(Task.KEY, task);
    }
    if (listConfig) {
      return list();
    }
    if (nproc < 1) {
      throw new ParameterException(
          spec.commandLine(), "--nproc: found " + nproc + ", expected at least 1");
    }
    if (init == null && !initExcept.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--init-except needs --init=FILE");
    }
    TrainJob.Mode mode = mode();
    Membership place = Membership.of(System.getenv());
    if (task(mode) == Task.DETECT) {
      return detector(mode, place);
    }
    if (place != null && place.rank() > 0) {
      return dryRun.dryRun ? ExitCode.DONE : exitCode(follow(mode, place));
    }
    TrainJob training =
        mode == TrainJob.Mode.RESUME_DIFFERENTLY
            ? TrainJob.resume(options.loadOver(TrainJob.config(out)), data, out)
            : TrainJob.prepare(
                options.load(),
                options.given(),
                data,
                out,
                mode,
                init == null ? null : new InitialNetwork(init, initExcept));
    if (place != null || nproc == 1 || dryRun.dryRun) {
      common.console().note(training.describe(place == null ? nproc : place.size()));
    }
    if (dryRun.dryRun) {
      training.remarks().forEach(common.console()::note);
      return ExitCode.DONE;
    }
    RunState state = run(training, place);
    printSummary();
    return exitCode(state);
  }

  /** What the config says; of a run that goes on without one, the run's. */
  private Task task(TrainJob.Mode mode) throws IOException {
    boolean goesOn = existing != null && existing.resume && Files.exists(out.resolve(CONFIG));
    boolean overRun = mode == TrainJob.Mode.RESUME_DIFFERENTLY || !options.given();
    Path run = out.resolve(CONFIG);
    Task said = Task.of(goesOn && overRun ? options.loadOver(run) : options.load());
    if (task != null && goesOn && task != said) {
      throw BadInputException.at(run, "a run of --task " + said, "one of --task " + task, "");
    }
    return goesOn || task == null ? said : task;
  }

  private int detector(TrainJob.Mode mode, @Nullable Membership place) throws IOException {
    if (place != null || nproc > 1) {
      throw new ParameterException(
          spec.commandLine(), "--task detect trains in one process: leave out --nproc");
    }
    boolean over = mode == TrainJob.Mode.RESUME_DIFFERENTLY;
    DetectorJob training =
        DetectorJob.prepare(
            over ? options.loadOver(TrainJob.config(out)) : options.load(),
            over || options.given(),
            data,
            out,
            mode,
            init == null ? null : new InitialNetwork(init, initExcept));
    common.console().note(training.describe());
    if (dryRun.dryRun) {
      return ExitCode.DONE;
    }
    RunState state = training.run(allowMixed, common.console());
    printSummary();
    return exitCode(state);
  }

  private void printSummary() throws IOException {
    if (json.json) {
      common
          .console()
          .print(Files.readString(out.resolve("summary.json"), StandardCharsets.UTF_8).strip());
    }
  }

  /** As another process than the first of a job, which looks at no folder of a run. */
  private RunState follow(TrainJob.Mode mode, Membership place) throws IOException {
    boolean given = options.given() && mode != TrainJob.Mode.RESUME_DIFFERENTLY;
    return TrainJob.follow(given ? options.load() : null, data, out, place);
  }

  private static int exitCode(RunState state) {
    return state == RunState.INTERRUPTED ? ExitCode.INTERRUPTED : ExitCode.DONE;
  }

  private TrainJob.Mode mode() {
    boolean resume = existing != null && existing.resume;
    if (overrideConfig && !resume) {
      throw new ParameterException(spec.commandLine(), "--override-config needs --resume");
    }
    if (allowMixed && !resume && nproc == 1 && Membership.of(System.getenv()) == null) {
      throw new ParameterException(
          spec.commandLine(), "--allow-mixed needs --resume or several processes");
    }
    if (existing == null) {
      return TrainJob.Mode.REFUSE;
    }
    if (existing.overwrite) {
      return TrainJob.Mode.OVERWRITE;
    }
    return overrideConfig ? TrainJob.Mode.RESUME_DIFFERENTLY : TrainJob.Mode.RESUME;
  }

  private RunState run(TrainJob training, @Nullable Membership place) throws IOException {
    if (place != null) {
      return training.run(place, allowMixed, common.console());
    }
    if (nproc > 1) {
      List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
      return training.run(nproc, arguments);
    }
    return training.run(allowMixed, common.console());
  }

  private int list() {
    Config config = Config.empty();
    if (task != null) {
      config.set(Task.KEY + "=" + task);
    }
    if (task == Task.DETECT) {
      DetectorRunConfig.from(config);
    } else {
      RunConfig.from(config);
    }
    for (Config.Key key : config.keys()) {
      common
          .console()
          .print(key.name() + " (" + key.type() + "; default " + key.defaultValue() + ")");
      common.console().print("    " + key.meaning());
    }
    return ExitCode.DONE;
  }
}
