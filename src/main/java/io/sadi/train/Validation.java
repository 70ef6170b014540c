package io.sadi.train;

import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Predictions;
import io.sadi.io.Progress;
import io.sadi.model.SadiNet;
import io.sadi.predict.DatasetPredictor;
import io.sadi.predict.DatasetPredictor.Reading;
import io.sadi.predict.Decode;
import io.sadi.predict.PoseEstimator;
import io.sadi.predict.Refine;
import io.sadi.torch.Precision;
import java.util.ArrayList;
import java.util.List;

/**
 * How good a network is on the validation split, read every way, and the weight w that fuses its
 * two heatmaps best there.
 *
 * @param fusionWeight w
 * @param results one a decode, {@code fused} first
 */
record Validation(double fusionWeight, List<MetricResult> results) {
  /**
   * Tried for w: 0 is H1 alone, 1 is H2 alone. Denser where w is small, because H2's peak is always
   * 1 and H1's rarely is.
   */
  private static final List<Double> WEIGHTS =
      List.of(0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0);

  static Validation of(
      SadiNet net,
      Dataset dataset,
      List<Person> people,
      Precision precision,
      int batch,
      int workers,
      Progress progress) {
    PoseEstimator estimator =
        new PoseEstimator(
            net, dataset.skeleton().flipPermutation(), false, Refine.QUARTER, precision);
    List<Reading> fused = new ArrayList<>();
    List<Reading> others = new ArrayList<>();
    others.add(new Reading(Decode.H1, 0, new Predictions()));
    if (net.hasSfm()) {
      for (double w : WEIGHTS) {
        fused.add(new Reading(Decode.FUSED, w, new Predictions()));
      }
      others.add(new Reading(Decode.H2, 0, new Predictions()));
      others.add(new Reading(Decode.MU, 0, new Predictions()));
    }
    List<Reading> all = new ArrayList<>(fused);
    all.addAll(others);
    DatasetPredictor.predict(
        estimator, dataset, people, net.config().input(), all, batch, workers, progress);

    PoseMetric metric = PoseMetric.of(dataset.metric());
    List<MetricResult> results = new ArrayList<>();
    for (Reading reading : others) {
      results.add(measure(metric, reading.decode(), dataset, people, reading));
    }
    // Without a second heatmap, fused is H1.
    double weight = 0;
    MetricResult best = measure(metric, Decode.FUSED, dataset, people, others.get(0));
    for (Reading reading : fused) {
      MetricResult result = measure(metric, Decode.FUSED, dataset, people, reading);
      if (result.meanJointWeighted() > best.meanJointWeighted()) {
        best = result;
        weight = reading.fusionWeight();
      }
    }
    results.add(0, best);
    return new Validation(weight, results);
  }

  private static MetricResult measure(
      PoseMetric metric, Decode decode, Dataset dataset, List<Person> people, Reading reading) {
    return MetricResult.of(
        metric, Config.name(decode), dataset.skeleton(), people, reading.predictions(), false);
  }
}
