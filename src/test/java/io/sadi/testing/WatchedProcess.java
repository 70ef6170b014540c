package io.sadi.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process whose exit code is given out only where its stderr has no foreign line. */
final class WatchedProcess extends Process {
  private final Process process;
  private final Path stderr;

  WatchedProcess(Process process, Path stderr) {
    this.process = process;
    this.stderr = stderr;
  }

  @Override
  public int exitValue() {
    int code = process.exitValue();
    try {
      if (Files.exists(stderr)) {
        BinSadi.refuse(
            ForeignLines.known(new String(Files.readAllBytes(stderr), StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return code;
  }

  @Override
  public int waitFor() throws InterruptedException {
    process.waitFor();
    return exitValue();
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    return process.waitFor(timeout, unit);
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void destroy() {
    process.destroy();
  }

  @Override
  public Process destroyForcibly() {
    process.destroyForcibly();
    return this;
  }

  @Override
  public ProcessHandle toHandle() {
    return process.toHandle();
  }

  @Override
  public OutputStream getOutputStream() {
    return process.getOutputStream();
  }

  @Override
  public InputStream getInputStream() {
    return process.getInputStream();
  }

  @Override
  public InputStream getErrorStream() {
    return process.getErrorStream();
  }
}
