package io.sadi.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ctrl-C, SIGTERM and SIGHUP for work that wants to save its state first. Such work holds a {@link
 * #guard} and checks {@link Guard#requested} between steps. The process ends when the guard is
 * closed, by the signal itself, so that a script sees exit code 130, 143 or 129. A second signal
 * ends it at once, as does the first where there is no guard.
 *
 * <pre>{@code
 * try (Interruption.Guard guard = Interruption.guard()) {
 *   while (moreToDo && !guard.requested()) step();
 *   save();
 * }
 * }</pre>
 */
public final class Interruption {
  private static final int LOOKS_A_SECOND = 10;
  private static final int LAST_MS = 5000;

  private static final Set<Guard> OPEN = new HashSet<>();
  private static volatile boolean asked;

  /** Whether it was a signal. */
  private static boolean ending;

  private Interruption() {}

  /**
   * Asks guarded work to stop as a signal would, without ending the process. The request is dropped
   * when the last guard is closed.
   */
  public static void request() {
    asked = true;
  }

  /** Whether the work under way is to stop, for work that is a part of a guarded one. */
  public static boolean requested() {
    return asked;
  }

  /**
   * Ends a part of guarded work that leaves nothing behind.
   *
   * @throws InterruptedIOException where it is to stop
   */
  public static void checkNotRequested() throws InterruptedIOException {
    if (asked) {
      throw new InterruptedIOException("interrupted; nothing was written");
    }
  }

  /** From now on signals end this process as said above. The main program does this once. */
  public static void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(Interruption::end, "sadi-interruption"));
  }

  /** A stretch of work that the process's end waits for. */
  public static final class Guard implements AutoCloseable {
    private Guard() {}

    /** Whether the process has been told to end. */
    public boolean requested() {
      return asked;
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        OPEN.remove(this);
        asked &= ending || !OPEN.isEmpty();
        OPEN.notifyAll();
      }
    }
  }

  public static Guard guard() {
    synchronized (OPEN) {
      Guard guard = new Guard();
      OPEN.add(guard);
      return guard;
    }
  }

  /** What the JVM does when it ends, of a signal or otherwise. */
  private static void end() {
    List<String> signals = heard();
    if (signals.isEmpty()) {
      return; // the program has come to its end
    }
    synchronized (OPEN) {
      asked = true;
      ending = true;
      while (!OPEN.isEmpty() && signals.size() < 2) {
        try {
          OPEN.wait(1000 / LOOKS_A_SECOND);
        } catch (InterruptedException e) {
          break;
        }
        signals = heard();
      }
    }
    die(signals.get(0));
  }

  /**
   * The signals received so far, such as INT. The JVM handles each in a thread named after it,
   * which then waits for this thread. Only the names of these threads tell, without internals of
   * the JDK.
   */
  private static List<String> heard() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("SIG(INT|TERM|HUP) handler"))
        .map(name -> name.substring(3, name.indexOf(' ')))
        .toList();
  }

  /**
   * Ends the process by the signal's default action. The JVM's own exit runs C's exit handlers,
   * which destroy LibTorch's static objects while other threads still compute with them: every
   * second Ctrl-C became a segmentation fault and exit code 134.
   */
  private static void die(String name) {
    try {
      stopHearing(name);
      String kill = "kill -" + name + " " + ProcessHandle.current().pid();
      new ProcessBuilder("sh", "-c", kill).start().waitFor();
      Thread.sleep(LAST_MS); // until the kernel ends the process
    } catch (ReflectiveOperationException | IOException | InterruptedException e) {
      // Another kind of system: then as its JVM does it.
    }
    Runtime.getRuntime().halt(name.equals("INT") ? 130 : name.equals("TERM") ? 143 : 129);
  }

  /**
   * Gives a signal back to the system. Called by name, because javac warns of this class, which is
   * supported (JEP 260), whatever one writes, and its warnings are errors here.
   */
  private static void stopHearing(String name) throws ReflectiveOperationException {
    Class<?> signals = Class.forName("sun.misc.Signal");
    Class<?> handlers = Class.forName("sun.misc.SignalHandler");
    Object signal = signals.getConstructor(String.class).newInstance(name);
    Object byDefault = handlers.getField("SIG_DFL").get(null);
    signals.getMethod("handle", signals, handlers).invoke(null, signal, byDefault);
  }
}
