package io.sadi.cli.options;

import picocli.CommandLine.Option;

/** For commands whose result is also of use to a program. */
public final class JsonOption {
  @Option(
      names = "--json",
      order = 90,
      description = "Print the result to stdout as one JSON object with a schema_version.")
  public boolean json;
}
