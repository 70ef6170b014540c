package io.sadi.ablate;

import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.StudyData;
import io.sadi.config.Config;
import io.sadi.data.Fingerprint;
import io.sadi.eval.Evaluation;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.DeviceUnavailableException;
import io.sadi.train.RunConfig;
import io.sadi.train.TrainConfig;
import io.sadi.train.TrainJob;
import io.sadi.train.TrainJob.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * A study that is ready to run: a {@link StudyPlan} with the people to train and measure on.
 *
 * <p>The comparison is fair by construction. All networks of a seed see the same people in the same
 * order, in the same crops: a batch depends only on the seed, the epoch and the person's place
 * ({@link io.sadi.data.Batches}). Layers that two networks share by name and shape start from the
 * same weights, which depend only on the seed and the layer's name ({@link
 * io.sadi.model.Parameters}). All are trained for the same number of steps, and measured on the
 * same people with their last weights: no epoch is chosen.
 *
 * @param plan the cells
 * @param people training and validation people of the first cell
 * @param splits fingerprints of all splits that are used
 * @param data the dataset's folder
 */
public record Study(StudyPlan plan, TrainJob people, StudyData splits, Path data) {
  /**
   * The result of a run.
   *
   * @param failures why cells failed
   * @param elsewhere unfinished cells that another process has claimed
   * @param interrupted whether the run was interrupted
   */
  public record StudyOutcome(
      Map<Cell, String> failures, List<Cell> elsewhere, boolean interrupted) {}

  /**
   * Reads the dataset.
   *
   * @param progress for warnings
   * @throws BadInputException if the dataset has no people to measure on, or a resumed study was
   *     measured on another one
   */
  public static Study prepare(StudyPlan plan, Path data, Progress progress) throws IOException {
    RunConfig first = plan.configs().values().iterator().next();
    TrainJob people = training(first, data, plan.folder().path(), Mode.REFUSE);
    checkMeasurable(people, data);
    StudyData now = StudyData.of(people.dataset(), splits(plan));
    StudyData before = plan.folder().data();
    if (plan.existing() == Mode.RESUME) {
      for (CellResult done : plan.folder().finished()) {
        checkSame(plan.folder(), done, people);
      }
      if (before != null) {
        before.check(now, data, plan.folder().path());
      }
    }
    if (before == null && !plan.folder().cells().isEmpty()) {
      progress.warn(
          plan.folder().path()
              + ": an older version began this study, without what it was trained on; going on with "
              + data);
    }
    return new Study(plan, people, now, data);
  }

  private static List<String> splits(StudyPlan plan) {
    return plan.configs().values().stream()
        .map(RunConfig::train)
        .flatMap(train -> Stream.of(train.trainSplit(), train.valSplit()))
        .distinct()
        .toList();
  }

  private static TrainJob training(RunConfig config, Path data, Path run, Mode mode)
      throws IOException {
    return TrainJob.prepare(
        Config.parse(config.yaml(), "the study's config"), true, data, run, mode, null);
  }

  private static void checkMeasurable(TrainJob people, Path data) {
    if (people.validationPeople().isEmpty()) {
      throw BadInputException.at(
          data,
          "nobody in split '" + people.config().train().valSplit() + "'",
          "people to measure on",
          "name another split with --set data.val_split=NAME");
    }
  }

  private static void checkSame(StudyFolder folder, CellResult done, TrainJob people) {
    Evaluation evaluation = done.evaluation();
    if (!evaluation.dataset().equals(people.dataset().name())
        || evaluation.people() != people.validationPeople().size()) {
      throw BadInputException.at(
          folder.path() + ": " + done.cell(),
          "measured on " + evaluation.people() + " people of " + evaluation.dataset(),
          people.validationPeople().size()
              + " of "
              + people.dataset().name()
              + " as in "
              + people.dataset().folder(),
          "a study has one dataset: name it with --data, another study with --out, or go on with this"
              + " one with --override-config");
    }
  }

  /** One line on the data and the first network. */
  public String describe() {
    return people.describe(1);
  }

  /**
   * The cells of a shard, seed by seed: all variants are trained with one seed before the next, so
   * that an unfinished study already compares them.
   */
  public List<Cell> cells(Shard shard) {
    List<Cell> cells = new ArrayList<>();
    int place = 0;
    for (Cell cell : plan.configs().keySet()) {
      if (place++ % shard.of() == shard.part() - 1) {
        cells.add(cell);
      }
    }
    cells.sort(Comparator.comparingInt(Cell::seed));
    return cells;
  }

  private List<Cell> unfinished(Shard shard) throws IOException {
    List<Cell> unfinished = new ArrayList<>();
    for (Cell cell : cells(shard)) {
      if (!plan.folder().cell(cell).isFinished()) {
        unfinished.add(cell);
      }
    }
    return unfinished;
  }

  /** Estimates a shard from a few steps of each variant. */
  public Estimate estimate(Shard shard, Progress progress) throws IOException {
    return estimate(
        shard,
        split -> {
          Fingerprint learners = splits.splits().get(split);
          return learners == null ? 0 : learners.people();
        },
        people.validationPeople().size(),
        progress);
  }

  /**
   * The same if the people are a sample.
   *
   * @param learners number of people in a split to learn from
   * @param measured number of people to measure on
   */
  Estimate estimate(Shard shard, ToIntFunction<String> learners, int measured, Progress progress)
      throws IOException {
    return Estimate.measure(plan, unfinished(shard), people, learners, measured, progress);
  }

  /**
   * Checks that the devices exist that the configs name.
   *
   * @throws DeviceUnavailableException if one does not exist
   */
  public void checkDevices() {
    plan.configs().values().stream()
        .map(config -> config.train().device())
        .distinct()
        .filter(device -> !List.of("auto", "cpu").contains(device))
        .forEach(ComputeDevice::of);
  }

  /**
   * Writes the study's file, and removes the notes of failures, so that these cells are tried
   * again.
   */
  public void begin(Shard shard) throws IOException {
    plan.folder().write(plan.designs(), plan.test(), splits);
    for (Cell cell : cells(shard)) {
      plan.folder().forgetFailure(cell);
    }
  }

  /**
   * Trains and measures the cells of a shard, as {@link StudyRun#run} says. {@link #begin} comes
   * first.
   *
   * @param explain a failure for a person, one line
   */
  public StudyOutcome run(Shard shard, Progress progress, Function<Throwable, String> explain)
      throws IOException {
    return new StudyRun(this, shard, progress, explain).run();
  }

  /** The status of a shard. */
  StudyOutcome outcome(Shard shard, boolean interrupted) throws IOException {
    Map<Cell, String> failures = new LinkedHashMap<>();
    List<Cell> elsewhere = new ArrayList<>();
    for (Cell cell : unfinished(shard)) {
      String failure = plan.folder().failure(cell);
      if (failure != null) {
        failures.put(cell, failure);
      } else {
        elsewhere.add(cell);
      }
    }
    return new StudyOutcome(failures, elsewhere, interrupted);
  }

  RunConfig config(Cell cell) {
    RunConfig config = plan.configs().get(cell);
    if (config == null) {
      throw new IllegalArgumentException(cell.toString());
    }
    return config;
  }

  /** The training of a cell. */
  TrainJob job(Cell cell, Path run, Mode mode) throws IOException {
    RunConfig config = config(cell);
    return isOfSamePeople(config.train())
        ? people.with(config, run, mode)
        : training(config, data, run, mode);
  }

  /** Variants may differ in the people that they learn from. */
  private boolean isOfSamePeople(TrainConfig train) {
    TrainConfig first = people.config().train();
    return train.trainSplit().equals(first.trainSplit())
        && train.limitTrain() == first.limitTrain();
  }
}
