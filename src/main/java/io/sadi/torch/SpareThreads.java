package io.sadi.torch;

import io.sadi.io.FailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;

/**
 * Whether the system starts as many threads as LibTorch is about to. LibTorch does not look: where
 * a limit of processes or of memory leaves it one thread short it waits for that thread for ever,
 * and OpenMP ends the process without a word of ours.
 */
final class SpareThreads {
  /** What the system sets aside for a native thread that does not say; Java's own take less. */
  private static final long STACK_BYTES = 8L << 20;

  private static final Path TASKS = Path.of("/proc/self/task");
  private static final int LOOKS = 20;
  private static final int LOOK_MS = 5;

  private SpareThreads() {}

  /**
   * Starts threads, all at once, and ends them.
   *
   * @param count of them
   * @throws FailedException if there are fewer to be had
   */
  static void check(int count) {
    check(count, task -> new Thread(null, task, "sadi-spare", STACK_BYTES));
  }

  static void check(int count, ThreadFactory threads) {
    long before = running();
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> started = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Thread thread = threads.newThread(() -> await(end));
        thread.setDaemon(true);
        thread.start();
        started.add(thread);
      }
    } catch (OutOfMemoryError e) { // Java's word for it
      throw new FailedException(
          "the system starts "
              + started.size()
              + " more threads, and LibTorch needs "
              + count
              + "; allow more (ulimit -u, ulimit -v, a container's limit of processes), or take"
              + " fewer: --threads 1",
          e);
    } finally {
      end.countDown();
      settle(started, before);
    }
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // which ends the thread as well
    }
  }

  /** A thread that Java has done with still counts until the system has, too. */
  private static void settle(List<Thread> threads, long before) {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
      for (int i = 0; i < LOOKS && running() > before; i++) {
        Thread.sleep(LOOK_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Threads of this process as the system counts them; 0 where it does not say. */
  private static long running() {
    try (Stream<Path> tasks = Files.list(TASKS)) {
      return tasks.count();
    } catch (IOException e) {
      return 0;
    }
  }
}
