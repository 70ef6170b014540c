package io.sadi.cli;

import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.JsonOption;
import io.sadi.config.Config;
import io.sadi.demo.Demo;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.io.Json;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi demo}. */
@Command(
    name = "demo",
    header = "The whole job on people it draws itself, in a few minutes.",
    description = {
      "Draws people, trains a small network on most of them, measures it on the others, and shows"
          + " all that in a page: DIR/report.html, whose name it prints.",
      "Writes also DIR/data (dataset), DIR/run (training run), DIR/predictions.csv and .json, and"
          + " DIR/summary.json (the evaluation).",
      "With the default people and epochs, or more, it fails where the network finds less than 60 %%"
          + " of the held-out people's joints: then it has not learned. What was written stays."
    },
    footer = {"", "Examples:", "  sadi demo", "  xdg-open \"$(sadi demo --out /tmp/demo)\""})
final class DemoCommand implements Callable<Integer> {
  /** The preset that is trained. */
  private static final String PRESET = "tiny";

  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;

  @Option(
      names = "--out",
      order = 1,
      paramLabel = "DIR",
      defaultValue = "sadi-demo",
      description = "The folder to write. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(names = "--overwrite", order = 2, description = "Replace an earlier demo in DIR.")
  private boolean overwrite;

  @Option(
      names = "--seed",
      order = 3,
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the drawings and of the training. Default: ${DEFAULT-VALUE}.")
  private int seed;

  @Option(
      names = "--people",
      order = 4,
      paramLabel = "N",
      defaultValue = "" + Demo.PEOPLE,
      description = "Drawn people to learn from. Default: ${DEFAULT-VALUE}.")
  private int people;

  @Option(
      names = "--epochs",
      order = 5,
      paramLabel = "N",
      description = "How often each of them is looked at. Default: the preset's.")
  private @Nullable Integer epochs;

  @Option(
      names = "--threads",
      order = 6,
      paramLabel = "N",
      description = "Threads that compute. Default: one a core.")
  private @Nullable Integer threads;

  @Override
  public Integer call() throws IOException {
    List<String> sets = new ArrayList<>();
    if (epochs != null) {
      sets.add("train.epochs=" + epochs);
    }
    if (threads != null) {
      sets.add("train.threads=" + threads);
    }
    Config config = Config.preset(PRESET, sets, System.getenv());
    int usual = RunConfig.from(Config.preset(PRESET, List.of(), Map.of())).train().epochs();
    Demo demo = Demo.prepare(out, overwrite, seed, people, config, usual);
    common.console().note(demo.describe());
    if (dryRun.dryRun) {
      return ExitCode.DONE;
    }
    Evaluation evaluation = demo.run(common.console());
    if (evaluation == null) {
      return ExitCode.INTERRUPTED;
    }
    common
        .console()
        .print(
            json.json
                ? Json.compact(EvaluationFormat.json(evaluation))
                : demo.folder().report().toString());
    return ExitCode.DONE;
  }
}
