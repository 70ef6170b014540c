package io.sadi.eval;

import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Metrics of one or several sets of predictions for a split of a dataset.
 *
 * @param dataset its name
 * @param split its name
 * @param people annotated people in the split
 * @param results by metric, then by set of predictions
 */
public record Evaluation(String dataset, String split, int people, List<MetricResult> results) {
  public Evaluation {
    results = List.copyOf(results);
  }

  /**
   * Measures predictions.
   *
   * @param people the split's people
   * @param predictions by the name of their decoder, in the order of the results
   * @param metrics what to measure
   * @param withIntervals whether to resample people for an interval of each mean
   * @throws BadInputException if nobody has what a metric needs
   */
  public static Evaluation of(
      Dataset dataset,
      String split,
      List<Person> people,
      Map<String, Predictions> predictions,
      List<PoseMetric> metrics,
      boolean withIntervals) {
    List<MetricResult> results = new ArrayList<>();
    for (PoseMetric metric : metrics) {
      predictions.forEach(
          (decode, predicted) -> {
            MetricResult result =
                MetricResult.of(
                    metric, decode, dataset.skeleton(), people, predicted, withIntervals);
            if (result.leftOut() == people.size()) {
              throw BadInputException.at(
                  dataset.folder() + ": split " + split + ": metric " + metric.label(),
                  "no person with " + metric.reference().needs(),
                  "at least one",
                  "choose another --metric");
            }
            results.add(result);
          });
    }
    return new Evaluation(dataset.name(), split, people.size(), results);
  }
}
