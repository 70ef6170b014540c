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
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code sadi eval}: predictions against the annotations of a dataset. */
@Command(
    name = "eval",
    header = "Measure predictions: PCKh, PCK, per joint and group, both means.",
    description = {
      "Compares predicted joints with a dataset's annotations. All annotated joints count, occluded"
          + " ones too; a person without a prediction counts as wrong.",
      "Two means are always printed, as published tables mix them: joint-weighted (pooled over all"
          + " joints of all people) and unweighted (of the joints' percentages)."
    },
    footer = {
      "",
      "Examples:",
      "  sadi eval --predictions predictions.csv --data data/mpii",
      "  sadi eval --predictions predictions.csv --data data/mpii --format json"
    })
final class EvalCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private OverwriteOption overwrite;

  @Option(
      names = "--predictions",
      required = true,
      paramLabel = "FILE",
      description =
          "Predictions as CSV (image, person, and NAME_x, NAME_y for every joint, in any order),"
              + " JSON or JSONL.")
  private Path predictions;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "The dataset folder, as 'sadi prepare' writes it.")
  private Path data;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "The split to compare with. Default: val, or test where there is no val.")
  private @Nullable String split;

  @Option(
      names = "--metric",
      split = ",",
      paramLabel = "METRIC",
      converter = MetricConverter.class,
      description =
          "pckh@T or pck@T (share of joints within T head sizes or torsos), pckh-auc@T or"
              + " pck-auc@T (area under that curve up to T). Default: the dataset's.")
  private @Nullable List<PoseMetric> metrics;

  @Option(
      names = "--intervals",
      description = "Add the 95 %% bootstrap interval of the joint-weighted mean over people.")
  private boolean intervals;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}. Default: table, or what the name of --out ends in.")
  private @Nullable EvaluationFormat format;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the result here instead of to stdout.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException {
    if (out != null) {
      overwrite.check(out);
    }
    Dataset dataset = DatasetReader.read(data);
    String split = split(dataset);
    List<Person> people = DatasetReader.people(dataset, split);
    List<PoseMetric> metrics =
        this.metrics == null ? List.of(PoseMetric.of(dataset.metric())) : this.metrics;
    Map<String, Predictions> predicted = predictions(dataset, split, people);
    if (dryRun.dryRun) {
      common.console().note(plan(dataset, split, people, metrics));
      return ExitCode.DONE;
    }
    print(Evaluation.of(dataset, split, people, predicted, metrics, intervals));
    return ExitCode.DONE;
  }

  /** Where predictions come from, by decoder. */
  private Map<String, Predictions> predictions(Dataset dataset, String split, List<Person> people)
      throws IOException {
    Predictions read = PredictionsFile.read(predictions, dataset.skeleton().joints());
    reportMismatch(read, split, people);
    return Map.of("predictions", read);
  }

  private void reportMismatch(Predictions read, String split, List<Person> people) {
    List<Prediction> unknown = read.unknown(people);
    List<Person> missing = read.missing(people);
    if (missing.size() == people.size() && !people.isEmpty()) {
      throw BadInputException.at(
          predictions,
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
                  predictions,
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
                  predictions,
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
