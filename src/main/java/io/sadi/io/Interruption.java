package io.sadi.io;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM for work that wants to save its state first. Such work holds a {@link #guard}
 * and looks at {@link Guard#requested} between steps; the process then waits for the guard to close
 * before it ends, with the signal's own exit code (130 or 143). A second signal ends it at once, as
 * does the first for work without a guard.
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

  private static final int LOOKS_A_SECOND = 10;

  private static volatile boolean asked;

  private Interruption() {}

  /** Asks the work under way to stop as a signal would, without ending the process. */
  public static void request() {
    asked = true;
  }

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
      return requested || asked;
    }

    private void awaitClose() {
      requested = true;
      try {
        for (long i = 0; i < PATIENCE_SECONDS * LOOKS_A_SECOND; i++) {
          if (closed.await(1000 / LOOKS_A_SECOND, TimeUnit.MILLISECONDS)) {
            return;
          }
          haltIfAskedTwice();
        }
        System.err.println("sadi: the work did not stop in " + PATIENCE_SECONDS + " s; ending");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /**
     * Whoever asks twice does not want to wait, and what was saved last is whole. The JVM hears a
     * signal in a thread of that name, which waits for this hook as the first one's does; there is
     * no other way to know that is not the JDK's own business.
     */
    private static void haltIfAskedTwice() {
      List<String> heard =
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> name.equals("SIGINT handler") || name.equals("SIGTERM handler"))
              .toList();
      if (heard.size() > 1) {
        Runtime.getRuntime().halt(heard.contains("SIGINT handler") ? 130 : 143);
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
