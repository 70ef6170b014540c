package io.sadi.cli.console;

import io.sadi.config.Config;
import io.sadi.io.NativeStderr;
import io.sadi.io.Progress;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * The two streams of a command: data goes to stdout, everything said to a person to stderr, both
 * UTF-8 whatever the locale. Lower packages see it as a {@link Progress}.
 */
public final class Console implements Progress {
  /** When what is said is coloured. */
  public enum Color {
    AUTO,
    ALWAYS,
    NEVER;

    @Override
    public String toString() {
      return Config.name(this);
    }
  }

  private final StandardOutput output;
  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;
  private boolean quiet;
  private boolean verbose;
  private Color color = Color.AUTO;

  public Console(OutputStream stdout, OutputStream stderr, Terminal terminal) {
    output = new StandardOutput(stdout);
    // A person sees each line as it is written; a pipe gets blocks.
    out =
        new PrintStream(
            new BufferedOutputStream(output, 1 << 16), terminal.out(), StandardCharsets.UTF_8);
    err = new PrintStream(stderr, true, StandardCharsets.UTF_8);
    this.terminal = terminal;
  }

  /** The process's own streams. */
  public static Console system() {
    return new Console(
        new FileOutputStream(FileDescriptor.out),
        NativeStderr.silence(),
        Terminal.of(System.getProperty("sadi.terminal", ""), System.getenv()));
  }

  public void configure(boolean quiet, boolean verbose, Color color) {
    this.quiet = quiet;
    this.verbose = verbose;
    this.color = color;
  }

  public boolean verbose() {
    return verbose;
  }

  /** A line of data, on stdout. */
  public void print(String line) {
    out.println(line);
  }

  /**
   * Stdout for data written as bytes. It fails at once when its reader is gone, so that no work is
   * done for nobody; {@link #print} drops the rest instead. Closing it is not closing stdout.
   */
  public OutputStream data() {
    out.flush();
    return new BufferedOutputStream(output, 1 << 16) {
      @Override
      public void close() throws IOException {
        flush();
      }
    };
  }

  public PrintStream out() {
    return out;
  }

  public PrintStream err() {
    return err;
  }

  @Override
  public void note(String line) {
    if (!quiet) {
      say(line);
    }
  }

  /** One line for a person who wants to know more: {@code -v}. */
  @Override
  public void detail(String line) {
    if (verbose) {
      say(line);
    }
  }

  @Override
  public void warn(String line) {
    say(errAnsi().string("@|bold,yellow sadi: warning:|@ ") + oneLine(line));
  }

  /** Why the command failed, one line. */
  public void error(String line) {
    say(errAnsi().string("@|bold,red sadi:|@ ") + oneLine(line));
  }

  /** Names of files may end lines and steer terminals. */
  private static String oneLine(String line) {
    return line.replaceAll("\\p{Cntrl}+", " ");
  }

  @Override
  public Work start(String what, long total, String unit) {
    if (quiet) {
      return Work.NONE;
    }
    return terminal.err()
        ? new BarWork(err, terminal.columns(), what, total, unit)
        : new LineWork(this::say, System::nanoTime, what, total, unit);
  }

  public Ansi outAnsi() {
    return ansi(terminal.out());
  }

  private Ansi errAnsi() {
    return ansi(terminal.err());
  }

  private Ansi ansi(boolean onTerminal) {
    return switch (color) {
      case ALWAYS -> Ansi.ON;
      case NEVER -> Ansi.OFF;
      case AUTO -> onTerminal && !terminal.noColor() ? Ansi.ON : Ansi.OFF;
    };
  }

  public int columns() {
    return terminal.columns();
  }

  private void say(String line) {
    // On a terminal a progress bar may stand in this line: write over it, it comes back below.
    err.println(terminal.err() ? "\r\033[K" + line : line);
  }

  /** Sends what is buffered; why stdout failed, if it did. */
  public @Nullable IOException finish() {
    out.flush();
    err.flush();
    return output.failure();
  }
}
