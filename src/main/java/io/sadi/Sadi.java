package io.sadi;

import io.sadi.cli.CommandLines;

/** Builds the command line, runs it, returns its exit code. */
public final class Sadi {
  private Sadi() {}

  public static void main(String[] args) {
    System.exit(CommandLines.run(args));
  }
}
