package io.sadi.ablate.study;

import io.sadi.config.Names;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A mapping of a study's file, each key checked where it is read. */
final class StudySection {
  private final Map<?, ?> map;
  private final String where;
  private final Set<String> known = new LinkedHashSet<>();

  StudySection(Map<?, ?> map, String where) {
    this.map = map;
    this.where = where;
  }

  /** Its place, for messages. */
  String where() {
    return where;
  }

  /** Its keys, in the file's order. */
  List<String> keys() {
    return map.keySet().stream().map(String::valueOf).toList();
  }

  boolean has(String key) {
    return get(key) != null;
  }

  private @Nullable Object get(String key) {
    known.add(key);
    return map.get(key);
  }

  String text(String key, String otherwise) {
    Object value = get(key);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Map || value instanceof List) {
      throw wrong(key, value, "text");
    }
    return value.toString();
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (Object element : list(key)) {
      if (!(element instanceof String text)) {
        throw wrong(key, element, "a list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  List<StudySection> sections(String key) {
    List<StudySection> sections = new ArrayList<>();
    for (Object element : list(key)) {
      String place = where + ": " + key + "[" + sections.size() + "]";
      // A bare name is a variant without further settings.
      Object section = element instanceof String name ? Map.of("name", name) : element;
      if (!(section instanceof Map<?, ?> values)) {
        throw BadInputException.at(place, String.valueOf(element), "keys and values", "");
      }
      sections.add(new StudySection(values, place));
    }
    return sections;
  }

  List<Integer> seeds() {
    if (!has("seeds")) {
      return List.of(1);
    }
    Set<Integer> seeds = new LinkedHashSet<>();
    for (Object element : list("seeds")) {
      if (!(element instanceof Integer seed) || seed < 0) {
        throw wrong("seeds", element, "whole numbers from 0");
      }
      seeds.add(seed);
    }
    if (seeds.isEmpty()) {
      throw wrong("seeds", null, "at least one");
    }
    return List.copyOf(seeds);
  }

  @Nullable Double number(String key) {
    Object value = get(key);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Number number)) {
      throw wrong(key, value, "a number");
    }
    return number.doubleValue();
  }

  Map<String, Double> numbers(String key) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    if (has(key)) {
      StudySection values = section(key);
      for (Object name : values.map.keySet()) {
        Double number = values.number(name.toString());
        if (number != null) {
          numbers.put(name.toString(), number);
        }
      }
    }
    return numbers;
  }

  StudySection section(String key) {
    Object value = get(key);
    if (!(value instanceof Map<?, ?> values)) {
      throw wrong(key, value, "keys and values");
    }
    return new StudySection(values, where + ": " + key);
  }

  /** Config keys and values; sections may be nested as in a config. */
  Map<String, String> overrides() {
    Map<String, String> all = new LinkedHashMap<>();
    if (has("overrides")) {
      section("overrides").flatten("", all);
    }
    return all;
  }

  private void flatten(String prefix, Map<String, String> into) {
    map.forEach(
        (key, value) -> {
          String name = prefix + key;
          if (value instanceof Map<?, ?> inner) {
            new StudySection(inner, where).flatten(name + ".", into);
          } else if (value == null) {
            throw wrong(name, null, "a value");
          } else if (into.put(name, value.toString()) != null) {
            throw wrong(name, value, "one value, not two");
          }
        });
  }

  private List<?> list(String key) {
    if (!(get(key) instanceof List<?> list)) {
      throw wrong(key, map.get(key), "a list");
    }
    return list;
  }

  /** To be called when everything has been read: a key that was not read is an error. */
  void finish() {
    for (Object key : map.keySet()) {
      if (!known.contains(String.valueOf(key))) {
        throw new BadInputException(
            where
                + ": unknown key '"
                + key
                + "'; the nearest known one is '"
                + Names.nearest(String.valueOf(key), known)
                + "'");
      }
    }
  }

  BadInputException wrong(String key, @Nullable Object found, String expected) {
    return BadInputException.at(
        where + ": " + key, found == null ? "nothing" : "'" + found + "'", expected, "");
  }
}
