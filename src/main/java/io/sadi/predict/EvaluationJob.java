package io.sadi.predict;

import io.sadi.data.CocoId;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.eval.Calibration;
import io.sadi.eval.Details;
import io.sadi.eval.ErrorKinds;
import io.sadi.eval.Evaluation;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.OksSigmas;
import io.sadi.eval.OksTruth;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Predictions;
import io.sadi.eval.PredictionsFile;
import io.sadi.io.BadInputException;
import io.sadi.io.BadUsageException;
import io.sadi.io.Progress;
import io.sadi.predict.EvaluationRequest.OfFile;
import io.sadi.predict.EvaluationRequest.OfModel;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.show.MistakesPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The job of {@code sadi eval}: {@code prepare} reads and checks all that it can without a native
 * library, {@code run} predicts where there is a model, and measures.
 */
public final class EvaluationJob {
  /** What the baseline's results are called. */
  private static final String BASELINE = "baseline";

  private final EvaluationRequest request;
  private final Dataset dataset;
  private final String split;

  /** Everybody in the split. */
  private final List<Person> all;

  /** Those who are measured. */
  private final List<Person> people;

  private final List<PoseMetric> metrics;
  private final @Nullable OksTruth oks;

  /** Null where a file's predictions are measured. */
  private final @Nullable ModelEvaluation model;

  /** By the name of their results, in their order: those of files. */
  private final Map<String, Predictions> read = new LinkedHashMap<>();

  private EvaluationJob(EvaluationRequest request, Progress progress) throws IOException {
    this.request = request;
    dataset = DatasetReader.readFolderOrFile(request.data());
    split = split(progress);
    all = DatasetReader.people(dataset, split);
    metrics =
        request.metrics().isEmpty() ? List.of(PoseMetric.of(dataset.metric())) : request.metrics();
    boolean kinds = request.details().errorKinds();
    if ((kinds || request.report() != null) && metrics.stream().noneMatch(ErrorKinds::fits)) {
      throw new BadUsageException(
          (kinds ? "--errors" : "--report")
              + " needs a metric with a threshold, such as --metric pck@0.2; found "
              + metricNames());
    }
    people =
        request.measured() instanceof OfModel of && of.limit() < all.size()
            ? all.subList(0, of.limit())
            : all;
    oks = oks(progress);
    if (request.measured() instanceof OfModel of) {
      model = ModelEvaluation.prepare(of.file(), dataset, people, of.decode(), progress);
      model.checkpoint().checkPrecision(of.inference().precision(), of.file());
      if (of.calibrate()) {
        model.checkCalibratable();
      }
    } else {
      model = null;
      Path file = ((OfFile) request.measured()).file();
      read.put("predictions", predictions(file, progress));
    }
    if (request.compare() != null) {
      read.put(BASELINE, predictions(request.compare(), progress));
    }
  }

  /**
   * Reads what is to be measured, and checks that it fits the dataset.
   *
   * @throws BadUsageException where an option does not fit the metrics
   * @throws BadInputException naming the file that is wrong
   */
  public static EvaluationJob prepare(EvaluationRequest request, Progress progress)
      throws IOException {
    return new EvaluationJob(request, progress);
  }

  /** What the job will do, in a line. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "would measure %s of %d people of %s, split %s",
        metricNames(),
        people.size(),
        dataset.name(),
        split);
  }

  /** Predicts where there is a model, then measures. */
  public Evaluation run(Progress progress) throws IOException {
    Map<String, Predictions> predicted = new LinkedHashMap<>();
    List<Calibration> calibrated = List.of();
    if (model != null && request.measured() instanceof OfModel of) {
      predicted.putAll(model.run(of.inference(), progress));
      if (of.calibrate()) {
        calibrated = model.calibrate(predicted);
      }
      if (of.saved() != null) {
        model.save(of.saved(), predicted, of.inference(), imageIds(of.saved()));
      }
    }
    predicted.putAll(read);
    Evaluation evaluation =
        Evaluation.of(dataset, split, people, oks, predicted, metrics, details())
            .with(calibrated)
            .withNetwork(network());
    if (request.report() != null) {
      report(request.report(), predicted, progress);
    }
    return evaluation;
  }

  private @Nullable MeasuredNetwork network() {
    return model != null && request.measured() instanceof OfModel of
        ? model.network(split, all, of.inference())
        : null;
  }

  /** Of the first metric that has a threshold, and the first predictions. */
  private void report(Path file, Map<String, Predictions> predicted, Progress progress)
      throws IOException {
    PoseMetric metric = metrics.stream().filter(ErrorKinds::fits).findFirst().orElseThrow();
    Map.Entry<String, Predictions> first = predicted.entrySet().iterator().next();
    Path measured =
        request.measured() instanceof OfModel of ? of.file() : ((OfFile) request.measured()).file();
    int threads =
        request.measured() instanceof OfModel of
            ? of.inference().workers()
            : Runtime.getRuntime().availableProcessors();
    new MistakesPage(dataset, split, metric, String.valueOf(measured.getFileName()), threads)
        .write(file, people, first.getKey(), first.getValue(), progress);
  }

  private Details details() {
    return request.details().comparedWith(request.compare() == null ? null : BASELINE);
  }

  private String split(Progress progress) {
    Path data = request.data();
    if (request.split() != null) {
      return request.split();
    }
    if (dataset.splits().containsKey(DatasetReader.WHOLE_FILE) && Files.isRegularFile(data)) {
      return DatasetReader.WHOLE_FILE;
    }
    if (dataset.splits().containsKey("val")) {
      return "val";
    }
    if (dataset.splits().containsKey("test")) {
      progress.note(data + ": no split val; measuring split test");
      return "test";
    }
    throw BadInputException.at(
        data, "splits " + dataset.splits().keySet(), "val or test", "name one with --split");
  }

  /** What OKS needs, where it is measured; said is what is not COCO's own. */
  private @Nullable OksTruth oks(Progress progress) throws IOException {
    List<String> given = request.oksSigmas();
    if (metrics.stream().noneMatch(PoseMetric::isSimilarity)) {
      if (!given.isEmpty()) {
        throw new BadUsageException("--oks-sigmas is for --metric oks, which is not measured");
      }
      return null;
    }
    OksTruth whole = OksTruth.read(dataset, split, given.isEmpty() ? null : sigmas(given));
    OksTruth truth = people.size() < all.size() ? whole.among(people) : whole;
    truth.warnings().forEach(progress::warn);
    return truth;
  }

  private OksSigmas sigmas(List<String> given) {
    try {
      return OksSigmas.parse(given, dataset.skeleton(), "--oks-sigmas");
    } catch (BadInputException e) {
      throw new BadUsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private Predictions predictions(Path file, Progress progress) throws IOException {
    return PredictionsFile.read(file, dataset, split, all, people, progress);
  }

  private Map<CocoId, String> imageIds(Path file) throws IOException {
    return PredictionsFormat.of(file) == PredictionsFormat.COCO
        ? DatasetReader.imageIds(dataset, split)
        : Map.of();
  }

  private String metricNames() {
    return metrics.stream().map(PoseMetric::label).collect(Collectors.joining(", "));
  }
}
