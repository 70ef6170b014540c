package io.sadi.cli;

import io.sadi.bench.Bench;
import io.sadi.bench.CoreSplit;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.ComputeOptions;
import io.sadi.cli.options.ConfigOptions;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.JsonOption;
import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sadi bench}. */
@Command(
    name = "bench",
    header = "Measure how fast this machine trains and predicts.",
    description = {
      "Images a second of the network alone (forward), of the same in int8 (int8, where the"
          + " processor has AVX512_VNNI or AVX_VNNI), of predicting photos from files to rows"
          + " (predict), of a training step on a constant batch (step), of the data alone"
          + " (pipeline), of steps on real data (train), and of the yardstick (stack): eight plain"
          + " convolutions, which show what this machine can do.",
      "All of them take turns, and the medians are shown. A step counts three times the forward"
          + " pass's arithmetic."
    },
    footer = {
      "",
      "Examples:",
      "  sadi bench --config configs/small.yaml --batch 8,16,32 --splits auto",
      "  sadi bench --config configs/paper-mpii.yaml --batch 8 --data data/mpii --json",
      "  sadi bench --config configs/small.yaml --only forward,predict --batch 1,8",
      "  sadi bench --config configs/small.yaml --only detect,crop,estimate,all \\",
      "    --detector runs/det/checkpoints/best.safetensors"
    })
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private ConfigOptions options;
  @Mixin private ComputeOptions compute;

  @Option(
      names = "--data",
      order = 2,
      paramLabel = "DIR",
      description = "A dataset folder to take photos from; default: drawn people.")
  @Nullable Path data;

  @Option(
      names = "--detector",
      order = 2,
      paramLabel = "FILE",
      description =
          "Also measure a detector, and predicting with it: detect (photos in memory), crop (photos"
              + " decoded and cut), estimate (the network) and all, the three side by side. detect"
              + " and all count photos, crop and estimate the people in them.")
  @Nullable Path detector;

  @Option(
      names = "--batch",
      order = 3,
      split = ",",
      paramLabel = "N",
      description = "Batch sizes to try; default: train.batch.")
  List<Integer> batches = new ArrayList<>();

  @Option(
      names = "--rounds",
      order = 4,
      paramLabel = "N",
      description = "How often each thing has its turn (default: ${DEFAULT-VALUE}).")
  int rounds = 5;

  @Option(
      names = "--seconds",
      order = 5,
      paramLabel = "S",
      description = "How long a turn takes at least (default: ${DEFAULT-VALUE}).")
  double seconds = 2;

  @Option(
      names = "--only",
      order = 6,
      split = ",",
      paramLabel = "WHAT",
      description = "What to measure: ${COMPLETION-CANDIDATES} (default: all of it).")
  Set<Bench.What> only = EnumSet.noneOf(Bench.What.class);

  @Option(
      names = "--splits",
      order = 7,
      split = ",",
      paramLabel = "SPLIT",
      description = {
        "Also train with the cores shared out in several ways, each PROCESSESxTHREADSxWORKERS as in"
            + " 1x2x1,2x1x1: --nproc, --threads, data.workers; auto: some that fit this machine. All"
            + " take the same steps, of the batch that trains fastest."
      })
  List<String> splits = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    compute.setIn(options);
    if (rounds < 1 || rounds > 1000) {
      throw BadInputException.at("--rounds", String.valueOf(rounds), "1..1000", "");
    }
    if (!(seconds >= 0 && seconds <= 3600)) {
      throw BadInputException.at("--seconds", String.valueOf(seconds), "0..3600", "");
    }
    for (int batch : batches) {
      if (batch < 1 || batch > 65_536) {
        throw BadInputException.at("--batch", String.valueOf(batch), "1..65536", "");
      }
    }
    Set<Bench.What> measured =
        only.isEmpty() ? EnumSet.allOf(Bench.What.class) : EnumSet.copyOf(only);
    if (detector == null) {
      if (only.stream().anyMatch(Bench.What.WITH_DETECTOR::contains)) {
        throw new ParameterException(
            spec.commandLine(), "--only detect, crop, estimate and all are for --detector FILE");
      }
      measured.removeAll(Bench.What.WITH_DETECTOR);
    } else {
      InputFile.require(detector);
    }
    if (!splits.isEmpty() && !measured.contains(Bench.What.TRAIN)) {
      throw new ParameterException(
          spec.commandLine(), "--splits: needs 'train' among what --only names");
    }
    List<CoreSplit> ways = splits.equals(List.of("auto")) ? null : CoreSplit.parse(splits);
    Config config = options.load();
    RunConfig run = RunConfig.from(config);
    Bench bench =
        new Bench(
            run,
            data,
            batches.isEmpty() ? List.of(run.train().batch()) : batches,
            rounds,
            seconds,
            measured,
            ways,
            detector);
    if (dryRun.dryRun) {
      common
          .console()
          .note(
              String.format(
                  Locale.ROOT,
                  "%d px, batches %s, %d rounds of %.1f s each",
                  run.model().input(),
                  bench.batches(),
                  rounds,
                  seconds));
      return ExitCode.DONE;
    }
    Bench.BenchResult result = bench.run(common.console());
    common.console().print(json.json ? Json.compact(result.json()) : result.table());
    if (!result.overhead().isEmpty()) {
      common.console().note(result.overhead());
    }
    if (!result.sideBySide().isEmpty()) {
      common.console().note(result.sideBySide());
    }
    result.recommendation().forEach(common.console()::note);
    return ExitCode.DONE;
  }
}
