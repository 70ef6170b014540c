package io.sadi.cli;

import picocli.CommandLine.Option;

/** For commands that may look at a part of the people only. */
final class LimitOption {
  @Option(
      names = "--limit",
      order = 12,
      paramLabel = "N",
      description = "At most the first N people of each split.")
  int limit;
}
