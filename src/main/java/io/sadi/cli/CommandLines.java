package io.sadi.cli;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.console.Failures;
import io.sadi.cli.options.CommonOptions;
import io.sadi.io.Interruption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Builds the command line and runs it. */
public final class CommandLines {
  /** bin/sadi asks for all commands when it wants to know which classes they consist of. */
  private static final boolean ALL = "all".equals(System.getProperty("sadi.commands"));

  /** Another time it asks for everything that they use. */
  private static final boolean JAR = "jar".equals(System.getProperty("sadi.commands"));

  static {
    // Picocli looks for readers of types that no option has, and loads them at every start.
    System.setProperty("picocli.converters.excludes", "java.(time|sql).*");
  }

  private CommandLines() {}

  /** Runs one command line on the process's own streams and returns its exit code. */
  public static int run(String... args) {
    Interruption.install();
    return run(new SadiCommand(), Console.system(), args);
  }

  static int run(Object command, Console console, String... args) {
    int exitCode;
    try {
      if (JAR) {
        ArchivedClasses.load();
      }
      exitCode = build(command, console, ALL ? null : Arrays.asList(args)).execute(args);
    } catch (Throwable t) { // Errors pass through picocli: out of memory, no native library
      exitCode = report(t, console);
    }
    IOException stdout = console.finish();
    return exitCode == ExitCode.DONE && stdout != null ? report(stdout, console) : exitCode;
  }

  /** The command line with every command and option. */
  static CommandLine build(Object command, Console console) {
    return build(command, console, null);
  }

  private static CommandLine build(Object command, Console console, @Nullable List<String> words) {
    CommandLine commandLine = new CommandLine(command);
    addSubcommands(commandLine, words); // before the settings, which hold for those that are there
    commandLine
        .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
        // "@list.txt" is an input that names inputs, not more of the command line.
        .setExpandAtFiles(false)
        .setHelpFactory(MeasuredHelp::new)
        .setUsageHelpWidth(console.columns())
        .setExecutionStrategy(parsed -> execute(parsed, console))
        .setParameterExceptionHandler((e, arguments) -> report(misspeltFirst(e), console))
        .setExecutionExceptionHandler((e, at, parsed) -> report(e, console));
    commandLine.getHelpSectionMap().put(SECTION_KEY_COMMAND_LIST, new CommandGroups());
    adapt(commandLine);
    commandLine.getCommandSpec().usageMessage().commandListHeading(""); // its groups have their own
    return commandLine;
  }

  /**
   * Makes the command that the words call, because finding the options of all takes longer than
   * everything else before {@code --help} is answered. Where they do not begin with a command, all
   * are listed or looked at for what was meant: then a name and a header stand in for what is not
   * called further on.
   *
   * @param words null to make all commands
   */
  private static void addSubcommands(CommandLine parent, @Nullable List<String> words) {
    if (!(parent.getCommand() instanceof ParentCommand command)) {
      return;
    }
    String first = words == null || words.isEmpty() ? "" : words.get(0);
    for (Class<?> type : command.subcommands()) {
      if (type.getAnnotation(Command.class).name().equals(first)) {
        addSubcommand(parent, type, words == null ? null : words.subList(1, words.size()));
        return;
      }
    }
    for (Class<?> type : command.subcommands()) {
      Command annotation = type.getAnnotation(Command.class);
      if (words == null || words.contains(annotation.name())) {
        addSubcommand(parent, type, words);
      } else {
        CommandSpec standIn = CommandSpec.create().name(annotation.name());
        standIn.usageMessage().header(annotation.header());
        parent.addSubcommand(new CommandLine(standIn));
      }
    }
  }

  private static void addSubcommand(
      CommandLine parent, Class<?> type, @Nullable List<String> words) {
    CommandLine subcommand = new CommandLine(type);
    addSubcommands(subcommand, words);
    parent.addSubcommand(subcommand);
  }

  /** Reports the misspelt option rather than the missing one that it stands for. */
  private static ParameterException misspeltFirst(ParameterException e) {
    CommandLine at = e.getCommandLine();
    return e instanceof MissingParameterException && !at.getUnmatchedArguments().isEmpty()
        ? new UnmatchedArgumentException(at, at.getUnmatchedArguments())
        : e;
  }

  /**
   * Settings of every command: the layout of its help, and enums that are parsed as they are
   * printed.
   */
  private static void adapt(CommandLine commandLine) {
    commandLine
        .getCommandSpec()
        .usageMessage()
        .synopsisHeading("%nUsage: ")
        .parameterListHeading("%nArguments:%n")
        .optionListHeading("%nOptions:%n")
        .descriptionHeading("%n")
        .commandListHeading("%nCommands:%n")
        .sortOptions(false); // a command's own options first, common ones last
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
    for (CommandSpec mixin : last.commandSpec().mixins().values()) {
      if (mixin.userObject() instanceof CommonOptions options) {
        console.configure(options.quiet, options.verbose, options.color);
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
