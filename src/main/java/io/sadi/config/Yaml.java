package io.sadi.config;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** YAML files as plain maps, lists, strings, numbers and booleans. No types, no code in files. */
public final class Yaml {
  private Yaml() {}

  /** A whole file as a map; a {@link BadInputException} names the line of what is wrong. */
  public static Map<String, Object> readMap(Path file) throws IOException {
    return parseMap(readText(file), file);
  }

  /**
   * A file of {@code configs/} that is in the jar, as a map.
   *
   * @param name below {@code configs/}, without {@code .yaml}
   */
  public static Map<String, Object> presetMap(String name) throws IOException {
    ConfigFile preset = ConfigFile.preset(name);
    return parseMap(preset.text(), preset.origin());
  }

  /**
   * A text as a map.
   *
   * @param origin what error messages call it
   */
  @SuppressWarnings("unchecked")
  static Map<String, Object> parseMap(String text, Object origin) {
    Object value;
    try {
      value = yaml().load(text);
    } catch (YAMLException | ClassCastException | IllegalStateException e) {
      throw malformed(origin, e);
    }
    if (!(value instanceof Map<?, ?> map)
        || !map.keySet().stream().allMatch(String.class::isInstance)) {
      throw BadInputException.at(origin, kind(value), "a mapping of names to values", "");
    }
    return (Map<String, Object>) map;
  }

  /** A map as block-style YAML, keys in the map's order. */
  public static String write(Map<String, ?> map) {
    return yaml().dump(map);
  }

  static @Nullable Node compose(String text, Object origin) {
    try {
      return yaml().compose(new java.io.StringReader(text));
    } catch (YAMLException e) {
      throw malformed(origin, e);
    }
  }

  static String readText(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw BadInputException.at(file, "a folder", "a YAML text file", "");
    }
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new BadInputException(file + ": no such file", e);
    } catch (MalformedInputException e) {
      throw BadInputException.at(file, "bytes that are not UTF-8", "a YAML text file", "");
    }
  }

  private static BadInputException malformed(Object origin, RuntimeException e) {
    String place = "";
    String problem =
        e.getMessage() == null ? "not YAML" : e.getMessage().lines().findFirst().orElse("");
    if (e instanceof MarkedYAMLException marked) {
      if (marked.getProblemMark() != null) {
        place = ":" + (marked.getProblemMark().getLine() + 1);
      }
      if (marked.getProblem() != null) {
        problem = marked.getProblem();
      }
    }
    return new BadInputException(origin + place + ": not valid YAML: " + problem, e);
  }

  private static String kind(@Nullable Object value) {
    return value == null
        ? "nothing"
        : value instanceof Map ? "keys that are not names" : "'" + value + "'";
  }

  private static org.yaml.snakeyaml.Yaml yaml() {
    LoaderOptions load = new LoaderOptions();
    load.setAllowDuplicateKeys(false);
    load.setMaxAliasesForCollections(20);
    load.setNestingDepthLimit(30);
    load.setCodePointLimit(16 << 20);
    DumperOptions dump = new DumperOptions();
    dump.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    dump.setWidth(1000);
    dump.setSplitLines(false);
    return new org.yaml.snakeyaml.Yaml(
        new SafeConstructor(load), new Representer(dump), dump, load, new Resolver());
  }
}
