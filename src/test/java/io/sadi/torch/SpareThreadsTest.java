package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.FailedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** LibTorch waits for ever for a thread that the system does not give it: it is asked first. */
class SpareThreadsTest {
  private final List<Thread> asked = new ArrayList<>();

  /** A system that starts three threads and no more. */
  private Thread scarce(Runnable task) {
    Thread thread =
        asked.size() < 3
            ? new Thread(task)
            : new Thread(task) {
              @Override
              public synchronized void start() {
                throw new OutOfMemoryError(
                    "unable to create native thread: possibly out of memory");
              }
            };
    asked.add(thread);
    return thread;
  }

  @Test
  void thoseThatThereAreHaveEndedAfterwards() {
    SpareThreads.check(3, this::scarce);
    assertThat(asked).hasSize(3).noneMatch(Thread::isAlive);
    SpareThreads.check(4);
  }

  @Test
  void oneTooFewIsSaidWithWhatToDo() {
    assertThatThrownBy(() -> SpareThreads.check(4, this::scarce))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith("the system starts 3 more threads, and LibTorch needs 4;")
        .hasMessageContaining("ulimit -u")
        .hasMessageContaining("--threads 1");
    assertThat(asked).noneMatch(Thread::isAlive);
  }

  @Test
  void manyAreAsManyAsAreAskedFor() {
    Torch.load();
    int before = Torch.threads();
    Torch.threads(0);
    assertThat(Torch.threads()).isEqualTo(before);
    Torch.threads(2);
    assertThat(Torch.threads()).isEqualTo(2);
    Torch.threads(before);
  }
}
