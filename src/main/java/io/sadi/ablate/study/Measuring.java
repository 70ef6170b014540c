package io.sadi.ablate.study;

import io.sadi.ablate.study.CellFolder.Measurement;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.Breakdown;
import io.sadi.eval.Details;
import io.sadi.eval.Evaluation;
import io.sadi.eval.OksTruth;
import io.sadi.eval.PersonErrors;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Predictions;
import io.sadi.io.Progress;
import io.sadi.predict.ModelEvaluation;
import io.sadi.predict.ModelEvaluation.CrossFitted;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.train.RunConfig;
import io.sadi.train.TrainConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Measures networks on the same people and in the same way, the weight of {@code fused}
 * cross-fitted.
 *
 * @param split of the dataset
 * @param people of the split
 * @param test how
 */
public record Measuring(Dataset dataset, String split, List<Person> people, TestSettings test) {
  private static final int LARGEST_BATCH = 256;

  /** Number of people whose pictures are drawn: the first of the split. */
  private static final int PICTURES = 6;

  private static final int PICTURE_SIDE = 176;

  /** Where networks differ: the paper's claim is about occlusion. */
  static final Details PARTS =
      new Details(
          false,
          false,
          false,
          List.of(Breakdown.By.VISIBILITY, Breakdown.By.SIZE, Breakdown.By.JOINTS),
          false,
          null);

  /**
   * Measures a network.
   *
   * @param weights a checkpoint
   * @param config that it was trained with
   */
  public Measurement of(Path weights, RunConfig config, Progress progress) throws IOException {
    PoseMetric metric = PoseMetric.of(dataset.metric());
    ModelEvaluation model = ModelEvaluation.prepare(weights, dataset, people, null, progress);
    TrainConfig train = config.train();
    InferenceConfig inference =
        new InferenceConfig(
            train.device(),
            train.precision(),
            Math.min(train.batch(), LARGEST_BATCH),
            train.threads(),
            test.protocol().flip(),
            test.refine(),
            test.protocol().scales());
    OksTruth oks = metric.isSimilarity() ? OksTruth.read(dataset, split, null) : null;
    CrossFitted found = model.crossFitted(split, metric, oks, inference, progress);
    Map<String, Predictions> predicted = found.predicted();
    return new Measurement(
        Evaluation.of(
                dataset,
                split,
                people,
                oks,
                predicted,
                List.of(metric),
                metric.isSimilarity() ? Details.NONE : PARTS)
            .withNetwork(found.network()),
        PersonErrors.of(dataset, people, predicted, metric, oks),
        NetworkSize.of(config.model(), dataset.skeleton().size()),
        model.gallery(
            people.subList(0, Math.min(PICTURES, people.size())),
            test.of(model.decodes()),
            PICTURE_SIDE,
            inference));
  }
}
