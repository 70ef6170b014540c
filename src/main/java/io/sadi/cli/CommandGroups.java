package io.sadi.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;

/** The commands, and their list in {@code sadi --help}, by what a person wants to do. */
final class CommandGroups implements IHelpSectionRenderer {

  record CommandGroup(String heading, List<Class<?>> commands) {
    List<String> names() {
      return commands.stream().map(c -> c.getAnnotation(Command.class).name()).toList();
    }
  }

  static final List<CommandGroup> GROUPS =
      List.of(
          new CommandGroup("See it work", List.of(DemoCommand.class, DoctorCommand.class)),
          new CommandGroup("Make a dataset", List.of(PrepareCommand.class)),
          new CommandGroup(
              "Learn and measure",
              List.of(TrainCommand.class, EvalCommand.class, AblateCommand.class)),
          new CommandGroup(
              "Find people's joints",
              List.of(PredictCommand.class, DetectCommand.class, MergeCommand.class)),
          new CommandGroup(
              "Look inside, move on",
              List.of(
                  InfoCommand.class,
                  BenchCommand.class,
                  ImportCommand.class,
                  ExportCommand.class)));

  @Override
  public String render(Help help) {
    StringBuilder text = new StringBuilder();
    for (CommandGroup group : GROUPS) {
      Map<String, Help> commands = new LinkedHashMap<>(help.subcommands());
      commands.keySet().retainAll(group.names());
      if (!commands.isEmpty()) {
        text.append(help.colorScheme().text("\n@|bold " + group.heading() + ":|@\n"))
            .append(help.commandList(commands));
      }
    }
    return text.toString();
  }
}
