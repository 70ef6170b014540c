package io.sadi.cli;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.eval.PredictionsFile;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.predict.Decode;
import io.sadi.predict.InferenceConfig;
import io.sadi.predict.ModelEvaluation;
import io.sadi.predict.PredictionsFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sadi eval}: predictions against the annotations of a dataset. */
@Command(
    name = "eval",
    header = "Measure a model or predictions: PCKh, PCK, per joint and group, both means.",
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
      "  sadi eval --predictions predictions.csv --data data/mpii --format json"
    })
final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private OverwriteOption overwrite;

  @Mixin private InferenceOptions inference;

  @Option(
      names = "--model",
      order = 1,
      paramLabel = "FILE",
      description = "A checkpoint to predict with, such as RUN/checkpoints/best.safetensors.")
  private @Nullable Path model;

  @Option(
      names = "--predictions",
      order = 2,
      paramLabel = "FILE",
      description =
          "Instead of a model: predictions as CSV (image, person, and NAME_x, NAME_y for every"
              + " joint, in any order), JSON or JSONL.")
  private @Nullable Path predictions;

  @Option(
      names = "--data",
      order = 3,
      required = true,
      paramLabel = "DIR",
      description = "The dataset folder, as 'sadi prepare' writes it.")
  private Path data;

  @Option(
      names = "--split",
      order = 4,
      paramLabel = "NAME",
      description = "The split to compare with. Default: val, or test where there is no val.")
  private @Nullable String split;

  @Option(
      names = "--metric",
      order = 5,
      split = ",",
      paramLabel = "METRIC",
      converter = MetricConverter.class,
      description =
          "pckh@T or pck@T (share of joints within T head sizes or torsos), pckh-auc@T or"
              + " pck-auc@T (area under that curve up to T). Default: the dataset's.")
  private @Nullable List<PoseMetric> metrics;

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
      converter = DecodeChoice.Converter.class,
      description =
          "With --model: which answer of the network counts. fused (default), fused-paper, h1, h2,"
              + " mu, or all of them.")
  private @Nullable DecodeChoice decode;

  @Option(
      names = "--intervals",
      order = 40,
      description = "Add the 95 %% bootstrap interval of the joint-weighted mean over people.")
  private boolean intervals;

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
          "With --model: also write what was predicted, as CSV, .json or .jsonl; with --decode all"
              + " the fused joints.")
  private @Nullable Path savePredictions;

  @Override
  public Integer call() throws IOException {
    checkUsage();
    InferenceConfig config = inference.config();
    if (out != null) {
      overwrite.check(out);
    }
    if (savePredictions != null) {
      overwrite.check(savePredictions);
    }
    Dataset dataset = DatasetReader.read(data);
    String split = split(dataset);
    List<Person> people = DatasetReader.people(dataset, split);
    List<PoseMetric> metrics =
        this.metrics == null ? List.of(PoseMetric.of(dataset.metric())) : this.metrics;
    ModelEvaluation evaluation = null;
    Map<String, Predictions> predicted = Map.of();
    if (model != null) {
      people = first(people);
      Decode asked = decode == null ? Decode.FUSED : decode.decode();
      evaluation = ModelEvaluation.prepare(model, dataset, people, asked, common.console());
    } else if (predictions != null) {
      predicted = Map.of("predictions", read(predictions, dataset, split, people));
    }
    if (dryRun.dryRun) {
      common.console().note(plan(dataset, split, people, metrics));
      return ExitCode.DONE;
    }
    if (evaluation != null) {
      predicted = evaluation.run(config, common.console());
      if (savePredictions != null) {
        evaluation.save(savePredictions, predicted, config);
      }
    }
    print(Evaluation.of(dataset, split, people, predicted, metrics, intervals));
    return ExitCode.DONE;
  }

  /** Usage that picocli cannot check: it would take a model's options without a model. */
  private void checkUsage() {
    if ((model == null) == (predictions == null)) {
      throw new ParameterException(spec.commandLine(), "give one of --model and --predictions");
    }
    if (savePredictions != null
        && PredictionsFormat.of(savePredictions) == PredictionsFormat.COCO) {
      throw new ParameterException(
          spec.commandLine(), "--save-predictions writes CSV, .json or .jsonl, not COCO");
    }
    if (model == null) {
      List<String> needless = new ArrayList<>(inference.names());
      needless.addAll(List.of("--decode", "--limit", "--save-predictions"));
      for (String option : needless) {
        if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
          throw new ParameterException(
              spec.commandLine(), option + " is for --model, not for --predictions");
        }
      }
    }
  }

  private List<Person> first(List<Person> people) {
    if (limit == null) {
      return people;
    }
    if (limit < 1) {
      throw new ParameterException(
          spec.commandLine(), "--limit: found " + limit + ", expected at least 1");
    }
    return people.subList(0, Math.min(limit, people.size()));
  }

  private Predictions read(Path file, Dataset dataset, String split, List<Person> people)
      throws IOException {
    Predictions read = PredictionsFile.read(file, dataset.skeleton().joints());
    reportMismatch(file, read, split, people);
    return read;
  }

  private void reportMismatch(Path file, Predictions read, String split, List<Person> people) {
    List<Prediction> unknown = read.unknown(people);
    List<Person> missing = read.missing(people);
    if (missing.size() == people.size() && !people.isEmpty()) {
      throw BadInputException.at(
          file,
          unknown.isEmpty() ? "nobody" : "nobody but such as " + named(unknown.get(0)),
          "people of split " + split + ", such as " + named(people.get(0)),
          "images are named as in " + data.resolve("annotations").resolve(split + ".json"));
    }
    if (!missing.isEmpty()) {
      common
          .console()
          .warn(
              String.format(
                  Locale.ROOT,
                  "%s: nothing for %d of %d people, who count as wrong; the first is %s",
                  file,
                  missing.size(),
                  people.size(),
                  named(missing.get(0))));
    }
    if (!unknown.isEmpty()) {
      common
          .console()
          .warn(
              String.format(
                  Locale.ROOT,
                  "%s: %d of %d predictions are for nobody in split %s; the first is for %s",
                  file,
                  unknown.size(),
                  read.size(),
                  split,
                  named(unknown.get(0))));
    }
  }

  private static String named(Person person) {
    return person.image() + ", person " + person.person();
  }

  private static String named(Prediction prediction) {
    return prediction.image() + ", person " + prediction.person();
  }

  private String split(Dataset dataset) {
    if (split != null) {
      return split;
    }
    if (dataset.splits().containsKey("val")) {
      return "val";
    }
    if (dataset.splits().containsKey("test")) {
      common.console().note(data + ": no split val; measuring split test");
      return "test";
    }
    throw BadInputException.at(
        data, "splits " + dataset.splits().keySet(), "val or test", "name one with --split");
  }

  private String plan(
      Dataset dataset, String split, List<Person> people, List<PoseMetric> metrics) {
    return String.format(
        Locale.ROOT,
        "would measure %s of %d people of %s, split %s",
        String.join(", ", metrics.stream().map(PoseMetric::label).toList()),
        people.size(),
        dataset.name(),
        split);
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

  static final class MetricConverter implements ITypeConverter<PoseMetric> {
    @Override
    public PoseMetric convert(String name) {
      try {
        return PoseMetric.parse(name);
      } catch (BadInputException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
