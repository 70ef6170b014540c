package io.sadi.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;

/** The list of commands in {@code sadi --help}, by what a person wants to do. */
final class CommandGroups implements IHelpSectionRenderer {

  record Group(String heading, List<String> commands) {}

  static final List<Group> GROUPS =
      List.of(
          new Group("See it work", List.of("demo", "doctor")),
          new Group("Make a dataset", List.of("prepare")),
          new Group("Learn and measure", List.of("train", "eval", "ablate")),
          new Group("Find people's joints", List.of("predict", "merge")),
          new Group("Look inside, move on", List.of("info", "bench", "export")));

  @Override
  public String render(Help help) {
    StringBuilder text = new StringBuilder();
    for (Group group : GROUPS) {
      Map<String, Help> commands = new LinkedHashMap<>(help.subcommands());
      commands.keySet().retainAll(group.commands());
      if (!commands.isEmpty()) {
        text.append(help.colorScheme().text("\n@|bold " + group.heading() + ":|@\n"))
            .append(help.commandList(commands));
      }
    }
    return text.toString();
  }
}
