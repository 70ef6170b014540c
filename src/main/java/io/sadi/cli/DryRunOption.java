package io.sadi.cli;

import picocli.CommandLine.Option;

/** For commands whose work takes time or writes files. */
final class DryRunOption {
  @Option(
      names = "--dry-run",
      order = 91,
      description = "Check and resolve everything, say what would be done, and stop there.")
  boolean dryRun;
}
