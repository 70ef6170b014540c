package io.sadi.eval;

import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of one or several sets of predictions for a split of a dataset.
 *
 * @param dataset its name
 * @param split its name
 * @param people annotated people in the split
 * @param results by metric, then by set of predictions
 * @param comparisons of the others with the baseline, by metric; empty if not asked for
 * @param breakdowns by metric, then by set of predictions; empty if not asked for
 * @param errorKinds by metric, then by set of predictions; empty if not asked for
 * @param errors by reference length, then by set of predictions; empty if not asked for
 * @param calibrations by set of predictions; empty if not asked for
 * @param network that was measured; null for predictions of a file, and where an older version
 *     measured it
 */
public record Evaluation(
    String dataset,
    String split,
    int people,
    List<MetricResult> results,
    List<Comparison> comparisons,
    List<Breakdown> breakdowns,
    List<ErrorKinds> errorKinds,
    List<ErrorQuantiles> errors,
    List<Calibration> calibrations,
    @Nullable MeasuredNetwork network) {
  public Evaluation {
    results = List.copyOf(results);
    comparisons = List.copyOf(comparisons);
    breakdowns = List.copyOf(breakdowns);
    errorKinds = List.copyOf(errorKinds);
    errors = List.copyOf(errors);
    calibrations = List.copyOf(calibrations);
  }

  /** Percentages alone. */
  public Evaluation(String dataset, String split, int people, List<MetricResult> results) {
    this(
        dataset, split, people, results, List.of(), List.of(), List.of(), List.of(), List.of(),
        null);
  }

  /**
   * Measures predictions by metrics other than OKS.
   *
   * @param people the split's people
   * @param predictions by the name of their decoder, in the order of the results
   * @param metrics what to measure
   * @param details what else
   * @throws BadInputException if nobody has what a metric needs
   */
  public static Evaluation of(
      Dataset dataset,
      String split,
      List<Person> people,
      Map<String, Predictions> predictions,
      List<PoseMetric> metrics,
      Details details) {
    return of(dataset, split, people, null, predictions, metrics, details);
  }

  /**
   * Measures predictions.
   *
   * @param people the split's people
   * @param oks null where no metric is OKS
   * @param predictions by the name of their decoder, in the order of the results
   * @param metrics what to measure
   * @param details what else
   * @throws BadInputException if nobody has what a metric needs
   */
  public static Evaluation of(
      Dataset dataset,
      String split,
      List<Person> people,
      @Nullable OksTruth oks,
      Map<String, Predictions> predictions,
      List<PoseMetric> metrics,
      Details details) {
    List<String> joints = dataset.skeleton().joints();
    Map<ReferenceLength, Map<String, Measured>> measured = new LinkedHashMap<>();
    List<MetricResult> results = new ArrayList<>();
    List<Comparison> comparisons = new ArrayList<>();
    List<Breakdown> breakdowns = new ArrayList<>();
    List<ErrorKinds> errorKinds = new ArrayList<>();
    for (PoseMetric metric : metrics) {
      Map<String, Measured> errors =
          measured.computeIfAbsent(
              metric.reference(), r -> measure(people, oks, predictions, dataset.skeleton(), r));
      if (errors.values().stream().anyMatch(e -> e.errors().leftOut() == people.size())) {
        throw nobody(dataset, split, metric);
      }
      errors.forEach(
          (decode, of) ->
              results.add(MetricResult.of(metric, decode, joints, of, details.intervals())));
      errors.forEach(
          (decode, of) -> {
            for (Breakdown.By by : details.by()) {
              breakdowns.add(
                  Breakdown.of(
                      metric,
                      decode,
                      by,
                      joints,
                      people,
                      of.errors(),
                      details.calibration() ? predictions.get(decode) : null,
                      details.intervals()));
            }
            if (details.errorKinds() && ErrorKinds.fits(metric)) {
              Predictions predicted = Objects.requireNonNull(predictions.get(decode));
              errorKinds.add(ErrorKinds.of(metric, decode, people, predicted, dataset.skeleton()));
            }
          });
      String baseline = details.baseline();
      Measured baselineErrors = baseline == null ? null : errors.get(baseline);
      if (baseline != null && baselineErrors != null) {
        errors.forEach(
            (decode, of) -> {
              if (!decode.equals(baseline)) {
                comparisons.add(
                    Comparison.of(metric, joints, decode, of, baseline, baselineErrors));
              }
            });
      }
    }
    List<ErrorQuantiles> quantiles = new ArrayList<>();
    if (details.quantiles()) {
      measured.forEach(
          (reference, errors) ->
              errors.forEach(
                  (decode, of) ->
                      quantiles.add(ErrorQuantiles.of(decode, reference, joints, of.errors()))));
    }
    List<Calibration> calibrations =
        details.calibration()
            ? calibrations(dataset, people, predictions, metrics, measured)
            : List.of();
    return new Evaluation(
        dataset.name(),
        split,
        people.size(),
        results,
        comparisons,
        breakdowns,
        errorKinds,
        quantiles,
        calibrations,
        null);
  }

  /** The same with further calibrations behind its own. */
  public Evaluation with(List<Calibration> further) {
    List<Calibration> all = new ArrayList<>(calibrations);
    all.addAll(further);
    return new Evaluation(
        dataset, split, people, results, comparisons, breakdowns, errorKinds, errors, all, network);
  }

  /** The same with these results, such as in another order. */
  public Evaluation withResults(List<MetricResult> others) {
    return new Evaluation(
        dataset,
        split,
        people,
        others,
        comparisons,
        breakdowns,
        errorKinds,
        errors,
        calibrations,
        network);
  }

  /** The same with these breakdowns. */
  Evaluation withBreakdowns(List<Breakdown> others) {
    return new Evaluation(
        dataset,
        split,
        people,
        results,
        comparisons,
        others,
        errorKinds,
        errors,
        calibrations,
        network);
  }

  /** The same of this network. */
  public Evaluation withNetwork(@Nullable MeasuredNetwork measured) {
    return new Evaluation(
        dataset,
        split,
        people,
        results,
        comparisons,
        breakdowns,
        errorKinds,
        errors,
        calibrations,
        measured);
  }

  private static List<Calibration> calibrations(
      Dataset dataset,
      List<Person> people,
      Map<String, Predictions> predictions,
      List<PoseMetric> metrics,
      Map<ReferenceLength, Map<String, Measured>> measured) {
    List<String> joints = dataset.skeleton().joints();
    List<Calibration> calibrations = new ArrayList<>();
    predictions.forEach(
        (decode, predicted) -> {
          Map<PoseMetric, JointErrors> errors = new LinkedHashMap<>();
          metrics.forEach(
              metric ->
                  errors.put(
                      metric,
                      Objects.requireNonNull(
                              measured.getOrDefault(metric.reference(), Map.of()).get(decode))
                          .errors()));
          calibrations.add(Calibration.of(decode, people, predicted, joints, errors));
        });
    if (calibrations.stream().allMatch(Calibration::isEmpty)) {
      throw BadInputException.at(
          String.join(", ", predictions.keySet()),
          "neither scores nor sigmas",
          "something to calibrate",
          "leave --calibration out");
    }
    return calibrations;
  }

  private static Map<String, Measured> measure(
      List<Person> people,
      @Nullable OksTruth oks,
      Map<String, Predictions> predictions,
      Skeleton skeleton,
      ReferenceLength reference) {
    Map<String, Measured> measured = new LinkedHashMap<>();
    predictions.forEach(
        (decode, predicted) ->
            measured.put(decode, Measured.of(people, oks, predicted, skeleton, reference)));
    return measured;
  }

  private static BadInputException nobody(Dataset dataset, String split, PoseMetric metric) {
    return BadInputException.at(
        dataset.folder() + ": split " + split + ": metric " + metric.label(),
        "no person with " + metric.reference().needs(),
        "at least one",
        "choose another --metric");
  }
}
