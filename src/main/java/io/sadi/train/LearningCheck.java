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
 * Warns if a run does not learn. Wrong arithmetic, wrong annotations and a bad learning rate can
 * all give finite losses, epoch after epoch.
 *
 * <p>There are two checks, each made once, at the first epoch that allows it: whether the loss has
 * fallen since the first epoch, and whether the network is better than the mean pose. There is at
 * most one warning.
 */
final class LearningCheck {
  /** After so many steps a network that learns has measurably improved. */
  static final int STEPS = 2000;

  /** The mean losses of two epochs differ by less if nothing is learned, relative. */
  private static final double NOISE = 0.01;

  private final int patience;
  private final Supplier<MetricResult> meanPose;
  private double first = Double.NaN;
  private boolean comparedLosses;
  private boolean comparedValidation;
  private boolean spoke;

  /**
   * @param patience steps before which nothing is checked
   * @param meanPose result of the mean pose on the validation people; computed at most once
   */
  LearningCheck(int patience, Supplier<MetricResult> meanPose) {
    this.patience = patience;
    this.meanPose = meanPose;
  }

  /**
   * Of a run whose losses alone are compared.
   *
   * @param patience steps before which nothing is checked
   */
  static LearningCheck ofLosses(int patience) {
    return new LearningCheck(
        patience,
        () -> {
          throw new IllegalStateException("no validation is compared");
        });
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

  /** Continues after the epochs of these rows of metrics.csv, which have been checked before. */
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
   * Checks the next epoch.
   *
   * @param steps done by its end since the run began
   * @param loss mean over its steps
   * @param validation one result a decode, fused first; empty where it was not validated
   * @return the warning, one line; empty if there is none
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
