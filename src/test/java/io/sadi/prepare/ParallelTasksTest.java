package io.sadi.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.Interruption;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who removes a folder after a failure must not find files in it that came later. */
class ParallelTasksTest {
  /** Several threads, however few processors there are. */
  private static void onThreads(Callable<Void> work) throws Exception {
    ForkJoinPool threads = new ForkJoinPool(4);
    try {
      threads.submit(work).get();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whatIsUnderWayEndsBeforeAFailureIsThrown() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch failing = new CountDownLatch(1);
    AtomicBoolean written = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                onThreads(
                    () -> {
                      Thread caller = Thread.currentThread();
                      try {
                        ParallelTasks.forEach(
                            IntStream.range(0, 2),
                            i -> {
                              if (Thread.currentThread() == caller) {
                                await(begun);
                                failing.countDown();
                                throw new IOException("disk full");
                              }
                              begun.countDown();
                              await(failing);
                              pause(); // the failure would be thrown meanwhile
                              written.set(true);
                            });
                      } finally {
                        assertThat(written).as("when the failure is thrown").isTrue();
                      }
                      return null;
                    }))
        .rootCause()
        .isInstanceOf(IOException.class)
        .hasMessage("disk full");
  }

  @Test
  void afterAFailureNothingElseIsBegun() {
    AtomicInteger begun = new AtomicInteger();
    assertThatThrownBy(
            () ->
                ParallelTasks.forEach(
                    IntStream.range(0, 100_000),
                    i -> {
                      begun.incrementAndGet();
                      throw new IllegalStateException("broken");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(begun.get()).as("one a thread at most").isLessThanOrEqualTo(1000);
  }

  @Test
  void aProcessThatIsToEndBeginsNothing() throws IOException {
    AtomicInteger begun = new AtomicInteger();
    try (Interruption.Guard guard = Interruption.guard()) {
      Interruption.request();
      assertThat(guard.requested()).isTrue();
      assertThatThrownBy(
              () -> ParallelTasks.forEach(IntStream.range(0, 10), i -> begun.incrementAndGet()))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("interrupted; nothing was written");
    }
    assertThat(begun).hasValue(0);
    ParallelTasks.forEach(IntStream.range(0, 10), i -> begun.incrementAndGet());
    assertThat(begun).hasValue(10);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
