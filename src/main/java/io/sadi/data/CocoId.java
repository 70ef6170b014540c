package io.sadi.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.sadi.config.Field;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The id of an image, an annotation or a category in a COCO file: a whole number, or text, as some
 * programs write it. A number and the text of it are two ids.
 *
 * @param number 0 where the id is text
 * @param text null where the id is a number
 */
public record CocoId(long number, @Nullable String text) {

  public static CocoId of(long number) {
    return new CocoId(number, null);
  }

  public static CocoId of(String text) {
    return new CocoId(0, text);
  }

  /** The id that a file has. */
  public static CocoId from(Field field) {
    CocoId id = field.value() instanceof JsonElement json ? of(json) : null;
    if (id == null) {
      throw field.wrong("an id: a whole number, or text");
    }
    return id;
  }

  /** The id that a file has, or null for what can be none: an object, a list, 1.5, nothing. */
  public static @Nullable CocoId of(@Nullable JsonElement value) {
    if (value == null || !value.isJsonPrimitive()) {
      return null;
    }
    JsonPrimitive primitive = value.getAsJsonPrimitive();
    if (primitive.isString()) {
      return of(primitive.getAsString());
    }
    if (!primitive.isNumber()) {
      return null;
    }
    try {
      BigDecimal number = new BigDecimal(primitive.getAsString());
      // A damaged exponent would make a number of a billion digits.
      return Math.abs(number.scale()) > 20 ? null : of(number.longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  /** As it was written: a number as a number, text as text. */
  public JsonPrimitive toJson() {
    return text == null ? new JsonPrimitive(number) : new JsonPrimitive(text);
  }

  @Override
  public String toString() {
    return text == null ? Long.toString(number) : '"' + text + '"';
  }
}
