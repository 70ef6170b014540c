package io.sadi.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** What tests need that send signals to processes and wait for their end. */
public final class Signals {
  /** SIGINT's bit in the kernel's masks. */
  private static final long SIGINT = 1L << 1;

  private static final long SIGHUP = 1;

  private Signals() {}

  /** Sends a signal, such as {@code INT}, to a process. */
  public static void send(String signal, long pid) throws IOException {
    Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid)).start();
    assertThat(exitCode(kill)).as("kill -" + signal + " " + pid).isZero();
  }

  /** Waits for a process to end by itself: at most five minutes, so that no test hangs. */
  public static int exitCode(Process process) {
    try {
      boolean ended = process.waitFor(5, TimeUnit.MINUTES);
      assertThat(ended).as(process.info() + " has ended").isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * Skips a test that sends SIGINT or SIGHUP where this process was started with it ignored, as
   * shells do for jobs in the background and nohup does: its children inherit that, and would wait
   * forever.
   */
  public static void assumeInterruptible() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return;
    }
    for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("SigIgn:")) {
        long ignored = Long.parseUnsignedLong(line.substring(7).strip(), 16);
        Assumptions.assumeTrue(
            (ignored & (SIGINT | SIGHUP)) == 0,
            "skipped: SIGINT or SIGHUP is ignored here, as in a shell's background or under nohup;"
                + " run in the foreground");
      }
    }
  }
}
