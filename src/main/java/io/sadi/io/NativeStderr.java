package io.sadi.io;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Drops what native libraries write to standard error. libjpeg says "Corrupt JPEG data" there and
 * libpng complains about colour profiles, without a file name and from any thread; neither asks
 * Java first.
 */
public final class NativeStderr {
  private static final Path STDERR = Path.of("/dev/fd/2");
  private static final Path FLAGS = Path.of("/proc/self/fdinfo/2");

  private static boolean shared;

  private NativeStderr() {}

  /**
   * From now on drops what native code writes to standard error, and returns a stream that still
   * goes where standard error went, which is also {@code System.err}. Where this cannot be done,
   * both stay as they were, and {@link StdioStderr} keeps native code quiet where it can.
   */
  public static OutputStream silence() {
    try {
      if (!canBeOpenedAgain()) {
        shared = true;
        return ordinary();
      }
      FileOutputStream own = new FileOutputStream(STDERR.toFile(), true);
      // The JDK does not close 0, 1 and 2, whose numbers the next file would get: it points them
      // at /dev/null. It is the only way from Java to the descriptor that native code writes to.
      ordinary().close();
      System.setErr(new PrintStream(own, true, StandardCharsets.UTF_8));
      return own;
    } catch (IOException e) {
      shared = true;
      return ordinary(); // another system, or a terminal of somebody else's
    }
  }

  /**
   * A plain file that is not appended to (2> log) has a position that we share with the shell;
   * opened a second time it would have two, and what the shell writes next would overwrite what we
   * wrote.
   */
  private static boolean canBeOpenedAgain() throws IOException {
    if (!Files.isRegularFile(STDERR) || !Files.exists(FLAGS)) {
      return true; // without Linux's /proc, /dev/fd shares the position
    }
    final int append = 02000;
    for (String line : Files.readAllLines(FLAGS)) {
      if (line.startsWith("flags:")) {
        return (Integer.parseInt(line.substring("flags:".length()).strip(), 8) & append) != 0;
      }
    }
    return false;
  }

  /** Before the first library is loaded: keeps it quiet where {@link #silence} could not. */
  static void disconnect() {
    if (shared) {
      shared = false;
      StdioStderr.disconnect();
    }
  }

  private static FileOutputStream ordinary() {
    return new FileOutputStream(FileDescriptor.err);
  }
}
