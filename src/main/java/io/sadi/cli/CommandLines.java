package io.sadi.cli;

import picocli.CommandLine;

/** Builds the command line and runs it. */
public final class CommandLines {
  private CommandLines() {}

  /** Runs one command line and returns its exit code. */
  public static int run(String... args) {
    return new CommandLine(new SadiCommand()).execute(args);
  }
}
