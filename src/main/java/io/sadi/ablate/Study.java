package io.sadi.ablate;

import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.eval.Details;
import io.sadi.eval.Evaluation;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Predictions;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.InferenceConfig;
import io.sadi.predict.ModelEvaluation;
import io.sadi.predict.Refine;
import io.sadi.torch.DeviceUnavailableException;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import io.sadi.train.TrainConfig;
import io.sadi.train.Training;
import io.sadi.train.Training.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A study that is ready to run: {@link StudyPlan} with the people to train and measure on.
 *
 * @param plan the cells
 * @param people as the first cell's training has them; the others differ in the network alone
 */
public record Study(StudyPlan plan, Training people) {
  private static final int LARGEST_BATCH = 256;

  /**
   * What came of it.
   *
   * @param failures why cells failed
   * @param interrupted whether the process was told to end before all cells were tried
   */
  public record Outcome(Map<Cell, String> failures, boolean interrupted) {}

  /**
   * Reads the dataset.
   *
   * @throws BadInputException where it has nobody to measure on, or is not the one that a resumed
   *     study was measured on
   */
  public static Study prepare(StudyPlan plan, Path data) throws IOException {
    RunConfig first = plan.configs().values().iterator().next();
    Training people =
        Training.prepare(
            Config.parse(first.yaml(), "the study's config"),
            true,
            data,
            plan.folder().path(),
            Mode.REFUSE,
            null);
    if (people.validationPeople().isEmpty()) {
      throw BadInputException.at(
          data,
          "nobody in split '" + first.train().valSplit() + "'",
          "people to measure on",
          "name another split with --set data.val_split=NAME");
    }
    Dataset dataset = people.dataset();
    for (CellResult done : plan.folder().finished()) {
      Evaluation evaluation = done.evaluation();
      if (!evaluation.dataset().equals(dataset.name())
          || evaluation.people() != people.validationPeople().size()) {
        throw BadInputException.at(
            plan.folder().path() + ": " + done.cell(),
            "measured on " + evaluation.people() + " people of " + evaluation.dataset(),
            people.validationPeople().size() + " of " + dataset.name() + " as in " + data,
            "a study has one dataset: name it with --data, or another study with --out");
      }
    }
    return new Study(plan, people);
  }

  /** One line on the data and the first network. */
  public String describe() {
    return people.describe();
  }

  /**
   * Trains and measures every cell that is not finished, and writes the tables after each. A cell
   * that fails is said and left, the others go on.
   *
   * @param explain what to tell a person about a failure, one line
   * @throws DeviceUnavailableException at once, as it would fail every cell
   */
  public Outcome run(Progress progress, Function<Throwable, String> explain) throws IOException {
    plan.folder().writeDesigns(plan.designs());
    Map<Cell, String> failures = new LinkedHashMap<>();
    int number = 0;
    for (Map.Entry<Cell, RunConfig> entry : plan.configs().entrySet()) {
      Cell cell = entry.getKey();
      String name = cell + " (" + ++number + " of " + plan.configs().size() + ")";
      if (plan.folder().isFinished(cell)) {
        progress.note(name + ": finished already");
        continue;
      }
      progress.note(name);
      try {
        if (train(cell, entry.getValue(), progress) == RunState.INTERRUPTED) {
          plan.folder().writeReport(failures);
          return new Outcome(failures, true);
        }
        plan.folder().finish(cell, measure(cell, entry.getValue().train(), progress));
      } catch (DeviceUnavailableException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        String reason = explain.apply(e);
        failures.put(cell, reason);
        progress.warn(cell + " failed: " + reason);
      }
      plan.folder().writeReport(failures);
    }
    plan.folder().writeReport(failures);
    return new Outcome(failures, false);
  }

  private RunState train(Cell cell, RunConfig config, Progress progress) throws IOException {
    StudyFolder folder = plan.folder();
    if (folder.state(cell) == RunState.DONE) {
      return RunState.DONE; // trained, but not measured any more
    }
    Mode mode = folder.isStarted(cell) ? Mode.RESUME : Mode.REFUSE;
    return people.with(config, folder.run(cell), mode).run(progress);
  }

  private Evaluation measure(Cell cell, TrainConfig config, Progress progress) throws IOException {
    Dataset dataset = people.dataset();
    Path best = Training.best(plan.folder().run(cell));
    Map<String, Predictions> predicted =
        ModelEvaluation.prepare(best, dataset, people.validationPeople(), null, progress)
            .run(
                new InferenceConfig(
                    config.device(),
                    config.precision(),
                    Math.min(config.batch(), LARGEST_BATCH),
                    config.threads(),
                    false,
                    Refine.QUARTER),
                progress);
    return Evaluation.of(
        dataset,
        config.valSplit(),
        people.validationPeople(),
        predicted,
        List.of(PoseMetric.of(dataset.metric())),
        Details.NONE);
  }
}
