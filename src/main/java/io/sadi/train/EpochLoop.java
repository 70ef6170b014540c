package io.sadi.train;

import io.sadi.io.Interruption;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A training's way from one epoch to the next: how it begins, goes on and ends, and what its folder
 * then says. What an epoch is made of is the subclass's.
 */
abstract class EpochLoop {
  /** With a single validation there is no telling whether the network still improves. */
  private static final int FEWEST_VALIDATIONS = 2;

  private final TrainConfig settings;
  private final RunFolder folder;
  private Position position = Position.START;
  private Position lastSaved = Position.START;
  private long saved = System.nanoTime();

  EpochLoop(TrainConfig settings, RunFolder folder) {
    this.settings = settings;
    this.folder = folder;
  }

  /**
   * The steps of the next epoch that are left, and what follows them.
   *
   * @return false if it was interrupted before its end
   */
  abstract boolean epoch(Interruption.Guard guard) throws IOException;

  /** Writes the state at the current position. */
  abstract void writeState() throws IOException;

  /** Writes {@code summary.json}. */
  abstract void summary(RunState state) throws IOException;

  /** Tells the person, and the run's log. */
  abstract void note(String line) throws IOException;

  /** Trains to the end or until interrupted. Either way the folder then holds all that was done. */
  final RunState run() throws IOException {
    if (isComplete()) {
      note("the run is complete, after epoch " + position.epoch());
      if (!folder.isDone(position.epoch())) { // it was killed after its last state
        summary(RunState.DONE);
      }
      return RunState.DONE;
    }
    summary(RunState.RUNNING);
    try (Interruption.Guard guard = Interruption.guard()) {
      while (!isComplete()) {
        if (!epoch(guard)) {
          if (!position.equals(lastSaved)) {
            save();
          }
          summary(RunState.INTERRUPTED);
          note("interrupted after step " + position.steps() + "; --resume goes on from here");
          return RunState.INTERRUPTED;
        }
      }
      summary(RunState.DONE);
      return RunState.DONE;
    } catch (IOException | RuntimeException | Error e) {
      failed(e);
      throw e;
    }
  }

  /** Where the summary cannot be written either, the first cause is what a person must read. */
  private void failed(Throwable cause) {
    try {
      summary(RunState.FAILED);
    } catch (IOException | RuntimeException | Error e) {
      cause.addSuppressed(e);
    }
  }

  final Position position() {
    return position;
  }

  final void moveTo(Position next) {
    position = next;
  }

  /** Whether no epoch is left, or enough of them were no better than the best. */
  final boolean isComplete() {
    return isComplete(position, settings);
  }

  /** The same of any position. */
  static boolean isComplete(Position position, TrainConfig settings) {
    if (position.epoch() >= settings.epochs()) {
      return true;
    }
    // Patience is asked after validations alone: an epoch without one is no worse than the best.
    return settings.patience() > 0
        && position.best().epoch() > 0
        && position.current().steps() == 0
        && position.epoch() % settings.evalEvery() == 0
        && position.epoch() / settings.evalEvery() >= FEWEST_VALIDATIONS
        && position.epoch() - position.best().epoch() >= settings.patience();
  }

  /** Saves the state. */
  final void save() throws IOException {
    writeState();
    lastSaved = position;
    saved = System.nanoTime();
  }

  /** Whether the last state is as old as the config allows within an epoch. */
  final boolean isTimeToSave() {
    long minutes = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - saved);
    return settings.saveMinutes() > 0 && minutes >= settings.saveMinutes();
  }
}
