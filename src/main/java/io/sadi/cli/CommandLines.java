package io.sadi.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Builds the command line and runs it. */
public final class CommandLines {
  private CommandLines() {}

  /** Runs one command line on the process's own streams and returns its exit code. */
  public static int run(String... args) {
    return run(new SadiCommand(), Console.system(), args);
  }

  static int run(Object command, Console console, String... args) {
    int exitCode;
    try {
      exitCode = build(command, console).execute(args);
    } catch (Throwable t) { // picocli hands on Errors: no memory, no native library
      exitCode = report(t, console);
    }
    IOException stdout = console.finish();
    return exitCode == ExitCode.DONE && stdout != null ? report(stdout, console) : exitCode;
  }

  static CommandLine build(Object command, Console console) {
    CommandLine commandLine =
        new CommandLine(command)
            .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
            // "@list.txt" is an input that names inputs, not more of the command line.
            .setExpandAtFiles(false)
            .setUsageHelpWidth(console.columns())
            .setExecutionStrategy(parsed -> execute(parsed, console))
            .setParameterExceptionHandler((e, arguments) -> report(misspeltFirst(e), console))
            .setExecutionExceptionHandler((e, at, parsed) -> report(e, console));
    commandLine.getHelpSectionMap().put(SECTION_KEY_COMMAND_LIST, new CommandGroups());
    adapt(commandLine);
    commandLine.getCommandSpec().usageMessage().commandListHeading(""); // its groups have their own
    return commandLine;
  }

  /** A misspelt option is what is wrong, not that the one it stands for is missing. */
  private static ParameterException misspeltFirst(ParameterException e) {
    CommandLine at = e.getCommandLine();
    return e instanceof MissingParameterException && !at.getUnmatchedArguments().isEmpty()
        ? new UnmatchedArgumentException(at, at.getUnmatchedArguments())
        : e;
  }

  /** What every command has alike: the look of its help, and enums that read what they print. */
  private static void adapt(CommandLine commandLine) {
    commandLine
        .getCommandSpec()
        .usageMessage()
        .synopsisHeading("%nUsage: ")
        .parameterListHeading("%nArguments:%n")
        .optionListHeading("%nOptions:%n")
        .descriptionHeading("%n")
        .commandListHeading("%nCommands:%n")
        .sortOptions(false); // a command's own options first, what all have last
    for (ArgSpec argument : commandLine.getCommandSpec().args()) {
      Class<?> type = argument.auxiliaryTypes()[0];
      if (type.isEnum()) {
        readEnum(commandLine, type);
      }
    }
    commandLine.getSubcommands().values().forEach(CommandLines::adapt);
  }

  private static <E> void readEnum(CommandLine commandLine, Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    commandLine.registerConverter(
        type,
        text ->
            constants.stream()
                .filter(c -> c.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(
                    () ->
                        new TypeConversionException(
                            "found '" + text + "', expected one of " + constants)));
  }

  private static int execute(ParseResult parsed, Console console) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (!last.unmatched().isEmpty()) { // picocli lets them pass beside --help
      throw new UnmatchedArgumentException(last.commandSpec().commandLine(), last.unmatched());
    }
    for (CommandLine.Model.CommandSpec mixin : last.commandSpec().mixins().values()) {
      if (mixin.userObject() instanceof CommonOptions options) {
        console.configure(options);
        options.attach(console);
      }
    }
    parsed.commandSpec().commandLine().setColorScheme(Help.defaultColorScheme(console.outAnsi()));
    return new RunLast().execute(parsed);
  }

  private static int report(Throwable thrown, Console console) {
    Failures.Failure failure = Failures.of(thrown);
    if (!failure.line().isEmpty()) {
      console.error(failure.line());
    }
    if (console.verbose() && failure.exitCode() != ExitCode.USAGE) {
      thrown.printStackTrace(console.err());
    }
    return failure.exitCode();
  }
}
