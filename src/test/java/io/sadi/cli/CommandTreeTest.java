package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.console.Terminal;
import io.sadi.cli.options.CommonOptions;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** What holds for every command, so that they behave alike. */
class CommandTreeTest {

  static CommandLine sadi() {
    return CommandLines.build(
        new SadiCommand(),
        new Console(new ByteArrayOutputStream(), new ByteArrayOutputStream(), Terminal.NONE));
  }

  static Stream<CommandSpec> commands() {
    List<CommandSpec> all = new ArrayList<>();
    collect(sadi().getCommandSpec(), all);
    return all.stream();
  }

  private static void collect(CommandSpec command, List<CommandSpec> all) {
    all.add(command);
    command.subcommands().values().forEach(sub -> collect(sub.getCommandSpec(), all));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void takesTheCommonOptions(CommandSpec command) {
    assertThat(command.mixins().values())
        .extracting(mixin -> (Object) mixin.userObject().getClass())
        .contains(CommonOptions.class);
    assertThat(command.optionsMap()).containsKeys("-q", "-v", "--color", "-h", "--help");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void explainsItselfAndItsOptions(CommandSpec command) {
    var usage = command.usageMessage();
    assertThat(usage.header().length + usage.description().length).isPositive();
    for (ArgSpec argument : command.args()) {
      assertThat(argument.description()).as(argument.toString()).isNotEmpty();
    }
    assertThat(usage.footer()).as("examples").anyMatch(line -> line.startsWith("Example"));
    assertThat(usage.footer())
        .as("examples that fit a terminal")
        .filteredOn(line -> line.startsWith("  "))
        .isNotEmpty()
        .allMatch(line -> line.length() <= 80);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void unknownOptionIsAUsageErrorThatNamesTheCommand(CommandSpec command) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(new ByteArrayOutputStream(), err, Terminal.NONE);
    String words = command.qualifiedName() + " --no-such-option";
    String[] args = words.substring("sadi ".length()).split(" ");
    assertThat(CommandLines.run(new SadiCommand(), console, args)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .contains("--no-such-option", "'" + command.qualifiedName() + " --help'");
  }

  /** A command in no group would not be listed. */
  @Test
  void everyCommandIsInOneGroupOfTheHelp() {
    assertThat(CommandGroups.GROUPS.stream().flatMap(group -> group.names().stream()))
        .doesNotHaveDuplicates()
        .hasSameElementsAs(sadi().getSubcommands().keySet());
    assertThat(sadi().getUsageMessage())
        .contains("Learn and measure:")
        .containsPattern("  train +Train a network");
  }

  /** Only the command that is called is made; nobody may notice. */
  @ParameterizedTest
  @MethodSource("commands")
  void helpIsThatOfTheWholeTree(CommandSpec command) {
    String words = (command.qualifiedName() + " --help").substring("sadi ".length());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Console console = new Console(out, new ByteArrayOutputStream(), Terminal.NONE);
    assertThat(CommandLines.run(new SadiCommand(), console, words.split(" "))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(command.commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF));
  }

  @ParameterizedTest
  @CsvSource({
    "--help train, 0",
    "-q train --bogus, 2",
    "--color never prepare lspet --bogus, 2",
    "prepare --help lsp, 0",
    "prepare --bogus lsp, 2",
    "train eval, 2",
    "eval eval, 2",
    "'', 2",
  })
  void commandsAreFoundWhereverTheyStand(String line, int exitCode) {
    ByteArrayOutputStream[] said = new ByteArrayOutputStream[2];
    for (int i = 0; i < 2; i++) {
      said[i] = new ByteArrayOutputStream();
      Console console = new Console(said[i], said[i], Terminal.NONE);
      String[] args = line.isEmpty() ? new String[0] : line.split(" ");
      int code =
          i == 0
              ? CommandLines.run(new SadiCommand(), console, args)
              : CommandLines.build(new SadiCommand(), console).execute(args);
      console.finish();
      assertThat(code).isEqualTo(exitCode);
    }
    assertThat(said[0]).hasToString(said[1].toString(StandardCharsets.UTF_8));
  }

  /** NullAway leaves picocli's fields alone, so null must be seen where it can come from here. */
  @ParameterizedTest
  @MethodSource("commands")
  void optionsThatMayBeLeftOutAreNullableOrHaveADefault(CommandSpec command) {
    for (ArgSpec argument : command.args()) {
      Field field = (Field) argument.userObject();
      if (!field.getType().isPrimitive()
          && !argument.required()
          && argument.defaultValue() == null
          && argument.initialValue() == null) {
        assertThat(field.getAnnotatedType().isAnnotationPresent(Nullable.class))
            .as(field + " may stay null")
            .isTrue();
      }
    }
  }

  /** Users write fused-paper, not FUSED_PAPER; completion and help show what toString says. */
  @ParameterizedTest
  @MethodSource("commands")
  void enumsAreWrittenInLowerCase(CommandSpec command) {
    for (ArgSpec argument : command.args()) {
      Class<?> type = argument.auxiliaryTypes()[0];
      if (type.isEnum()) {
        assertThat(type.getEnumConstants())
            .extracting(Object::toString)
            .allMatch(name -> name.matches("[a-z0-9@.-]+"));
      }
    }
  }
}
