package io.sadi.cli;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.DetectorMixin;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.InputArguments;
import io.sadi.cli.options.OverwriteOption;
import io.sadi.predict.DetectionJob;
import io.sadi.predict.DetectionJob.BoxFormat;
import io.sadi.predict.DetectionJob.DetectionOutcome;
import io.sadi.predict.detect.DetectorOptions;
import io.sadi.predict.output.RunOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sadi detect}. */
@Command(
    name = "detect",
    header = "Find people's boxes in images.",
    description = {
      "Boxes for 'sadi predict --boxes', to be looked at, corrected or used again; 'sadi predict"
          + " --detector' does both at once. The network that comes with the program knows people of"
          + " some size, and no crowds; none is ever downloaded, but sadi-predict(1) says where"
          + " people get others."
    },
    footer = {
      "",
      "Examples:",
      "  sadi detect photos --out boxes.csv",
      "  sadi predict photos --boxes boxes.csv --out joints.csv",
      "  sadi detect photo.jpg --detector rtdetr.onnx --detector-score 0.6 | head",
      "  sadi detect photos --detector runs/det/checkpoints/best.safetensors"
    })
final class DetectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private DryRunOption dryRun;
  @Mixin private OverwriteOption overwrite;
  @Mixin private DetectorMixin detector;
  @Mixin private InputArguments inputs;

  @Option(
      names = "--out",
      order = 3,
      paramLabel = "FILE",
      defaultValue = "-",
      description =
          "The file of boxes, whole or not at all: image,person,x,y,w,h,score; COCO where it ends in"
              + " .json. Default: -, stdout.")
  private Path out;

  @Option(
      names = "--errors",
      order = 8,
      paramLabel = "FILE",
      description = "List the inputs that could not be used as CSV: image,error.")
  private @Nullable Path errors;

  @Option(
      names = "--threads",
      order = 33,
      paramLabel = "N",
      description = "Photos at a time. Default: one a core.")
  private int threads;

  @Override
  public Integer call() throws IOException {
    DetectorOptions options = detector.options(true);
    if (options == null) {
      throw new ParameterException(spec.commandLine(), "--detector none finds nobody");
    }
    if (threads < 0) {
      throw new ParameterException(spec.commandLine(), "--threads is 1 or more");
    }
    Path file = out.toString().equals("-") ? null : out;
    overwrite.check(file, errors);
    Console console = common.console();
    int workers = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    DetectionJob job = DetectionJob.prepare(options, inputs.all(), workers, System.in, console);
    job.checkOutputs(file, errors);
    if (dryRun.dryRun) {
      console.note(job.describe());
      return ExitCode.DONE;
    }
    boolean json = file != null && file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
    DetectionOutcome outcome;
    try (OutputStream stdout = console.data()) {
      outcome = job.run(file, json ? BoxFormat.JSON : BoxFormat.CSV, stdout, console);
    }
    if (errors != null) {
      RunOutput.writeErrors(errors, outcome.failures());
    }
    console.note(
        String.format(
            Locale.ROOT,
            "%d people in %d images%s%s",
            outcome.people(),
            outcome.images(),
            outcome.nobody() == 0 ? "" : ", nobody in " + outcome.nobody() + " of them",
            file == null ? "" : ", in " + file));
    if (outcome.failures().isEmpty()) {
      return ExitCode.DONE;
    }
    console.warn(outcome.failures().size() + " inputs could not be used");
    return ExitCode.PARTIAL;
  }
}
