package io.sadi.data;

import com.google.gson.JsonObject;
import io.sadi.config.Field;
import io.sadi.io.Json;

/**
 * Where an image was cut out of a photo: what lies at (x, y) of the photo lies at ((x - left + 0.5)
 * factor - 0.5, (y - top + 0.5) factor - 0.5) of the image.
 *
 * @param image the photo's name, relative to the image root that it had
 * @param person 0-based index in the photo
 * @param left the photo's column that is the image's first
 * @param top the photo's row that is the image's first
 * @param factor pixels of the image for one of the photo, above 0
 */
public record CropOrigin(String image, int person, double left, double top, double factor) {
  private static final int DECIMALS = 9;
  private static final int MOST_PEOPLE = 1 << 20;

  /** Where a part of the image lies in the photo, that of it having these values in the image. */
  public CropOrigin cut(double partLeft, double partTop, double partFactor) {
    return new CropOrigin(
        image, person, left + partLeft / factor, top + partTop / factor, factor * partFactor);
  }

  /** Whether a field is one: other programs may have something else under its name. */
  static boolean isOne(Field field) {
    return field.isObject()
        && field.get("image").isText()
        && field.get("person").isNumber()
        && field.get("left").isNumber()
        && field.get("top").isNumber()
        && field.get("factor").isNumber();
  }

  /** Reads {@link #json}. */
  static CropOrigin from(Field field) {
    return new CropOrigin(
        field.get("image").text(),
        (int) field.get("person").integer(0, MOST_PEOPLE),
        Pixels.number(field.get("left")),
        Pixels.number(field.get("top")),
        Pixels.positive(field.get("factor")));
  }

  /** As an annotation has it. */
  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("image", image);
    json.addProperty("person", person);
    json.add("left", Json.number(left, DECIMALS));
    json.add("top", Json.number(top, DECIMALS));
    json.add("factor", Json.number(factor, DECIMALS));
    return json;
  }
}
