package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.config.Config;
import io.sadi.io.Version;
import io.sadi.train.DetectorRunConfig;
import io.sadi.train.RunConfig;
import io.sadi.train.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual, from the commands themselves and, for what they do not know of (files, environment),
 * from src/man. Picocli's own generator stops at AsciiDoc, which would take all of Asciidoctor on
 * JRuby to become roff; man(7) is small, and written directly it can be kept clean under mandoc's
 * lint.
 */
final class ManPages {
  private static final Path ADDITIONS = Path.of("src/man");

  private final String date;

  private ManPages(String date) {
    this.date = date;
  }

  /** File names and contents. */
  static Map<String, String> all(CommandSpec sadi) throws IOException {
    ManPages pages = new ManPages(date());
    Map<String, String> all = new LinkedHashMap<>();
    pages.add(sadi, all);
    all.put("sadi-config.5", pages.config());
    all.put(
        "sadi-formats.5", pages.text("sadi-formats", 5, "the files that SADI reads and writes"));
    all.put("sadi-model.7", pages.text("sadi-model", 7, "the network, point by point"));
    return all;
  }

  /** The build's date: that of the sources, not of today. */
  private static String date() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"), StandardCharsets.UTF_8);
    Matcher stamp =
        Pattern.compile("<project.build.outputTimestamp>(\\d{4}-\\d\\d-\\d\\d)").matcher(pom);
    if (!stamp.find()) {
      throw new IllegalStateException("pom.xml has no project.build.outputTimestamp");
    }
    return stamp.group(1);
  }

  private void add(CommandSpec command, Map<String, String> all) throws IOException {
    all.put(page(command) + ".1", command(command));
    for (var sub : command.subcommands().values()) {
      add(sub.getCommandSpec(), all);
    }
  }

  private static String page(CommandSpec command) {
    return command.qualifiedName("-");
  }

  private Roff start(String page, int section, String header) {
    return new Roff(page, section, date, Version.sadi())
        .name(page, header.endsWith(".") ? header.substring(0, header.length() - 1) : header);
  }

  private String command(CommandSpec command) throws IOException {
    Roff roff = start(page(command), 1, String.join(" ", command.usageMessage().header()));
    roff.section("SYNOPSIS");
    synopsis(command, roff);
    roff.section("DESCRIPTION");
    boolean first = true;
    for (String paragraph : command.usageMessage().description()) {
      if (!paragraph.isBlank()) {
        roff.raw(first ? "" : ".PP\n").prose(plain(paragraph));
        first = false;
      }
    }
    subcommands(command, roff);
    options(command, roff);
    exitStatus(command, roff);
    Path additions = ADDITIONS.resolve(page(command) + ".roff");
    if (Files.exists(additions)) {
      roff.raw(Files.readString(additions, StandardCharsets.UTF_8));
    }
    List<String> examples = examples(command);
    if (!examples.isEmpty()) {
      roff.section("EXAMPLES").example(examples);
    }
    return seeAlso(command, roff).toString();
  }

  // --- the parts of a command's page ------------------------------------------------------------

  private static void synopsis(CommandSpec command, Roff roff) {
    List<String> words = new ArrayList<>();
    for (OptionSpec option : ownOptions(command)) {
      if (option.required() && option.group() == null) {
        words.add(usage(option));
      }
    }
    for (OptionSpec option : ownOptions(command)) {
      if (option.group() != null) {
        if (option == option.group().options().iterator().next()) {
          words.add(
              "["
                  + String.join(
                      " | ", option.group().options().stream().map(ManPages::usage).toList())
                  + "]");
        }
      } else if (!option.required()) {
        words.add("[" + usage(option) + "]");
      }
    }
    if (command.subcommands().isEmpty()) {
      for (PositionalParamSpec positional : command.positionalParameters()) {
        words.add(Roff.italic(positional.paramLabel()) + " ...");
      }
    } else {
      words.add(Roff.italic(command.usageMessage().synopsisSubcommandLabel()) + " ...");
    }
    roff.raw(".HP 8\n" + Roff.bold(command.qualifiedName()) + "\n");
    for (String word : words) {
      roff.raw(word.replace(" ", "\\ ") + "\n");
    }
  }

  /** An option as it is written: its longest name and its value. */
  private static String usage(OptionSpec option) {
    String repeated = option.isMultiValue() && option.splitRegex().isEmpty() ? " ..." : "";
    return Roff.bold(option.longestName()) + value(option) + repeated;
  }

  private static String value(ArgSpec option) {
    if (option.arity().max() == 0) {
      return "";
    }
    String label = Roff.italic(option.paramLabel());
    return " " + (option.splitRegex().isEmpty() ? label : label + "[," + label + "...]");
  }

  private static void subcommands(CommandSpec command, Roff roff) {
    if (command.subcommands().isEmpty()) {
      return;
    }
    roff.section(command.parent() == null ? "COMMANDS" : "KINDS");
    List<CommandGroups.CommandGroup> groups =
        command.parent() == null
            ? CommandGroups.GROUPS
            : List.of(
                new CommandGroups.CommandGroup(
                    "", ((ParentCommand) command.userObject()).subcommands()));
    for (CommandGroups.CommandGroup group : groups) {
      if (!group.heading().isEmpty()) {
        roff.subsection(group.heading());
      }
      for (String name : group.names()) {
        CommandSpec sub = command.subcommands().get(name).getCommandSpec();
        String header = plain(String.join(" ", sub.usageMessage().header()));
        roff.item(reference(page(sub), 1), header);
      }
    }
  }

  private static void options(CommandSpec command, Roff roff) {
    roff.section("OPTIONS");
    for (PositionalParamSpec positional : command.positionalParameters()) {
      roff.item(Roff.italic(positional.paramLabel()) + " ...", description(positional));
    }
    ownOptions(command).forEach(option -> item(option, roff));
    roff.subsection("Options of every command");
    commonOptions(command).forEach(option -> item(option, roff));
  }

  private static void item(OptionSpec option, Roff roff) {
    List<String> names = Arrays.stream(option.names()).map(Roff::bold).toList();
    roff.item(String.join(", ", names) + value(option), description(option));
  }

  private static void exitStatus(CommandSpec command, Roff roff) {
    roff.section("EXIT STATUS");
    roff.item("0", "Done.");
    roff.item("1", "Failed. One line on stderr says why; --verbose adds where.");
    roff.item("2", "The command line is wrong.");
    roff.item(
        "3",
        "The data or the config is wrong: the line names the file, the place, what was"
            + " found and what was expected.");
    boolean all = command.parent() == null;
    if (all || List.of("predict", "ablate").contains(command.name())) {
      roff.item("4", "Done in part: some inputs failed and are listed, the others are done.");
    }
    if (all || command.findOption("--device") != null) {
      roff.item("5", "There is no such device, or not the precision that was asked for.");
    }
    roff.item("130, 143", "Interrupted by SIGINT (Ctrl-C) or SIGTERM, after the state was saved.");
  }

  /** The indented lines below "Examples:" in a command's help. */
  private static List<String> examples(CommandSpec command) {
    List<String> examples = new ArrayList<>();
    boolean within = false;
    for (String line : command.usageMessage().footer()) {
      if (within && line.startsWith("  ")) {
        examples.add(plain(line.substring(2)));
      } else {
        within = line.startsWith("Example");
      }
    }
    return examples;
  }

  private Roff seeAlso(CommandSpec command, Roff roff) {
    List<String> pages = new ArrayList<>();
    if (command.parent() != null) {
      pages.add(reference("sadi", 1));
      for (var sister : command.parent().subcommands().values()) {
        if (sister.getCommandSpec() != command) {
          pages.add(reference(page(sister.getCommandSpec()), 1));
        }
      }
    }
    command
        .subcommands()
        .values()
        .forEach(sub -> pages.add(reference(page(sub.getCommandSpec()), 1)));
    if (command.parent() == null || command.findOption("--config") != null) {
      pages.add(reference("sadi-config", 5));
      pages.add(reference("sadi-formats", 5));
      pages.add(reference("sadi-model", 7));
    }
    return roff.section("SEE ALSO").raw(String.join(",\n", pages) + "\n");
  }

  // --- sadi-config(5) ---------------------------------------------------------------------------

  /** A page that the commands know nothing of: all of it lies in src/man. */
  private String text(String page, int section, String header) throws IOException {
    return start(page, section, header)
        .raw(Files.readString(ADDITIONS.resolve(page + ".roff"), StandardCharsets.UTF_8))
        .section("SEE ALSO")
        .raw(
            String.join(
                    ",\n",
                    reference("sadi", 1),
                    reference("sadi-config", 5),
                    section == 5 ? reference("sadi-model", 7) : reference("sadi-formats", 5))
                + "\n")
        .toString();
  }

  private String config() throws IOException {
    Roff roff = start("sadi-config", 5, "what a network and its training are configured with");
    roff.raw(Files.readString(ADDITIONS.resolve("sadi-config.roff"), StandardCharsets.UTF_8));
    Config config = Config.empty();
    RunConfig.from(config);
    roff.section("KEYS");
    String section = "";
    List<Config.Key> keys = new ArrayList<>(config.keys());
    keys.sort(Comparator.comparing(key -> sectionOf(key, config)));
    for (Config.Key key : keys) {
      if (!sectionOf(key).equals(section)) {
        section = sectionOf(key);
        roff.subsection(section);
      }
      roff.item(
          Roff.bold(key.name()),
          key.meaning() + ". " + upperFirst(key.type()) + "; default " + key.defaultValue() + ".");
    }
    detectorKeys(roff, config);
    return roff.section("SEE ALSO")
        .raw(
            String.join(
                    ",\n",
                    reference("sadi-train", 1),
                    reference("sadi-ablate", 1),
                    reference("sadi-info", 1))
                + "\n")
        .toString();
  }

  /** The keys that only a detector has, or that mean something else to it. */
  private static void detectorKeys(Roff roff, Config ofPoses) {
    Config config = Config.empty();
    config.set(Task.KEY + "=detect");
    DetectorRunConfig.from(config);
    roff.section("KEYS OF A DETECTOR");
    roff.raw(
        "With \\fItrain.task\\fR detect.\n"
            + "The others of \\fItrain\\fR and \\fIdata\\fR mean what they mean above, with\n"
            + "photos for crops; there are no others.\n");
    for (Config.Key key : config.keys()) {
      if (!ofPoses.keys().contains(key)) {
        roff.item(
            Roff.bold(key.name()),
            key.meaning()
                + ". "
                + upperFirst(key.type())
                + "; default "
                + key.defaultValue()
                + ".");
      }
    }
  }

  private static String sectionOf(Config.Key key) {
    return key.name().substring(0, key.name().indexOf('.'));
  }

  /** Sections in the order of their first keys. */
  private static int sectionOf(Config.Key key, Config config) {
    List<String> sections = config.keys().stream().map(ManPages::sectionOf).distinct().toList();
    return sections.indexOf(sectionOf(key));
  }

  private static String upperFirst(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  // --- words ------------------------------------------------------------------------------------

  private static String reference(String page, int section) {
    return Roff.bold(page) + "(" + section + ")";
  }

  private static List<OptionSpec> ownOptions(CommandSpec command) {
    List<OptionSpec> common = commonOptions(command);
    return command.options().stream()
        .filter(option -> !common.contains(option))
        .sorted(Comparator.comparingInt(OptionSpec::order))
        .toList();
  }

  static List<OptionSpec> commonOptions(CommandSpec command) {
    return command.mixins().values().stream()
        .filter(mixin -> mixin.userObject() instanceof CommonOptions)
        .flatMap(mixin -> mixin.options().stream())
        .map(option -> command.findOption(option.longestName()))
        .sorted(Comparator.comparingInt(OptionSpec::order))
        .toList();
  }

  static String description(ArgSpec argument) {
    return String.join(" ", argument.description()).strip();
  }

  /** Picocli formats a command's texts; these have no arguments. */
  private static String plain(String text) {
    return String.format(java.util.Locale.ROOT, text);
  }
}
