package io.sadi.cli;

import static io.sadi.cli.options.UsageRule.refuse;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.Candidates;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.DecodeChoice;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.InferenceOptions;
import io.sadi.cli.options.JsonOption;
import io.sadi.cli.options.OverwriteOption;
import io.sadi.cli.options.UsageRule;
import io.sadi.eval.BoxPrecision;
import io.sadi.eval.Breakdown.By;
import io.sadi.eval.Details;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.eval.PoseMetric;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.BadUsageException;
import io.sadi.io.Json;
import io.sadi.predict.DetectorEvaluation;
import io.sadi.predict.EvaluationJob;
import io.sadi.predict.EvaluationRequest;
import io.sadi.predict.EvaluationRequest.OfFile;
import io.sadi.predict.EvaluationRequest.OfModel;
import io.sadi.predict.output.PredictionsFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sadi eval}: predictions against the annotations of a dataset. */
@Command(
    name = "eval",
    header =
        "Measure a model or predictions: PCKh, PCK, per joint and group, both means; AP by OKS.",
    description = {
      "Compares joints that a model finds, or that a file holds, with a dataset's annotations. All"
          + " annotated joints count, occluded ones too; a person without a prediction counts as"
          + " wrong.",
      "Two means are always printed, as published tables mix them: joint-weighted (pooled over all"
          + " joints of all people) and unweighted (of the joints' percentages)."
    },
    footer = {
      "",
      "Examples:",
      "  sadi eval --model runs/a/checkpoints/best.safetensors --data data/mpii",
      "  sadi eval --model runs/a/checkpoints/best.safetensors --data data/mpii \\",
      "    --decode all --flip --intervals",
      "  sadi eval --predictions predictions.csv --data data/mpii",
      "  sadi eval --predictions predictions.csv --data data/mpii --format json \\",
      "    --metric pckh@0.1..0.5,pckh-auc@0.5 --intervals",
      "  sadi eval --predictions new.csv --compare old.csv --data data/mpii",
      "  sadi eval --predictions results.json --data person_keypoints_val2017.json",
      "  sadi eval --model runs/det/checkpoints/best.safetensors --data data/mosaics"
    })
final class EvalCommand implements Callable<Integer> {
  /** What can be asked of a detector. */
  private static final Set<String> OF_DETECTORS =
      Set.of(
          "--model",
          "--data",
          "--split",
          "--limit",
          "--intervals",
          "--threads",
          "--precision",
          "--out",
          "--format",
          "--json",
          "--dry-run",
          "--overwrite",
          "--quiet",
          "--verbose",
          "--color");

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private OverwriteOption overwrite;

  @Mixin private InferenceOptions inference;

  @Option(
      names = "--model",
      order = 1,
      paramLabel = "FILE|builtin",
      description =
          "A checkpoint to predict with, such as RUN/checkpoints/best.safetensors, or the network"
              + " that comes with the program. Of a detector (sadi train --task detect) the average"
              + " precision of its boxes is measured: AP, AP50 and so on.")
  private @Nullable Path model;

  @Option(
      names = "--predictions",
      order = 2,
      paramLabel = "FILE|DIR",
      description =
          "Instead of a model: predictions of any program as CSV (image, person, and NAME_x, NAME_y"
              + " for every joint, in any order), .json (as 'sadi predict' writes it, or a list of"
              + " COCO results), .jsonl, HRNet's pred.mat, or a folder with a .json an image as"
              + " OpenPose and MMPose write it. Images may be named by the ends of their paths; a"
              + " person without a number is the nearest; a joint that is empty, NaN or null was"
              + " not found and counts as wrong.")
  private @Nullable Path predictions;

  @Option(
      names = "--data",
      order = 3,
      required = true,
      paramLabel = "DIR|FILE",
      description =
          "The dataset folder, as 'sadi prepare' writes it; or a COCO keypoints file, whose images"
              + " are needed for --model alone and then lie beside it.")
  private Path data;

  @Option(
      names = "--split",
      order = 4,
      paramLabel = "NAME",
      completionCandidates = Candidates.Splits.class,
      description =
          "The split to compare with. Default: val, or test where there is no val; all of a COCO"
              + " file.")
  private @Nullable String split;

  @Option(
      names = "--metric",
      order = 5,
      split = ",",
      paramLabel = "METRIC",
      completionCandidates = Candidates.Metrics.class,
      description =
          "pckh@T, pck@T or pck-box@T (share of joints within T head sizes, torsos or larger sides"
              + " of the box), pckh-auc@T and so on (area under that curve up to T, sampled each 0.01"
              + " as MPII's evaluation does). T may be a list 0.1,0.2 or a range 0.1..0.5, in steps of 0.1, or"
              + " 0.05..0.5:0.05. oks: COCO's AP, AP50, AP75, APm, APl and AR by object keypoint"
              + " similarity, and the mean similarity of each joint. Default: the dataset's; oks for"
              + " a COCO file.")
  private @Nullable List<String> metrics;

  @Option(
      names = "--oks-sigmas",
      order = 5,
      split = ",",
      paramLabel = "SIGMA",
      description =
          "With oks: the standard deviation of each joint's annotations as a share of the square root"
              + " of the person's area, one number a joint in the dataset's order. Default: COCO's"
              + " for its joints, 0.079 for others.")
  private @Nullable List<String> oksSigmas;

  @Option(
      names = "--limit",
      order = 6,
      paramLabel = "N",
      description = "With --model: only the first N people of the split.")
  private @Nullable Integer limit;

  @Option(
      names = "--decode",
      order = 20,
      paramLabel = "HOW",
      converter = DecodeChoice.DecodeConverter.class,
      completionCandidates = Candidates.Decodes.class,
      description =
          "With --model: which answer of the network counts. fused (default), fused-paper, h1, h2,"
              + " mu, or all of them.")
  private @Nullable DecodeChoice decode;

  @Option(
      names = "--intervals",
      order = 40,
      description =
          "Add 95 %% intervals: how far each percentage would move with other people (bootstrap).")
  private boolean intervals;

  @Option(
      names = "--quantiles",
      order = 40,
      description =
          "Add the errors that 50, 75, 90 and 95 %% of the joints stay within, in head sizes or"
              + " torsos and in pixels.")
  private boolean quantiles;

  @Option(
      names = "--by",
      order = 40,
      split = ",",
      paramLabel = "WHAT",
      description =
          "Add percentages apart by: ${COMPLETION-CANDIDATES}. visibility: visible and occluded"
              + " joints, where the dataset says which are; size: thirds of the people by the larger"
              + " side of their box; joints: how many joints of a person are annotated; folder: the image's folder, as"
              + " 'sadi prepare stress' has one for each disturbance. With --calibration also the share"
              + " of joints in the 90 %% ellipses of each part.")
  private @Nullable List<By> by;

  @Option(
      names = "--errors",
      order = 40,
      description =
          "Add what is wrong with wrong joints, for metrics with a threshold: inversion (at the other"
              + " side's joint), swap (at another person's), jitter (within twice the threshold),"
              + " miss (anywhere else) and not found.")
  private boolean errors;

  @Option(
      names = "--calibration",
      order = 40,
      description =
          "Add how far scores and sigmas can be trusted: the expected calibration error of the"
              + " score for the event that the joint is right, the share of joints inside the 50,"
              + " 90 and 95 %% ellipses of sigma, and the likelihoods of both (NLL).")
  private boolean calibration;

  @Option(
      names = "--calibrate",
      order = 40,
      description =
          "With --model: write into the checkpoint, for every joint and the decode in use, by which"
              + " factor its sigma makes the 90 %% ellipse hold 90 %% of the joints, and add"
              + " --calibration before and after (after: of every second person, by the others'"
              + " factors). Take the --flip and --decode that you predict with.")
  private boolean calibrate;

  @Option(
      names = "--compare",
      order = 40,
      paramLabel = "FILE",
      description =
          "Other predictions of the same people, the baseline: add how much better or worse each"
              + " percentage is than theirs, with the 95 %% interval of the difference, paired"
              + " person by person (AP image by image). 'moved' says where it excludes 0; by chance"
              + " alone, one joint in twenty does.")
  private @Nullable Path compare;

  @Option(
      names = "--format",
      order = 41,
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: table, or what the name of --out ends in.")
  private @Nullable EvaluationFormat format;

  @Option(
      names = "--out",
      order = 42,
      paramLabel = "FILE",
      description = "Write the result here instead of to stdout.")
  private @Nullable Path out;

  @Option(
      names = "--save-predictions",
      order = 43,
      paramLabel = "FILE",
      description =
          "With --model: also write what was predicted, as CSV, .json, .jsonl or COCO results"
              + " (.coco.json); with --decode all the fused joints.")
  private @Nullable Path savePredictions;

  @Option(
      names = "--report",
      order = 44,
      paramLabel = "FILE.html",
      description =
          "A page of what is wrong: jitter, inversion, swap or miss, joint by joint, and the up to"
              + " 200 people with the most wrong joints, annotation beside prediction, to be sorted by"
              + " kind. Of the first metric with a threshold.")
  private @Nullable Path report;

  @Override
  public Integer call() throws IOException {
    checkUsage();
    if (model != null && DetectorCheckpoint.isOne(model)) {
      return detector(model);
    }
    EvaluationRequest request =
        new EvaluationRequest(
            measured(),
            data,
            split,
            metrics == null ? List.of() : parse(metrics),
            oksSigmas == null ? List.of() : oksSigmas,
            compare,
            report,
            new Details(
                intervals,
                quantiles,
                calibration || calibrate,
                by == null ? List.of() : by,
                errors,
                null));
    overwrite.check(out, savePredictions, report);
    EvaluationJob job;
    try {
      job = EvaluationJob.prepare(request, common.console());
    } catch (BadUsageException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (dryRun.dryRun) {
      common.console().note(job.describe());
    } else {
      print(job.run(common.console()));
    }
    return ExitCode.DONE;
  }

  /** Of people's boxes instead of joints. */
  private int detector(Path file) throws IOException {
    List<UsageRule> rules = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      String name = option.longestName();
      boolean given = spec.commandLine().getParseResult().hasMatchedOption(name);
      rules.add(
          refuse(
              given && !OF_DETECTORS.contains(name),
              name + " is for joints, and " + file + " is a detector"));
    }
    UsageRule.check(spec, rules);
    overwrite.check(out);
    DetectorEvaluation evaluation =
        DetectorEvaluation.prepare(file, data, split, limit == null ? Integer.MAX_VALUE : limit);
    if (dryRun.dryRun) {
      common.console().note(evaluation.describe());
      return ExitCode.DONE;
    }
    BoxPrecision result = evaluation.run(inference.config(), intervals, common.console());
    if (out != null) {
      AtomicFile.writeString(out, written(result, evaluation));
    }
    if (json.json) {
      common.console().print(Json.compact(result.json()));
    } else if (out == null) {
      common.console().out().print(written(result, evaluation));
    }
    return ExitCode.DONE;
  }

  private String written(BoxPrecision result, DetectorEvaluation evaluation) {
    return result.write(format(), evaluation.dataset().name(), evaluation.split());
  }

  private void checkUsage() {
    List<UsageRule> rules = new ArrayList<>();
    rules.add(
        refuse((model == null) == (predictions == null), "give one of --model and --predictions"));
    rules.add(
        refuse(
            savePredictions != null
                && PredictionsFormat.of(savePredictions) == PredictionsFormat.MPII_MAT,
            "--save-predictions writes CSV, .json, .jsonl or .coco.json; 'sadi predict' writes"
                + " .mat"));
    List<String> ofModels = new ArrayList<>(inference.names());
    ofModels.addAll(List.of("--calibrate", "--decode", "--limit", "--save-predictions"));
    for (String option : ofModels) {
      rules.add(
          refuse(
              model == null && spec.commandLine().getParseResult().hasMatchedOption(option),
              option + " is for --model, not for --predictions"));
    }
    rules.add(
        refuse(limit != null && limit < 1, "--limit: found " + limit + ", expected at least 1"));
    UsageRule.check(spec, rules);
  }

  private EvaluationRequest.Subject measured() {
    return model == null
        ? new OfFile(Objects.requireNonNull(predictions))
        : new OfModel(
            model,
            decode == null ? Decode.FUSED : decode.decode(),
            limit == null ? Integer.MAX_VALUE : limit,
            inference.config(),
            calibrate,
            savePredictions);
  }

  private void print(Evaluation evaluation) throws IOException {
    EvaluationFormat format = format();
    if (out != null) {
      AtomicFile.writeString(out, format.write(evaluation));
    }
    if (json.json) {
      common.console().print(Json.compact(EvaluationFormat.json(evaluation)));
    } else if (out == null) {
      common.console().out().print(format.write(evaluation));
    }
  }

  private EvaluationFormat format() {
    if (format != null) {
      return format;
    }
    String name = String.valueOf(out);
    return Stream.of(EvaluationFormat.values())
        .filter(f -> name.endsWith("." + f.extension()))
        .findFirst()
        .orElse(EvaluationFormat.TABLE);
  }

  private List<PoseMetric> parse(List<String> names) {
    try {
      return PoseMetric.parseAll(names);
    } catch (BadInputException e) {
      throw new ParameterException(spec.commandLine(), "--metric: " + e.getMessage(), e);
    }
  }
}
