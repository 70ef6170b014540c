package io.sadi.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** What tests that send signals need to know. */
public final class Signals {
  /** SIGINT's bit in the kernel's masks. */
  private static final long SIGINT = 1L << 1;

  private Signals() {}

  /**
   * Skips a test that sends SIGINT where this process was started with it ignored, as shells do for
   * jobs in the background: its children inherit that, and would wait forever.
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
            (ignored & SIGINT) == 0,
            "skipped: SIGINT is ignored here, as in a shell's background; run in the foreground");
      }
    }
  }
}
