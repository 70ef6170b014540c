package io.sadi.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;

/** The commands, and their list in {@code sadi --help}, by what a person wants to do. */
final class CommandGroups implements IHelpSectionRenderer {

  record Group(String heading, List<Class<?>> commands) {
    List<String> names() {
      return commands.stream().map(c -> c.getAnnotation(Command.class).name()).toList();
    }
  }

  static final List<Group> GROUPS =
      List.of(
          new Group("See it work", List.of(DemoCommand.class, DoctorCommand.class)),
          new Group("Make a dataset", List.of(PrepareCommand.class)),
          new Group(
              "Learn and measure",
              List.of(TrainCommand.class, EvalCommand.class, AblateCommand.class)),
          new Group(
              "Find people's joints",
              List.of(PredictCommand.class, DetectCommand.class, MergeCommand.class)),
          new Group(
              "Look inside, move on",
              List.of(
                  InfoCommand.class,
                  BenchCommand.class,
                  ImportCommand.class,
                  ExportCommand.class)));

  @Override
  public String render(Help help) {
    StringBuilder text = new StringBuilder();
    for (Group group : GROUPS) {
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
