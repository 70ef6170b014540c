package io.sadi.cli.options;

import picocli.CommandLine.Option;

/** For commands whose work takes time or writes files. */
public final class DryRunOption {
  @Option(
      names = "--dry-run",
      order = 91,
      description = "Check and resolve everything, say what would be done, and stop there.")
  public boolean dryRun;
}
