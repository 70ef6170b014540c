package io.sadi.ablate;

import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellFolder;
import io.sadi.ablate.study.Measuring;
import io.sadi.io.BadInputException;
import io.sadi.io.Interruption;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.torch.DeviceUnavailableException;
import io.sadi.train.RunState;
import io.sadi.train.TrainJob;
import io.sadi.train.TrainJob.Mode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Runs a part of a study in this process: trains and measures, one after the other, each cell that
 * is not finished and that no other process has claimed.
 */
final class StudyRun {
  private final Study study;
  private final StudyFolder folder;
  private final Shard shard;
  private final List<Cell> cells;
  private final Progress progress;
  private final Function<Throwable, String> explain;

  /**
   * @param explain a failure for a person, one line
   */
  StudyRun(Study study, Shard shard, Progress progress, Function<Throwable, String> explain) {
    this.study = study;
    this.folder = study.plan().folder();
    this.shard = shard;
    this.cells = study.cells(shard);
    this.progress = progress;
    this.explain = explain;
  }

  /**
   * Runs the cells, and writes the reports after each. A cell that fails is noted, and the others
   * go on.
   *
   * @throws DeviceUnavailableException at once, as it would fail every cell
   */
  Study.StudyOutcome run() throws IOException {
    Set<Cell> claimed = new HashSet<>();
    try (Interruption.Guard guard = Interruption.guard()) {
      // Repeated while cells can be claimed: another process may have died while it had one.
      for (boolean again = true; again; ) {
        again = false;
        for (Cell cell : cells) {
          if (guard.requested() || claimed.contains(cell)) {
            continue;
          }
          try (ProcessLock claim = folder.claim(cell)) {
            if (claim == null) {
              continue;
            }
            claimed.add(cell);
            again = true;
            if (isOpen(cell)) {
              trainAndMeasure(cell);
            }
          }
        }
      }
      folder.writeReport();
      return study.outcome(shard, guard.requested());
    }
  }

  /** Whether a claimed cell is to be run: another process may have done so before. */
  private boolean isOpen(Cell cell) throws IOException {
    if (folder.cell(cell).isFinished()) {
      progress.note(name(cell) + ": finished already");
      return false;
    }
    return folder.failure(cell) == null;
  }

  private String name(Cell cell) {
    return cell + " (" + (1 + cells.indexOf(cell)) + " of " + cells.size() + ")";
  }

  /** An interruption leaves the cell open: it goes on when the study is resumed. */
  private void trainAndMeasure(Cell cell) throws IOException {
    progress.note(name(cell));
    Progress own = StudyJobs.speakingOf(cell, progress);
    try {
      if (train(cell, own) == RunState.INTERRUPTED) {
        return;
      }
      measure(cell, own);
    } catch (DeviceUnavailableException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (e instanceof InterruptedIOException || e.getCause() instanceof InterruptedIOException) {
        return;
      }
      String reason = explain.apply(e);
      folder.fail(cell, reason);
      progress.warn(cell + " failed: " + reason);
    }
    folder.writeReport();
  }

  private RunState train(Cell cell, Progress own) throws IOException {
    CellFolder run = folder.cell(cell);
    if (run.state() == RunState.DONE) {
      return RunState.DONE; // it lacks the measurement only
    }
    Mode mode =
        !run.isStarted()
            ? Mode.REFUSE
            : study.plan().existing() == Mode.RESUME_DIFFERENTLY
                ? Mode.RESUME_DIFFERENTLY
                : Mode.RESUME;
    return study.job(cell, run.path(), mode).run(own);
  }

  private void measure(Cell cell, Progress own) throws IOException {
    CellFolder run = folder.cell(cell);
    if (run.hasMeasurement() && !run.isMeasured()) {
      own.note("measuring" + StudyFolder.ANEW);
      if (!run.hasWeights()) {
        throw BadInputException.at(
            run.path(),
            "no checkpoints/" + CellFolder.LAST,
            "the network, which an older version measured otherwise",
            "remove this folder to train it again, or name another --out");
      }
    }
    TrainJob people = study.people();
    Measuring measuring =
        new Measuring(
            people.dataset(),
            people.config().train().valSplit(),
            people.validationPeople(),
            study.plan().test());
    run.write(measuring.of(TrainJob.last(run.path()), study.config(cell), own));
  }
}
