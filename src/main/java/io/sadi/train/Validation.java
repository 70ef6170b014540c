package io.sadi.train;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.MetricResult;
import io.sadi.eval.OksTruth;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.io.Progress;
import io.sadi.model.SadiNet;
import io.sadi.predict.engine.DatasetPredictor;
import io.sadi.predict.engine.DatasetPredictor.ReadPredictions;
import io.sadi.predict.engine.FusionWeight;
import io.sadi.predict.engine.PoseEstimator;
import io.sadi.predict.engine.Refine;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import io.sadi.torch.Tensors;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The results of a network on the validation split with every decode, and the best fusion weight w
 * there.
 *
 * @param fusionWeight chosen on all people
 * @param results one for each decode, {@code fused} first, whose w is cross-fitted: each half of
 *     the people is measured with the w of the other half
 */
record Validation(double fusionWeight, List<MetricResult> results) {

  /**
   * Measures a network.
   *
   * @param set w if the config sets it; else it is chosen
   * @param ranks which share the people; each gets the whole result
   * @return null if a process was interrupted
   */
  static @Nullable Validation of(
      SadiNet net,
      Dataset dataset,
      List<Person> people,
      OptionalDouble set,
      Precision precision,
      int batch,
      int workers,
      Ranks ranks,
      Progress progress) {
    List<ReadPredictions> fused = net.hasSfm() ? FusionWeight.readings(set, List.of()) : List.of();
    List<ReadPredictions> others = new ArrayList<>();
    others.add(new ReadPredictions(new Readout(Decode.H1, 0)));
    if (net.hasSfm()) {
      others.add(new ReadPredictions(new Readout(Decode.H2, 0)));
      others.add(new ReadPredictions(new Readout(Decode.MU, 0)));
    }
    List<ReadPredictions> all = new ArrayList<>(fused);
    all.addAll(others);
    int from = share(people.size(), ranks.rank(), ranks.size());
    int to = share(people.size(), ranks.rank() + 1, ranks.size());
    boolean stopped = false;
    try (PoseEstimator estimator =
        new PoseEstimator(
            net, dataset.skeleton().flipPermutation(), false, Refine.QUARTER, precision)) {
      // Its warnings have been given by the trainer.
      DatasetPredictor.prove(estimator, to - from, batch);
      DatasetPredictor.predict(
          estimator, dataset, people.subList(from, to), all, batch, workers, progress);
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof InterruptedIOException)) {
        throw e;
      }
      stopped = true;
    }
    if (ranks.any(net.device(), stopped)[0]) {
      return null;
    }
    if (ranks.size() > 1) {
      exchange(all, people, from, net.joints(), ranks, net.device());
    }

    Measure measure = new Measure(PoseMetric.of(dataset.metric()), dataset, people);
    List<MetricResult> results = new ArrayList<>();
    double weight = 0;
    if (fused.isEmpty()) { // without a second heatmap fused is H1
      results.add(measure.of(Decode.FUSED, others.get(0).predictions()));
    } else {
      FusionWeight choice =
          FusionWeight.choose(fused, measure.metric(), dataset, people, measure.oks());
      weight = choice.value();
      results.add(measure.of(Decode.FUSED, choice.crossFitted()));
    }
    for (ReadPredictions reading : others) {
      results.add(measure.of(reading.readout().decode(), reading.predictions()));
    }
    return new Validation(weight, results);
  }

  /** How many of the people a process measures. */
  static int share(int people, Ranks ranks) {
    return share(people, ranks.rank() + 1, ranks.size())
        - share(people, ranks.rank(), ranks.size());
  }

  /** Index at which a process's share of the people begins. */
  private static int share(int people, int rank, int ranks) {
    return (int) ((long) people * rank / ranks);
  }

  /** Adds the predictions of the other processes: only positions, as only these are measured. */
  private static void exchange(
      List<ReadPredictions> readings,
      List<Person> people,
      int from,
      long joints,
      Ranks ranks,
      ComputeDevice device) {
    int k = (int) joints;
    for (ReadPredictions reading : readings) {
      float[] own = new float[people.size() * k * 2];
      int at = from * k * 2;
      for (Prediction prediction : reading.predictions().all()) {
        System.arraycopy(prediction.x(), 0, own, at, k);
        System.arraycopy(prediction.y(), 0, own, at + k, k);
        at += 2 * k;
      }
      float[] all;
      try (PointerScope scope = new PointerScope()) {
        Tensor tensor = Tensors.of(own, device, own.length);
        ranks.sum(tensor);
        all = Tensors.floats(tensor);
      }
      for (int i = 0; i < people.size(); i++) {
        Person person = people.get(i);
        Prediction theirs = Prediction.empty(person.image(), person.person(), k);
        System.arraycopy(all, i * 2 * k, theirs.x(), 0, k);
        System.arraycopy(all, i * 2 * k + k, theirs.y(), 0, k);
        reading.predictions().add(theirs);
      }
    }
  }

  /** The metric, and the people it is measured on. */
  private record Measure(
      PoseMetric metric, Dataset dataset, List<Person> people, @Nullable OksTruth oks) {
    Measure(PoseMetric metric, Dataset dataset, List<Person> people) {
      this(
          metric,
          dataset,
          people,
          metric.isSimilarity() ? OksTruth.of(people, dataset.skeleton()) : null);
    }

    MetricResult of(Decode decode, Predictions predictions) {
      return MetricResult.of(
          metric, Config.name(decode), dataset.skeleton(), people, predictions, oks, false);
    }
  }
}
