package io.sadi.train;

import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.MetricResult;
import io.sadi.eval.OksTruth;
import io.sadi.eval.PoseMetric;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a run learns. Wrong arithmetic, wrong annotations and a learning rate that is far off all
 * give losses that are numbers, epoch after epoch.
 *
 * <p>It looks twice, each time at the first epoch that has what it takes: whether the loss has
 * fallen since the first epoch, and whether the network is better than the mean pose. It speaks
 * once.
 */
final class LearningCheck {
  /** Steps after which a network that learns has begun to. */
  static final int STEPS = 2000;

  /** The mean losses of two epochs differ by less where nothing is learned. */
  private static final double NOISE = 0.01;

  private final int patience;
  private final Supplier<MetricResult> meanPose;
  private double first = Double.NaN;
  private boolean comparedLosses;
  private boolean comparedValidation;
  private boolean spoke;

  /**
   * @param patience steps after which it looks
   * @param meanPose how good the mean pose is on the people that are validated; asked at most once
   */
  LearningCheck(int patience, Supplier<MetricResult> meanPose) {
    this.patience = patience;
    this.meanPose = meanPose;
  }

  /** Of a run that learns from {@code people} and is validated on others. */
  static LearningCheck of(
      int patience, Dataset dataset, List<Person> people, List<Person> validationPeople) {
    return new LearningCheck(
        patience,
        () -> {
          PoseMetric metric = PoseMetric.of(dataset.metric());
          return MetricResult.of(
              metric,
              "mean pose",
              dataset.skeleton(),
              validationPeople,
              MeanPose.of(people, dataset.skeleton().size()).predict(validationPeople),
              metric.isSimilarity() ? OksTruth.of(validationPeople, dataset.skeleton()) : null,
              false);
        });
  }

  /** Goes on after the epochs of these rows of metrics.csv, of which it says nothing any more. */
  void resume(List<List<String>> rows) {
    for (List<String> row : rows) {
      long steps = (long) EpochResult.number(row, "steps");
      double loss = EpochResult.number(row, "loss");
      spoke |= isToBeCompared(steps, loss) && !hasFallen(loss);
      comparedValidation |=
          steps >= patience
              && !Double.isNaN(EpochResult.number(row, "val_fused_mean_joint_weighted"));
    }
  }

  /**
   * Looks at the epoch after those so far.
   *
   * @param steps done by its end since the run began
   * @param loss mean over its steps
   * @param validation one result a decode, fused first; empty where it was not validated
   * @return what a person should know, one line
   */
  Optional<String> after(long steps, double loss, List<MetricResult> validation) {
    String found = "";
    if (isToBeCompared(steps, loss) && !hasFallen(loss)) {
      found =
          String.format(
              Locale.ROOT,
              "after %d steps the loss is %.4f, in the first epoch it was %.4f",
              steps,
              loss,
              first);
    } else if (!comparedValidation && steps >= patience && !validation.isEmpty()) {
      comparedValidation = true;
      MetricResult network = validation.get(0);
      MetricResult guess = meanPose.get();
      if (network.meanJointWeighted() <= guess.meanJointWeighted()) {
        found =
            String.format(
                Locale.ROOT,
                "after %d steps validation has %s %s %.2f, and the mean pose, which looks at no"
                    + " picture, has %.2f",
                steps,
                network.decode(),
                network.metric().label(),
                network.meanJointWeighted(),
                guess.meanJointWeighted());
      }
    }
    if (found.isEmpty() || spoke) {
      return Optional.empty();
    }
    spoke = true;
    return Optional.of(
        found
            + ": the network does not learn; run 'sadi doctor', look at the run's augmented.jpg, or"
            + " try another train.lr");
  }

  /** Whether this is the epoch whose loss is compared with the first one's. */
  private boolean isToBeCompared(long steps, double loss) {
    if (Double.isNaN(first)) {
      first = loss;
      return false;
    }
    boolean counts = !comparedLosses && steps >= patience && !Double.isNaN(loss);
    comparedLosses |= counts;
    return counts;
  }

  private boolean hasFallen(double loss) {
    return loss < first - NOISE * Math.abs(first);
  }
}
