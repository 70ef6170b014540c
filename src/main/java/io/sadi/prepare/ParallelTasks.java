package io.sadi.prepare;

import io.sadi.io.Interruption;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Work on many things at once in a folder that is removed where the work fails. A parallel stream
 * throws what one task throws while others still write; their files would bring the folder back.
 */
final class ParallelTasks {
  /** The work on one of the things. */
  @FunctionalInterface
  interface NumberedTask {
    void run(int number) throws IOException;
  }

  private ParallelTasks() {}

  /**
   * Does a task for each number. When one fails, or the process is told to end, no other is begun,
   * and those under way come to their end before this method throws.
   *
   * @throws java.io.InterruptedIOException where the process is told to end
   */
  static void forEach(IntStream numbers, NumberedTask task) throws IOException {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    numbers
        .parallel()
        .forEach(
            number -> {
              if (failure.get() == null) {
                try {
                  Interruption.checkNotRequested();
                  task.run(number);
                } catch (IOException | RuntimeException | Error e) {
                  failure.compareAndSet(null, e);
                }
              }
            });
    Throwable first = failure.get();
    if (first instanceof IOException e) {
      throw e;
    }
    if (first instanceof RuntimeException e) {
      throw e;
    }
    if (first instanceof Error e) {
      throw e;
    }
  }
}
