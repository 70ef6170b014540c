package io.sadi.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value of a JSON or YAML file with its place there, checked where it is read. What is not as it
 * should be is a {@link BadInputException}: {@code FILE: people[3].box: found "x", expected ...}.
 */
public final class Field {
  private static final long EXACT = 1L << 53;
  private static final int LONGEST_SHOWN = 80;
  private static final int MOST_SHOWN = 8;

  private final @Nullable Object value;
  private final @Nullable Field parent;

  /** The file where there is no parent; else the name, or the number in a list, in the parent. */
  private final Object key;

  private Field(@Nullable Object value, @Nullable Field parent, Object key) {
    this.value = value;
    this.parent = parent;
    this.key = key;
  }

  /**
   * A file's whole value.
   *
   * @param value a {@link JsonElement}, or what {@link Yaml} makes of a text
   * @param origin the file, for messages
   */
  public static Field root(Object value, Object origin) {
    return new Field(value, null, origin);
  }

  /**
   * A part of a file that is read in parts.
   *
   * @param place as in {@code images[3]}
   */
  public static Field at(Object value, Object origin, String place) {
    return new Field(value, new Field(null, null, origin), place);
  }

  /** The file and the place in it, for messages. */
  public String where() {
    Deque<Field> way = new ArrayDeque<>();
    Field at = this;
    for (Field next = parent; next != null; next = next.parent) {
      way.push(at);
      at = next;
    }
    StringBuilder where = new StringBuilder(at.key.toString());
    for (Field field : way) {
      boolean first = field.parent == at;
      if (field.key instanceof Integer number) {
        where.append(first ? ": [" : "[").append(number).append(']');
      } else {
        where.append(first ? ": " : ".").append(field.key);
      }
    }
    return where.toString();
  }

  /** The value as the parser gave it; null for nothing. */
  public @Nullable Object value() {
    return value;
  }

  /** Whether there is a value, null or not. */
  public boolean isThere() {
    return value != null;
  }

  /** Whether there is a value, and not null. */
  public boolean isGiven() {
    return value != null && !(value instanceof JsonNull);
  }

  /** Whether null stands here, as JSON writes it. */
  public boolean isNull() {
    return value instanceof JsonNull;
  }

  /** Whether this is an object or a mapping. */
  public boolean isObject() {
    return value instanceof JsonObject || value instanceof Map;
  }

  public boolean isList() {
    return elements() != null;
  }

  /** Whether this is a list of so many elements. */
  public boolean isList(int length) {
    List<?> elements = elements();
    return elements != null && elements.size() == length;
  }

  public boolean isText() {
    return value instanceof String || (value instanceof JsonPrimitive json && json.isString());
  }

  public boolean isNumber() {
    return value instanceof Number || (value instanceof JsonPrimitive json && json.isNumber());
  }

  /** A member of an object, there or not. */
  public Field get(String name) {
    return new Field(members().get(name), this, name);
  }

  /** The members of an object, in the file's order. */
  public Map<String, Field> entries() {
    Map<String, Field> entries = new LinkedHashMap<>();
    for (Object key : members().keySet()) {
      if (!(key instanceof String name)) {
        throw BadInputException.at(where(), "the name " + key, "text", "put it in quotes");
      }
      entries.put(name, get(name));
    }
    return entries;
  }

  /** Refuses members of other names, naming the nearest of these. */
  public void allow(Collection<String> known) {
    for (Object name : members().keySet()) {
      if (!known.contains(String.valueOf(name))) {
        throw new BadInputException(
            where()
                + ": unknown key '"
                + name
                + "'; the nearest known one is '"
                + Names.nearest(String.valueOf(name), known)
                + "'");
      }
    }
  }

  private Map<?, ?> members() {
    if (value instanceof JsonObject object) {
      return object.asMap();
    }
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(isJson() ? "an object" : "keys and values");
  }

  /** The elements of a list. */
  public List<Field> list() {
    List<?> elements = elements();
    if (elements == null) {
      throw wrong("a list");
    }
    List<Field> fields = new ArrayList<>(elements.size());
    for (Object element : elements) {
      fields.add(new Field(element, this, fields.size()));
    }
    return fields;
  }

  private @Nullable List<?> elements() {
    return value instanceof JsonArray array
        ? array.asList()
        : value instanceof List<?> list ? list : null;
  }

  public String text() {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof JsonPrimitive json && json.isString()) {
      return json.getAsString();
    }
    boolean scalar = isGiven() && !isJson() && !isObject() && !isList();
    throw wrong("text", scalar ? "put it in quotes" : "");
  }

  /** The choice that is written as this text is. */
  public <E extends Enum<E>> E oneOf(E[] choices) {
    for (E choice : choices) {
      if (isText() && choice.toString().equals(text())) {
        return choice;
      }
    }
    throw wrong(Arrays.stream(choices).map(Enum::toString).collect(Collectors.joining(", ")));
  }

  /** A list of texts. */
  public List<String> texts() {
    return list().stream().map(Field::text).toList();
  }

  /** A finite number. */
  public double number() {
    return number(Double::isFinite, "a finite number");
  }

  /** A number that fits what is expected. */
  public double number(DoublePredicate fits, String expected) {
    double number = toNumber();
    if (!isNumber() || !fits.test(number)) {
      throw wrong(expected);
    }
    return number;
  }

  /** A finite number, or NaN where there is none or null. */
  public double numberOrNaN() {
    return isGiven() ? number() : Double.NaN;
  }

  /** A number that is finite as a float. */
  public float floating() {
    return (float) number(number -> Float.isFinite((float) number), "a finite number");
  }

  /** A number that is finite as a float, or NaN where there is none or null. */
  public float floatingOrNaN() {
    return isGiven() ? floating() : Float.NaN;
  }

  /** A list of numbers, each of which fits what is expected. */
  public double[] numbers(DoublePredicate fits, String expected) {
    return list().stream().mapToDouble(element -> element.number(fits, expected)).toArray();
  }

  /** A whole number in this range, whose ends a double holds exactly. */
  public long integer(long min, long max) {
    return (long)
        number(
            number -> number == Math.rint(number) && number >= min && number <= max,
            "a whole number from " + min + " to " + max);
  }

  /** A whole number from 0. */
  public int index() {
    return (int)
        number(
            number -> number == Math.rint(number) && number >= 0 && number <= Integer.MAX_VALUE,
            "a whole number from 0");
  }

  /** A whole number that a double holds exactly. */
  public long integer() {
    return (long)
        number(
            number -> number == Math.rint(number) && Math.abs(number) <= EXACT, "a whole number");
  }

  /** Whether this is true or 1; it may also be false or 0. */
  public boolean flag() {
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof JsonPrimitive json && json.isBoolean()) {
      return json.getAsBoolean();
    }
    return number(number -> number == 0 || number == 1, "true or false") == 1;
  }

  /** Whether this is true, and not something else. */
  public boolean isTrue() {
    return Objects.equals(value, true)
        || (value instanceof JsonPrimitive json && json.isBoolean() && json.getAsBoolean());
  }

  /** An error that names this place and what stands there. */
  public BadInputException wrong(String expected) {
    return wrong(expected, "");
  }

  /**
   * An error that names this place and what stands there.
   *
   * @param remedy what to do; empty where it is plain
   */
  public BadInputException wrong(String expected, String remedy) {
    return BadInputException.at(where(), shown(), expected, remedy);
  }

  private double toNumber() {
    return value instanceof Number number
        ? number.doubleValue()
        : value instanceof JsonPrimitive json && json.isNumber() ? json.getAsDouble() : Double.NaN;
  }

  private boolean isJson() {
    return value instanceof JsonElement;
  }

  private String shown() {
    if (value == null) {
      return "nothing";
    }
    List<?> elements = elements();
    String shown;
    if (elements != null) {
      shown = elements.size() < MOST_SHOWN ? value.toString() : "a list";
    } else if (value instanceof JsonElement json) {
      shown = Json.kind(json);
    } else {
      shown = isObject() ? "keys and values" : "'" + value.toString().strip() + "'";
    }
    return shown.length() > LONGEST_SHOWN ? "a longer value" : shown;
  }
}
