package io.sadi.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a shell can complete of a command, for the writers of its three dialects. Picocli has a
 * writer of its own, for bash alone: it offers nothing after a comma or for KEY=VALUE, does not
 * know folders from files, and zsh would get words without their descriptions from it.
 *
 * @param words how it is called: {@code [sadi, prepare, lspet]}
 * @param summary what it does, in a line
 * @param files whether it takes files that no option announces
 */
record Completion(
    List<String> words,
    String summary,
    List<Option> options,
    boolean files,
    List<Completion> subcommands) {

  /** What follows an option. */
  enum Kind {
    /** Nothing: it is on or off. */
    FLAG,
    FILE,
    FOLDER,
    /** One of its values. */
    WORD,
    /** Some of its values, separated by commas. */
    LIST,
    /** {@code KEY=VALUE}. */
    SETTING,
    /** Something that the shell cannot know, such as a number. */
    OTHER
  }

  /**
   * An option.
   *
   * @param values what may follow; of a setting {@code KEY=VALUE} or {@code KEY=}
   * @param excludes options that cannot stand beside it
   */
  record Option(
      List<String> names,
      String summary,
      String label,
      Kind kind,
      List<String> values,
      boolean repeatable,
      List<String> excludes) {

    /** A setting's keys, each with its values, none where they are not listed. */
    Map<String, List<String>> settings() {
      Map<String, List<String>> settings = new LinkedHashMap<>();
      for (String value : values) {
        int equals = value.indexOf('=');
        List<String> of =
            settings.computeIfAbsent(value.substring(0, equals), key -> new ArrayList<>());
        if (equals + 1 < value.length()) {
          of.add(value.substring(equals + 1));
        }
      }
      return settings;
    }
  }

  static Completion of(CommandSpec command) {
    return new Completion(
        List.of(command.qualifiedName().split(" ")),
        shortened(String.join(" ", command.usageMessage().header())),
        command.options().stream()
            .sorted(Comparator.comparingInt(OptionSpec::order))
            .map(Completion::option)
            .toList(),
        !command.positionalParameters().isEmpty(),
        command.subcommands().values().stream().map(sub -> of(sub.getCommandSpec())).toList());
  }

  private static Option option(OptionSpec option) {
    Iterable<String> candidates = option.completionCandidates();
    List<String> values = new ArrayList<>();
    if (candidates != null) {
      candidates.forEach(values::add);
    }
    List<String> excludes = new ArrayList<>();
    if (option.group() != null && option.group().exclusive()) {
      for (OptionSpec other : option.group().options()) {
        excludes.addAll(List.of(other.names()));
      }
    }
    return new Option(
        List.of(option.names()),
        shortened(ManPages.description(option)),
        option.paramLabel(),
        kind(option, values),
        values,
        option.isMultiValue(),
        excludes);
  }

  private static Kind kind(ArgSpec option, List<String> values) {
    if (option.arity().max() == 0) {
      return Kind.FLAG;
    }
    if (!values.isEmpty()) {
      boolean setting = values.stream().allMatch(value -> value.contains("="));
      boolean list = !option.splitRegex().isEmpty();
      return setting ? Kind.SETTING : list ? Kind.LIST : Kind.WORD;
    }
    if (option.auxiliaryTypes()[0] != Path.class) {
      return Kind.OTHER;
    }
    return option.paramLabel().contains("FILE") ? Kind.FILE : Kind.FOLDER;
  }

  /** The first sentence, as far as it fits beside an option. */
  private static String shortened(String text) {
    String sentence = text.split("[.;:](?= |$)", 2)[0];
    if (sentence.length() <= 68) {
      return sentence;
    }
    return sentence.substring(0, sentence.lastIndexOf(' ', 66)) + "...";
  }

  /** This command and all below it. */
  List<Completion> all() {
    List<Completion> all = new ArrayList<>();
    all.add(this);
    subcommands.forEach(sub -> all.addAll(sub.all()));
    return all;
  }

  /** Its words as one: {@code sadi prepare lspet}. */
  String path() {
    return String.join(" ", words);
  }

  /** Its last word. */
  String name() {
    return words.get(words.size() - 1);
  }

  /** The option with these settings, if there is one. */
  @Nullable Option setting() {
    return all().stream()
        .flatMap(command -> command.options().stream())
        .filter(option -> option.kind() == Kind.SETTING)
        .findFirst()
        .orElse(null);
  }
}
