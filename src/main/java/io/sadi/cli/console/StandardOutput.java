package io.sadi.cli.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Stdout that remembers why it failed. A reader that has seen enough ({@code | head}) is no
 * failure: {@link ReaderGone} ends the command quietly. A full disk is one.
 */
final class StandardOutput extends OutputStream {

  /** The reader of our stdout has closed it. */
  static final class ReaderGone extends IOException {
    private static final long serialVersionUID = 1L;

    ReaderGone(IOException cause) {
      super("the reader of stdout is gone", cause);
    }
  }

  private final OutputStream stream;
  private @Nullable IOException failure;

  StandardOutput(OutputStream stream) {
    this.stream = stream;
  }

  /** The first failure, or null. Print streams swallow it, so it is asked for at the end. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public void write(int b) throws IOException {
    attempt(() -> stream.write(b));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    attempt(() -> stream.write(bytes, offset, length));
  }

  @Override
  public void flush() throws IOException {
    attempt(stream::flush);
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Attempt attempt) throws IOException {
    if (failure != null) {
      // A new one each time: try-with-resources may add this to the first as suppressed.
      throw failure instanceof ReaderGone
          ? new ReaderGone(failure)
          : new IOException(failure.getMessage(), failure);
    }
    try {
      attempt.run();
    } catch (IOException e) {
      failure = isClosedPipe(e) ? new ReaderGone(e) : e;
      throw failure;
    }
  }

  private static boolean isClosedPipe(IOException e) {
    if ("Broken pipe".equals(e.getMessage())) {
      return true;
    }
    if (Failures.isDiskFull(String.valueOf(e.getMessage()))) {
      return false;
    }
    // Messages may be in the user's language; what can fail on a pipe is only its other end.
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException | UnsupportedOperationException noProc) {
      return false;
    }
  }
}
