package io.sadi.io;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM for work that wants to save its state first. Such work holds a {@link #guard}
 * and looks at {@link Guard#requested} between steps; the process then waits for the guard to close
 * before it ends, with the signal's own exit code (130 or 143). Work without a guard ends at once.
 *
 * <pre>{@code
 * try (Interruption.Guard guard = Interruption.guard()) {
 *   while (moreToDo && !guard.requested()) step();
 *   save();
 * }
 * }</pre>
 */
public final class Interruption {
  /** How long a signal waits for the state to be saved: longer than any step takes. */
  private static final long PATIENCE_SECONDS = 120;

  private Interruption() {}

  /** A stretch of work that the process's end waits for. */
  public static final class Guard implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::awaitClose, "sadi-interruption");
    private volatile boolean requested;

    private Guard() {
      Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the process has been told to end. */
    public boolean requested() {
      return requested;
    }

    private void awaitClose() {
      requested = true;
      try {
        boolean inTime = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!inTime) {
          System.err.println("sadi: the work did not stop in " + PATIENCE_SECONDS + " s; ending");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      closed.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending already: the hook is what has been waiting for this.
        return;
      }
    }
  }

  public static Guard guard() {
    return new Guard();
  }
}
