package io.sadi.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, each checked where it is read.
 *
 * @param where the file and the object's place in it, for messages
 */
public record Fields(JsonObject object, String where) {
  /** Farther from an image than any annotation: what lies beyond is a damaged number. */
  static final double FARTHEST = 1e6;

  /** Whether the field is there and not null. */
  public boolean has(String name) {
    JsonElement value = object.get(name);
    return value != null && !value.isJsonNull();
  }

  /** An integer; the limits must be ones that a double holds exactly. */
  public long integer(String name, long min, long max) {
    Double value = number(object.get(name));
    if (value == null || value != Math.rint(value) || value < min || value > max) {
      throw wrong(name, "an integer " + min + ".." + max);
    }
    return value.longValue();
  }

  /** Whether the field is a list of so many elements. */
  boolean isList(String name, int length) {
    JsonElement value = object.get(name);
    return value != null && value.isJsonArray() && value.getAsJsonArray().size() == length;
  }

  boolean isNumber(String name) {
    return number(object.get(name)) != null;
  }

  /** An id: a whole number or text. */
  CocoId id(String name) {
    CocoId id = CocoId.of(object.get(name));
    if (id == null) {
      throw wrong(name, "an id: a whole number, or text");
    }
    return id;
  }

  /** A number within +-1e6. */
  public double number(String name) {
    Double value = number(object.get(name));
    if (value == null || !(Math.abs(value) <= FARTHEST)) {
      throw wrong(name, "a number within +-1e6");
    }
    return value;
  }

  /** {@code area} in square pixels; NaN where it is none. */
  double area() {
    Double value = number(object.get("area"));
    return value != null && value >= 0 && value <= FARTHEST * FARTHEST ? value : Double.NaN;
  }

  public double positive(String name) {
    Double value = number(object.get(name));
    if (value == null || !(value > 0 && value <= FARTHEST)) {
      throw wrong(name, "a positive number");
    }
    return value;
  }

  public String text(String name) {
    String text = text(object.get(name));
    if (text == null) {
      throw wrong(name, "text");
    }
    return text;
  }

  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonElement element : list(name)) {
      String text = text(element);
      if (text == null) {
        throw wrong(name + "[" + texts.size() + "]", element, "text");
      }
      texts.add(text);
    }
    return texts;
  }

  /** A list of exactly {@code length} numbers. */
  public double[] numbers(String name, int length) {
    return numbers(name, object.get(name), length);
  }

  public double[] numbers(String name, @Nullable JsonElement value, int length) {
    if (value == null || !value.isJsonArray() || value.getAsJsonArray().size() != length) {
      throw wrong(name, value, "a list of " + length + " numbers");
    }
    return numbers(name, value.getAsJsonArray());
  }

  public double[] numbers(String name) {
    return numbers(name, list(name));
  }

  private double[] numbers(String name, JsonArray list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      Double value = number(list.get(i));
      if (value == null || !(Math.abs(value) <= FARTHEST)) {
        throw wrong(name + "[" + i + "]", list.get(i), "a number within +-1e6");
      }
      values[i] = value;
    }
    return values;
  }

  /** Whether a field is true or 1; false or 0 it may be besides. */
  public boolean flag(String name) {
    JsonElement value = object.get(name);
    if (value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean()) {
      return value.getAsBoolean();
    }
    return integer(name, 0, 1) == 1;
  }

  /**
   * A list of numbers of any size, NaN where it has null. Lists in it stand for their numbers:
   * three each, or null for three times null.
   */
  double[] joints(String name) {
    JsonArray list = list(name);
    if (!list.isEmpty() && nested(list)) {
      JsonArray flat = new JsonArray();
      for (JsonElement element : list) {
        if (element.isJsonNull()) {
          for (int i = 0; i < 3; i++) {
            flat.add(element);
          }
        } else if (element.isJsonArray() && element.getAsJsonArray().size() == 3) {
          flat.addAll(element.getAsJsonArray());
        } else {
          throw wrong(name, element, "numbers, or lists of x, y and visibility");
        }
      }
      list = flat;
    }
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      JsonElement element = list.get(i);
      Double value = element.isJsonNull() ? Double.valueOf(Double.NaN) : number(element);
      if (value == null) {
        throw wrong(name + "[" + i + "]", element, "a number");
      }
      values[i] = value;
    }
    return values;
  }

  private static boolean nested(JsonArray list) {
    for (JsonElement element : list) {
      if (element.isJsonArray()) {
        return true;
      }
    }
    return false;
  }

  public JsonArray list(String name) {
    JsonElement value = object.get(name);
    if (value == null || !value.isJsonArray()) {
      throw wrong(name, "a list");
    }
    return value.getAsJsonArray();
  }

  public BadInputException wrong(String name, String expected) {
    return wrong(name, object.get(name), expected);
  }

  private BadInputException wrong(String name, @Nullable JsonElement found, String expected) {
    String shown =
        found == null
            ? "nothing"
            : found.isJsonArray() && found.getAsJsonArray().size() < 8
                ? found.toString()
                : Json.kind(found);
    return BadInputException.at(
        where + "." + name, shown.length() > 80 ? "a longer value" : shown, expected, "");
  }

  private static @Nullable Double number(@Nullable JsonElement value) {
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()
        ? (Double) value.getAsDouble()
        : null;
  }

  private static @Nullable String text(@Nullable JsonElement value) {
    return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()
        ? value.getAsString()
        : null;
  }
}
