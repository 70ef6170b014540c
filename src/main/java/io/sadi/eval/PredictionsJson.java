package io.sadi.eval;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Predictions as JSON ({@code images}, in them {@code people}, in them {@code keypoints} by name)
 * or as JSONL, one such image a line. Other keys do not matter.
 */
final class PredictionsJson {
  private final List<String> joints;
  private final Predictions predictions = new Predictions();

  private PredictionsJson(List<String> joints) {
    this.joints = joints;
  }

  static Predictions read(Path file, List<String> joints) throws IOException {
    PredictionsJson reader = new PredictionsJson(joints);
    JsonObject root = Json.readObject(file);
    int i = 0;
    for (JsonElement image : list(root, "images", file.toString())) {
      reader.addImage(image, file + ": images[" + i++ + "]");
    }
    return reader.predictions;
  }

  static Predictions readLines(Path file, List<String> joints) throws IOException {
    PredictionsJson reader = new PredictionsJson(joints);
    try (BufferedReader lines = InputFile.text(file)) {
      int number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String where = file + ":" + number++;
        if (!line.isBlank()) {
          reader.addImage(Json.parse(line, where), where);
        }
      }
    } catch (CharacterCodingException e) {
      throw BadInputException.at(file, "bytes that are not UTF-8", "lines of JSON", "");
    }
    return reader.predictions;
  }

  private void addImage(JsonElement element, String where) {
    JsonObject image = Json.object(element, where);
    String name = string(image, "image", where);
    int i = 0;
    for (JsonElement person : list(image, "people", where)) {
      addPerson(name, person, where + ".people[" + i++ + "]");
    }
  }

  private void addPerson(String image, JsonElement element, String where) {
    JsonObject person = Json.object(element, where);
    double index = number(person, "person", where);
    if (index < 0 || index != Math.rint(index)) {
      throw BadInputException.at(where + ".person", "" + index, "a whole number from 0", "");
    }
    Prediction prediction = Prediction.empty(image, (int) index, joints.size());
    boolean[] seen = new boolean[joints.size()];
    int i = 0;
    for (JsonElement keypoint : list(person, "keypoints", where)) {
      String place = where + ".keypoints[" + i++ + "]";
      JsonObject joint = Json.object(keypoint, place);
      int k = joints.indexOf(string(joint, "name", place));
      if (k >= 0) {
        if (seen[k]) {
          throw BadInputException.at(place, joints.get(k) + " a second time", "once", "");
        }
        seen[k] = true;
        fill(prediction, k, joint, place);
      }
    }
    for (int k = 0; k < seen.length; k++) {
      if (!seen[k]) {
        throw BadInputException.at(
            where + ".keypoints", "no " + joints.get(k), "every joint of the dataset", "");
      }
    }
    if (!predictions.add(prediction)) {
      throw BadInputException.at(
          where,
          "a second entry for " + image + ", person " + prediction.person(),
          "one entry a person",
          "remove one");
    }
  }

  private static void fill(Prediction prediction, int k, JsonObject joint, String where) {
    prediction.x()[k] = number(joint, "x", where);
    prediction.y()[k] = number(joint, "y", where);
    if (given(joint.get("score"))) {
      prediction.score()[k] = number(joint, "score", where);
    }
    if (given(joint.get("sigma"))) {
      List<JsonElement> sigma = list(joint, "sigma", where);
      if (sigma.size() != 2) {
        throw BadInputException.at(where + ".sigma", sigma.toString(), "two numbers", "");
      }
      prediction.sigmaX()[k] = number(sigma.get(0), where + ".sigma");
      prediction.sigmaY()[k] = number(sigma.get(1), where + ".sigma");
    }
  }

  private static boolean given(@Nullable JsonElement value) {
    return value != null && !value.isJsonNull();
  }

  private static float number(JsonObject object, String key, String where) {
    return number(member(object, key, where, "a number", v -> true), where + "." + key);
  }

  private static float number(JsonElement value, String where) {
    if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()) {
      float number = value.getAsFloat();
      if (Float.isFinite(number)) {
        return number;
      }
    }
    throw BadInputException.at(where, Json.kind(value), "a finite number", "");
  }

  private static String string(JsonObject object, String key, String where) {
    return member(
            object,
            key,
            where,
            "a string",
            v -> v.isJsonPrimitive() && v.getAsJsonPrimitive().isString())
        .getAsString();
  }

  private static List<JsonElement> list(JsonObject object, String key, String where) {
    return member(object, key, where, "a list", JsonElement::isJsonArray).getAsJsonArray().asList();
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
