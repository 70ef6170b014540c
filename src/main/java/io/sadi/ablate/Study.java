package io.sadi.ablate;

import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellFolder;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.Measuring;
import io.sadi.ablate.study.StudyData;
import io.sadi.config.Config;
import io.sadi.eval.Evaluation;
import io.sadi.io.BadInputException;
import io.sadi.io.Interruption;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.DeviceUnavailableException;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import io.sadi.train.TrainConfig;
import io.sadi.train.Training;
import io.sadi.train.Training.Mode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A study that is ready to run: {@link StudyPlan} with the people to train and measure on.
 *
 * <p>It is fair by construction. All networks of a seed see the same people in the same order, in
 * the same crops: what a batch holds depends on the seed, the epoch and the person's place alone
 * ({@link io.sadi.data.Batches}). Layers that two networks share by name and shape start from the
 * same weights, which depend on the seed and the layer's name alone ({@link
 * io.sadi.model.Parameters}). All are trained for as many steps, and measured on the same people
 * with their last weights: no epoch is chosen.
 *
 * @param plan the cells
 * @param people as the first cell's training has them; the others differ in the network alone
 * @param splits all that are used, as the study's folder keeps them
 * @param data the dataset's folder
 */
public record Study(StudyPlan plan, Training people, StudyData splits, Path data) {
  /**
   * What came of it.
   *
   * @param failures why cells failed
   * @param elsewhere cells that another process is at
   * @param interrupted whether the process was told to end before all cells were tried
   */
  public record Outcome(Map<Cell, String> failures, List<Cell> elsewhere, boolean interrupted) {}

  /**
   * Reads the dataset.
   *
   * @param progress is told what is odd
   * @throws BadInputException where it has nobody to measure on, or is not the one that a resumed
   *     study was measured on
   */
  public static Study prepare(StudyPlan plan, Path data, Progress progress) throws IOException {
    RunConfig first = plan.configs().values().iterator().next();
    Training people = training(first, data, plan.folder().path(), Mode.REFUSE);
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

  private static Training training(RunConfig config, Path data, Path run, Mode mode)
      throws IOException {
    return Training.prepare(
        Config.parse(config.yaml(), "the study's config"), true, data, run, mode, null);
  }

  private static void checkMeasurable(Training people, Path data) {
    if (people.validationPeople().isEmpty()) {
      throw BadInputException.at(
          data,
          "nobody in split '" + people.config().train().valSplit() + "'",
          "people to measure on",
          "name another split with --set data.val_split=NAME");
    }
  }

  private static void checkSame(StudyFolder folder, CellResult done, Training people) {
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
   * The cells of a part of the study, seed by seed: every variant is trained once before any is
   * trained again, so that a study that is looked at early compares them all.
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

  /** What a part of the study will take, from a few steps of each variant. */
  public Estimate estimate(Shard shard, Progress progress) throws IOException {
    return estimate(shard, people.people().size(), people.validationPeople().size(), progress);
  }

  /**
   * The same where the people are only some of those there will be.
   *
   * @param learners how many there will be to learn from
   * @param measured how many to measure on
   */
  public Estimate estimate(Shard shard, int learners, int measured, Progress progress)
      throws IOException {
    return Estimate.measure(plan, unfinished(shard), people, learners, measured, progress);
  }

  /**
   * Sees whether the devices are there that the networks ask for by name.
   *
   * @throws DeviceUnavailableException if one is not: no network could be trained
   */
  public void checkDevices() {
    plan.configs().values().stream()
        .map(config -> config.train().device())
        .distinct()
        .filter(device -> !List.of("auto", "cpu").contains(device))
        .forEach(ComputeDevice::of);
  }

  /** Writes down what is asked, and forgets why cells failed: they will be tried again. */
  public void begin(Shard shard) throws IOException {
    plan.folder().write(plan.designs(), plan.test(), splits);
    for (Cell cell : cells(shard)) {
      plan.folder().forgetFailure(cell);
    }
  }

  /**
   * Trains and measures, one after the other, every cell that is not finished and that no other
   * process is at, and writes the tables after each. A cell that fails is said and left, the others
   * go on. {@link #begin} comes first.
   *
   * @param explain what to tell a person about a failure, one line
   * @throws DeviceUnavailableException at once, as it would fail every cell
   */
  public Outcome run(Shard shard, Progress progress, Function<Throwable, String> explain)
      throws IOException {
    List<Cell> cells = cells(shard);
    Set<Cell> tried = new HashSet<>();
    try (Interruption.Guard guard = Interruption.guard()) {
      // Again, as a process may have died over a cell that it was at when we came by.
      for (int before = -1; tried.size() > before && !guard.requested(); ) {
        before = tried.size();
        for (Cell cell : cells) {
          if (!guard.requested() && tried.add(cell)) {
            if (!attempt(cell, cells, progress, explain)) {
              tried.remove(cell);
            }
          }
        }
      }
      plan.folder().writeReport();
      return outcome(shard, guard.requested());
    }
  }

  /** How a part of the study stands. */
  Outcome outcome(Shard shard, boolean interrupted) throws IOException {
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
    return new Outcome(failures, elsewhere, interrupted);
  }

  /** Sees to a cell; false where another process is at it. */
  private boolean attempt(
      Cell cell, List<Cell> cells, Progress progress, Function<Throwable, String> explain)
      throws IOException {
    StudyFolder folder = plan.folder();
    String name = cell + " (" + (1 + cells.indexOf(cell)) + " of " + cells.size() + ")";
    try (ProcessLock lock = folder.claim(cell)) {
      if (lock == null) {
        return false;
      }
      if (folder.cell(cell).isFinished()) {
        progress.note(name + ": finished already");
        return true;
      }
      if (folder.failure(cell) != null) {
        return true; // in another process, a moment ago
      }
      progress.note(name);
      try {
        Progress own = StudyJobs.speakingOf(cell, progress);
        if (train(cell, own) == RunState.INTERRUPTED) {
          return true;
        }
        measure(cell, own);
      } catch (DeviceUnavailableException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        if (e instanceof InterruptedIOException || e.getCause() instanceof InterruptedIOException) {
          return true; // it is measured when the study goes on
        }
        String reason = explain.apply(e);
        folder.fail(cell, reason);
        progress.warn(cell + " failed: " + reason);
      }
    }
    folder.writeReport();
    return true;
  }

  private void measure(Cell cell, Progress progress) throws IOException {
    CellFolder folder = plan.folder().cell(cell);
    if (folder.hasMeasurement()) {
      progress.note("measuring" + StudyFolder.ANEW);
      if (!folder.hasWeights()) {
        throw BadInputException.at(
            folder.path(),
            "no checkpoints/" + CellFolder.LAST,
            "the network, which an older version measured otherwise",
            "remove this folder to train it again, or name another --out");
      }
    }
    Measuring measuring =
        new Measuring(
            people.dataset(),
            people.config().train().valSplit(),
            people.validationPeople(),
            plan.test());
    folder.write(measuring.of(Training.last(folder.path()), config(cell), progress));
  }

  private RunConfig config(Cell cell) {
    RunConfig config = plan.configs().get(cell);
    if (config == null) {
      throw new IllegalArgumentException(cell.toString());
    }
    return config;
  }

  private RunState train(Cell cell, Progress progress) throws IOException {
    CellFolder folder = plan.folder().cell(cell);
    if (folder.state() == RunState.DONE) {
      return RunState.DONE; // trained, but not measured any more
    }
    Mode mode =
        !folder.isStarted()
            ? Mode.REFUSE
            : plan.existing() == Mode.RESUME_DIFFERENTLY ? Mode.RESUME_DIFFERENTLY : Mode.RESUME;
    RunConfig config = config(cell);
    Training training =
        isOfSamePeople(config.train())
            ? people.with(config, folder.path(), mode)
            : training(config, data, folder.path(), mode);
    return training.run(progress);
  }

  /** A variant may learn from other people: a study of how many it takes is one, too. */
  private boolean isOfSamePeople(TrainConfig train) {
    TrainConfig first = people.config().train();
    return train.trainSplit().equals(first.trainSplit())
        && train.limitTrain() == first.limitTrain();
  }
}
