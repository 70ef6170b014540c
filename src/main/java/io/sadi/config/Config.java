package io.sadi.config;

import static java.util.stream.Collectors.toSet;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * The values a run is configured with. A key is declared where it is read: one call gives its type,
 * default, range and meaning, so the records that stand beside what they configure are also the
 * only list of keys. Precedence: {@code --set} over {@code SADI_*} over the file over {@link
 * #withDefaults} over the default in the call.
 *
 * <p>Keys are dotted, {@code section.name}. After everything has been read, {@link #finish} refuses
 * keys that nobody asked for, and {@link #toYaml} is the resolved config, runnable as it is.
 */
public final class Config {

  /** A declared key: what {@code --list-config} prints. */
  public record Key(String name, String type, String defaultValue, String meaning) {}

  private final Map<String, Given> given = new LinkedHashMap<>();
  private final Set<String> overridden = new HashSet<>();
  private final Map<String, Given> overlay = new LinkedHashMap<>();
  private final Map<String, Key> keys = new LinkedHashMap<>();
  private final Map<String, Object> resolved = new LinkedHashMap<>();
  private final Map<String, String> environment;

  private Config(Map<String, String> environment) {
    this.environment = environment;
  }

  /** No file, no overrides: every key at its default. */
  public static Config empty() {
    return new Config(Map.of());
  }

  /**
   * A config from its layers.
   *
   * @param file YAML of sections and keys, or null for defaults alone; {@code configs/NAME.yaml} is
   *     also in the jar
   * @param sets {@code key=value} overrides, the value in YAML
   * @param environment variables; {@code SADI_TRAIN_EPOCHS} sets {@code train.epochs}
   */
  public static Config load(
      @Nullable Path file, Collection<String> sets, Map<String, String> environment)
      throws IOException {
    return layered(file == null ? null : ConfigFile.read(file), sets, environment);
  }

  /**
   * The config of a preset, with its layers as in {@link #load}.
   *
   * @param name of a file in {@code configs/}, without {@code .yaml}
   */
  public static Config preset(String name, Collection<String> sets, Map<String, String> environment)
      throws IOException {
    return layered(ConfigFile.preset(name), sets, environment);
  }

  private static Config layered(
      @Nullable ConfigFile file, Collection<String> sets, Map<String, String> environment) {
    Config config = new Config(environment);
    if (file != null) {
      config.addYaml(file.text(), file.origin());
    }
    for (String set : sets) {
      config.set(set);
    }
    return config;
  }

  /** A config from YAML text, such as the one inside a checkpoint. */
  public static Config parse(String yaml, String origin) {
    Config config = new Config(Map.of());
    config.addYaml(yaml, origin);
    return config;
  }

  /** Overrides one value, {@code section.key=value}. */
  public void set(String assignment) {
    int eq = assignment.indexOf('=');
    if (eq <= 0) {
      throw BadInputException.at("--set", "'" + assignment + "'", "key=value", "");
    }
    String key = assignment.substring(0, eq).strip();
    override(key, assignment.substring(eq + 1), "--set " + key);
  }

  /**
   * Overrides one value, as {@link #set} does.
   *
   * @param yaml the value
   * @param origin who says so, for messages
   */
  public void override(String key, String yaml, String origin) {
    given.put(key, Given.of(Yaml.compose(yaml, origin), origin));
    overridden.add(key);
  }

  /**
   * Values to use where neither file nor override gives one, such as a variant's switches. A later
   * call wins over an earlier one. They are checked as given values are.
   *
   * @param origin who says so, for messages
   */
  public void withDefaults(Map<String, ?> values, String origin) {
    values.forEach(
        (key, value) -> overlay.put(key, new Given(origin, String.valueOf(value), null)));
  }

  /** Whether a file, an override or the environment gives this key. */
  boolean isGiven(String key) {
    return lookup(key) != null;
  }

  public int integer(String key, int defaultValue, int min, int max, String meaning) {
    Object value =
        read(key, "integer " + range(min, max), defaultValue, meaning, g -> g.integer(min, max));
    return (Integer) value;
  }

  public double number(String key, double defaultValue, double min, double max, String meaning) {
    Object value =
        read(key, "number " + range(min, max), defaultValue, meaning, g -> g.number(min, max));
    return ((Number) value).doubleValue();
  }

  public boolean flag(String key, boolean defaultValue, String meaning) {
    return (Boolean) read(key, "on | off", defaultValue, meaning, Given::flag);
  }

  public String text(String key, String defaultValue, String meaning) {
    return (String) read(key, "text", defaultValue, meaning, Given::plainText);
  }

  /** One of an enum's constants, written in lower case with dashes for underscores. */
  public <E extends Enum<E>> E choice(String key, Class<E> type, E defaultValue, String meaning) {
    List<String> names = Stream.of(type.getEnumConstants()).map(Config::name).toList();
    String value =
        (String)
            read(key, String.join(" | ", names), name(defaultValue), meaning, g -> g.oneOf(names));
    return type.getEnumConstants()[names.indexOf(value)];
  }

  /** One of the names given. */
  public String choice(String key, List<String> names, String defaultValue, String meaning) {
    return (String)
        read(key, String.join(" | ", names), defaultValue, meaning, g -> g.oneOf(names));
  }

  /** One of the names given, or a number. */
  public String choiceOrNumber(
      String key, List<String> names, String defaultValue, double min, double max, String meaning) {
    Object value =
        read(
            key,
            String.join(" | ", names) + " | number " + range(min, max),
            defaultValue,
            meaning,
            g ->
                names.contains(g.plainText()) ? g.plainText() : String.valueOf(g.number(min, max)));
    return value.toString();
  }

  public List<Integer> integers(
      String key, List<Integer> defaultValue, int min, int max, String meaning) {
    Object value =
        read(
            key,
            "list of integers " + range(min, max),
            defaultValue,
            meaning,
            g -> g.elements().map(e -> e.integer(min, max)).toList());
    return ((List<?>) value).stream().map(Integer.class::cast).toList();
  }

  List<Double> numbers(
      String key, List<Double> defaultValue, double min, double max, String meaning) {
    Object value =
        read(
            key,
            "list of numbers " + range(min, max),
            defaultValue,
            meaning,
            g -> g.elements().map(e -> e.number(min, max)).toList());
    return ((List<?>) value).stream().map(e -> ((Number) e).doubleValue()).toList();
  }

  public List<String> texts(String key, List<String> defaultValue, String meaning) {
    Object value =
        read(
            key,
            "list of texts",
            defaultValue,
            meaning,
            g -> g.elements().map(e -> String.valueOf(e.text())).toList());
    return ((List<?>) value).stream().map(String.class::cast).toList();
  }

  /** Where a value came from, for messages: {@code small.yaml:4: train.lr}, or the key alone. */
  public String where(String key) {
    Given value = lookup(key);
    if (value == null || overridden.contains(key)) {
      return value == null ? key : value.origin();
    }
    return value.origin() + ": " + key;
  }

  /**
   * To be called when everything has been read: a key that was not declared is an error, and so is
   * an environment variable of one of the sections that names no key.
   */
  public void finish() {
    for (Map.Entry<String, Given> entry : given.entrySet()) {
      if (!keys.containsKey(entry.getKey())) {
        throw new BadInputException(
            where(entry.getKey())
                + ": unknown key; the nearest known one is '"
                + Names.nearest(entry.getKey(), keys.keySet())
                + "' (sadi train --list-config prints all)");
      }
    }
    Set<String> variables = keys.keySet().stream().map(Config::variable).collect(toSet());
    Set<String> sections =
        keys.keySet().stream()
            .map(key -> variable(key.substring(0, key.indexOf('.') + 1)))
            .collect(toSet());
    for (String name : new TreeSet<>(environment.keySet())) {
      // Other variables that begin with SADI_ belong to the launcher or to other programs.
      if (!variables.contains(name) && sections.stream().anyMatch(name::startsWith)) {
        throw new BadInputException(
            "environment variable "
                + name
                + ": names no key; the nearest that does is "
                + Names.nearest(name, variables)
                + " (sadi train --list-config prints all keys); unset it, or correct its name");
      }
    }
  }

  /** The variable that sets a key. */
  private static String variable(String key) {
    return "SADI_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** The declared keys, in the order they were read. */
  public List<Key> keys() {
    return List.copyOf(keys.values());
  }

  /** The resolved config: every declared key with its value, as nested maps. */
  public Map<String, Object> resolved() {
    Map<String, Object> root = new LinkedHashMap<>();
    resolved.forEach(
        (key, value) -> {
          Map<String, Object> at = root;
          String[] path = key.split("\\.", -1);
          for (int i = 0; i < path.length - 1; i++) {
            at = section(at, path[i]);
          }
          at.put(path[path.length - 1], value);
        });
    return root;
  }

  /** The same by dotted key, as a person writes the values. */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    resolved.forEach(
        (key, value) ->
            settings.put(key, value instanceof Double number ? plain(number) : shown(value)));
    return settings;
  }

  public String toYaml() {
    return Yaml.write(resolved());
  }

  /** How an enum constant is written in configs and on the command line. */
  public static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  // ---------------------------------------------------------------------------------------------

  @FunctionalInterface
  private interface Parser {
    Object parse(Given given);
  }

  private Object read(String key, String type, Object defaultValue, String meaning, Parser parser) {
    keys.put(key, new Key(key, type, shown(defaultValue), meaning));
    Given own = lookup(key);
    Given value = own == null ? overlay.get(key) : own;
    Object result = defaultValue;
    if (value != null) {
      try {
        result = parser.parse(value);
      } catch (IllegalArgumentException e) {
        String where = own == null ? value.origin() + ": " + key : where(key);
        throw BadInputException.at(where, value.shown(), type, "");
      }
    }
    // A list of its own: YAML writes one that two keys share as an anchor and an alias.
    resolved.put(key, result instanceof List<?> list ? new ArrayList<>(list) : result);
    return result;
  }

  private @Nullable Given lookup(String key) {
    Given value = given.get(key);
    if (value != null && overridden.contains(key)) {
      return value;
    }
    String variable = variable(key);
    String text = environment.get(variable);
    if (text != null) {
      return Given.of(Yaml.compose(text, "$" + variable), "$" + variable);
    }
    return value;
  }

  private void addYaml(String text, String origin) {
    Node root = Yaml.compose(text, origin);
    if (root == null) {
      return; // an empty file sets nothing
    }
    if (!(root instanceof MappingNode mapping)) {
      throw BadInputException.at(
          origin, "no sections", "a mapping such as 'train: {epochs: 10}'", "");
    }
    flatten("", mapping, origin);
  }

  private void flatten(String prefix, MappingNode mapping, String origin) {
    for (NodeTuple tuple : mapping.getValue()) {
      String place = origin + ":" + (tuple.getKeyNode().getStartMark().getLine() + 1);
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        throw BadInputException.at(place, "a key that is no name", "section.key", "");
      }
      String key = prefix + keyNode.getValue();
      if (tuple.getValueNode() instanceof MappingNode inner) {
        flatten(key + ".", inner, origin);
      } else if (given.putIfAbsent(key, Given.of(tuple.getValueNode(), place)) != null) {
        throw new BadInputException(place + ": " + key + ": given twice; remove one");
      }
    }
  }

  private static String shown(Object value) {
    return value instanceof Boolean flag ? (flag ? "on" : "off") : value.toString();
  }

  private static String range(double min, double max) {
    String low = min <= -1e9 ? "" : plain(min);
    String high = max >= 1e9 ? "" : plain(max);
    return low.isEmpty() && high.isEmpty() ? "" : low + ".." + high;
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> section(Map<String, Object> at, String name) {
    return (Map<String, Object>) at.computeIfAbsent(name, n -> new LinkedHashMap<String, Object>());
  }

  @Override
  public String toString() {
    return resolved.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(", "));
  }
}
