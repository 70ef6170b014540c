package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Values of JSON objects, each checked where it is read; {@code where} is the object's place. */
final class JsonFields {
  private static final double EXACT = 1L << 53;

  private JsonFields() {}

  /** Whether a value is there and not null. */
  static boolean given(@Nullable JsonElement value) {
    return value != null && !value.isJsonNull();
  }

  /** A finite number. */
  static float number(JsonObject object, String key, String where) {
    return number(member(object, key, where, "a number", v -> true), where + "." + key);
  }

  static float number(JsonElement value, String where) {
    if (isNumber(value)) {
      float number = value.getAsFloat();
      if (Float.isFinite(number)) {
        return number;
      }
    }
    throw BadInputException.at(where, Json.kind(value), "a finite number", "");
  }

  /** A finite number, or NaN where it is null, as a joint that was not found has. */
  static float numberOrNaN(@Nullable JsonElement value, String where) {
    return given(value) ? number(Objects.requireNonNull(value), where) : Float.NaN;
  }

  /** A finite number, or NaN where it is null or not there. */
  static double numberOrNaN(JsonObject object, String key, String where) {
    JsonElement value = object.get(key);
    if (!given(value)) {
      return Double.NaN;
    }
    double number = isNumber(value) ? value.getAsDouble() : Double.NaN;
    if (!Double.isFinite(number)) {
      throw BadInputException.at(where + "." + key, Json.kind(value), "a finite number", "");
    }
    return number;
  }

  /** A box x, y, width, height; null where it is null, empty or not there. */
  static @Nullable Box box(JsonObject object, String key, String where) {
    JsonElement value = object.get(key);
    if (!given(value) || (value.isJsonArray() && value.getAsJsonArray().isEmpty())) {
      return null;
    }
    JsonArray sides = list(object, key, where);
    if (sides.size() != 4) {
      throw BadInputException.at(
          where + "." + key, sides.size() + " numbers", "x, y, width, height", "");
    }
    double[] numbers = new double[4];
    for (int i = 0; i < 4; i++) {
      numbers[i] = number(sides.get(i), where + "." + key + "[" + i + "]");
    }
    return new Box(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  /** A whole number that a double holds exactly. */
  static long integer(JsonObject object, String key, String where) {
    JsonElement value = member(object, key, where, "a whole number", v -> true);
    double number = isNumber(value) ? value.getAsDouble() : Double.NaN;
    if (number != Math.rint(number) || Math.abs(number) > EXACT) {
      throw BadInputException.at(where + "." + key, Json.kind(value), "a whole number", "");
    }
    return (long) number;
  }

  /** A whole number from 0. */
  static int index(JsonObject object, String key, String where) {
    long number = integer(object, key, where);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw BadInputException.at(where + "." + key, "" + number, "a whole number from 0", "");
    }
    return (int) number;
  }

  static String text(JsonObject object, String key, String where) {
    return member(
            object,
            key,
            where,
            "a string",
            v -> v.isJsonPrimitive() && v.getAsJsonPrimitive().isString())
        .getAsString();
  }

  static JsonArray list(JsonObject object, String key, String where) {
    return member(object, key, where, "a list", JsonElement::isJsonArray).getAsJsonArray();
  }

  private static boolean isNumber(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
  }

  private static JsonElement member(
      JsonObject object, String key, String where, String expected, Predicate<JsonElement> fits) {
    JsonElement value = object.get(key);
    if (value == null || !fits.test(value)) {
      throw BadInputException.at(
          where + "." + key, value == null ? "nothing" : Json.kind(value), expected, "");
    }
    return value;
  }
}
