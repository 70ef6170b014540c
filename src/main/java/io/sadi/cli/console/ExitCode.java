package io.sadi.cli.console;

/** What a command's end means to the script that ran it. */
public final class ExitCode {
  public static final int DONE = 0;

  /** One line on stderr says why. */
  public static final int FAILED = 1;

  /** The command line itself is wrong. */
  public static final int USAGE = 2;

  /** Bad data or config. */
  static final int BAD_INPUT = 3;

  /** Some inputs failed, the others are done. */
  public static final int PARTIAL = 4;

  static final int NO_DEVICE = 5;

  /** Ctrl-C, after the state was saved: the JVM's own exit code for it. */
  public static final int INTERRUPTED = 130;

  /** SIGTERM, after the state was saved: the JVM's own exit code for it. */
  static final int TERMINATED = 143;

  private ExitCode() {}
}
