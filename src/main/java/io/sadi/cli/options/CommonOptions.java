package io.sadi.cli.options;

import io.sadi.cli.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command takes. */
public final class CommonOptions {

  @Option(
      names = {"-q", "--quiet"},
      order = 100,
      description = "Only warnings and errors on stderr.")
  public boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      order = 101,
      description = "More on stderr; a failure shows its stack trace.")
  public boolean verbose;

  @Option(
      names = "--color",
      order = 102,
      paramLabel = "WHEN",
      description =
          "Colours: ${COMPLETION-CANDIDATES}. auto: on a terminal, unless NO_COLOR is set.")
  public Console.Color color = Console.Color.AUTO;

  @Option(
      names = {"-h", "--help"},
      order = 103,
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  private @Nullable Console console;

  public void attach(Console console) {
    this.console = console;
  }

  /** Where the command writes: set before the command is called. */
  public Console console() {
    if (console == null) {
      throw new IllegalStateException("no console attached: run commands through CommandLines.run");
    }
    return console;
  }
}
