package io.sadi.cli;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.OverwriteOption;
import io.sadi.predict.output.Merge;
import io.sadi.predict.output.PredictionOutcome;
import io.sadi.predict.output.PredictionsFormat;
import java.io.IOException;
import java.io.OutputStream;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sadi merge}. */
@Command(
    name = "merge",
    header = "Put the parts of a sharded prediction together.",
    description = {
      "Writes what 'sadi predict' would have written without --shard: the same rows in the same"
          + " order, byte for byte if the parts were made on one machine, and the same errors and"
          + " exit code. Says which parts are missing, and then writes nothing.",
      "Parts that were computed differently are refused, with what differs: see --allow-mixed.",
      "What this takes lies beside each part in PART.shard, which 'sadi predict --shard' writes:"
          + " copy both. So the parts' own format does not matter."
    },
    footer = {
      "",
      "Examples:",
      "  for i in 1 2 3; do",
      "    sadi predict --model best.safetensors photos --shard $i/3 --out part$i.csv &",
      "  done; wait",
      "  sadi merge part1.csv part2.csv part3.csv --out joints.csv"
    })
final class MergeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private OverwriteOption overwrite;

  @Parameters(
      paramLabel = "PART",
      arity = "1..*",
      description = "The files that 'sadi predict --shard I/N --out PART' wrote, in any order.")
  private List<Path> parts;

  @Option(
      names = "--out",
      order = 3,
      paramLabel = "FILE",
      defaultValue = "-",
      description = "The file of predictions, whole or not at all. Default: -, stdout.")
  private Path out;

  @Option(
      names = "--format",
      order = 4,
      paramLabel = "FORMAT",
      description =
          "csv, json, jsonl, coco or coco-dataset. Default: what --out ends in (.json, .jsonl,"
              + " .coco.json), or csv.")
  private @Nullable PredictionsFormat format;

  @Option(
      names = "--errors",
      order = 7,
      paramLabel = "FILE",
      description = "List the inputs that could not be used as CSV: image,error.")
  private @Nullable Path errors;

  @Option(
      names = "--allow-mixed",
      order = 93,
      description =
          "Merge parts although they were computed differently (precision, kind of device, batch,"
              + " LibTorch), so that their rows are not those of one run.")
  private boolean allowMixed;

  @Override
  public Integer call() throws IOException {
    Path file = out.toString().equals("-") ? null : out;
    PredictionsFormat chosen =
        format != null ? format : file == null ? PredictionsFormat.CSV : PredictionsFormat.of(file);
    if (chosen == PredictionsFormat.MPII_MAT || chosen == PredictionsFormat.YOLO) {
      throw new ParameterException(
          spec.commandLine(),
          "'sadi merge' writes csv, json, jsonl, coco or coco-dataset, not " + chosen);
    }
    overwrite.check(file, errors);
    Console console = common.console();
    try (Merge merge = Merge.of(parts, allowMixed);
        OutputStream stdout = console.data()) {
      PredictionOutcome outcome = merge.write(file, stdout, chosen, errors, console);
      console.note(
          String.format(
              Locale.ROOT,
              "%d people in %d images%s",
              outcome.people(),
              outcome.images(),
              file == null ? "" : ", in " + file));
      return outcome.failures().isEmpty() ? ExitCode.DONE : ExitCode.PARTIAL;
    }
  }
}
