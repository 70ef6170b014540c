package io.sadi.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {

  @Option(
      names = {"-q", "--quiet"},
      order = 100,
      description = "Only warnings and errors on stderr.")
  boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      order = 101,
      description = "More on stderr; a failure shows its stack trace.")
  boolean verbose;

  @Option(
      names = "--color",
      order = 102,
      paramLabel = "WHEN",
      description =
          "Colours: ${COMPLETION-CANDIDATES}. auto: on a terminal, unless NO_COLOR is set.")
  Console.Color color = Console.Color.AUTO;

  @Option(
      names = {"-h", "--help"},
      order = 103,
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  private @Nullable Console console;

  void attach(Console console) {
    this.console = console;
  }

  /** Where the command writes: set before the command is called. */
  Console console() {
    if (console == null) {
      throw new IllegalStateException("no console attached: run commands through CommandLines.run");
    }
    return console;
  }
}
