package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.config.Config;
import io.sadi.io.Interruption;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a training ends, and what it leaves behind then. */
class EpochLoopTest {
  @TempDir private Path folder;

  private static TrainConfig settings(String... sets) {
    Config config = Config.parse(NoisePeople.CONFIG, "tiny");
    for (String set : sets) {
      config.set(set);
    }
    return RunConfig.from(config).train();
  }

  /** A position after some epochs, of which every fifth was validated and better than before. */
  private static Position after(int epochs, int lastBetter) {
    Position position = Position.START;
    for (int epoch = 1; epoch <= epochs; epoch++) {
      boolean validated = epoch % 5 == 0;
      double accuracy = epoch <= lastBetter ? epoch : 0;
      position = position.nextEpoch(validated, accuracy, accuracy, 0, false);
    }
    return position;
  }

  /** Epochs that nobody validated are no worse than the best: a run that improves goes on. */
  @Test
  void patienceIsAskedAfterValidationsAlone() {
    TrainConfig settings = settings("train.epochs=40", "train.eval_every=5", "train.patience=3");
    for (int epochs = 1; epochs < 15; epochs++) {
      assertThat(EpochLoop.isComplete(after(epochs, 10), settings)).as("epoch " + epochs).isFalse();
    }
    assertThat(EpochLoop.isComplete(after(15, 15), settings)).isFalse();
    assertThat(EpochLoop.isComplete(after(15, 10), settings)).isTrue();
    assertThat(EpochLoop.isComplete(after(40, 40), settings)).isTrue();
  }

  /** A training whose epoch fails, and whose disk is full by then. */
  private final class Failing extends EpochLoop {
    private final Throwable cause;
    private final boolean full;
    private final List<RunState> said = new ArrayList<>();

    Failing(Throwable cause, boolean full) {
      super(settings(), RunFolder.at(folder));
      this.cause = cause;
      this.full = full;
    }

    @Override
    boolean epoch(Interruption.Guard guard) throws IOException {
      if (cause instanceof IOException e) {
        throw e;
      }
      if (cause instanceof Error e) {
        throw e;
      }
      throw (RuntimeException) cause;
    }

    @Override
    void writeState() {}

    @Override
    void summary(RunState state) throws IOException {
      if (full && state == RunState.FAILED) {
        throw new IOException("No space left on device");
      }
      said.add(state);
    }

    @Override
    void note(String line) {}
  }

  /** Who reads "No space left" looks for the wrong fault, and "running" is waited for in vain. */
  @Test
  void theFirstCauseOfAFailureIsWhatIsSaid() {
    for (Throwable cause :
        List.of(
            new IOException("a photo"),
            new IllegalStateException("a step"),
            new OutOfMemoryError("Physical memory usage is too high"))) {
      Failing full = new Failing(cause, true);
      assertThatThrownBy(full::run)
          .isSameAs(cause)
          .satisfies(
              e -> {
                assertThat(e.getSuppressed()).singleElement().asString().contains("No space left");
              });
      Failing loop = new Failing(cause, false);
      assertThatThrownBy(loop::run).isSameAs(cause);
      assertThat(loop.said)
          .as(cause.getMessage().toLowerCase(Locale.ROOT))
          .containsExactly(RunState.RUNNING, RunState.FAILED);
    }
  }
}
