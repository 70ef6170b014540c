package io.sadi.eval;

import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.sadi.config.Field;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Predictions as JSON ({@code images}, in them {@code people}, in them {@code keypoints} by name)
 * or as JSONL, one such image a line. A joint that was not found has null. Other keys do not
 * matter. A file is not held as a whole.
 */
final class PredictionsJson {
  private final List<String> joints;
  private final Predictions people = new Predictions();
  private final List<Detection> found = new ArrayList<>();

  private PredictionsJson(List<String> joints) {
    this.joints = joints;
  }

  /**
   * Reads a file of any kind: an object of images, the list of {@link CocoResults}, or what {@link
   * ImageJson} knows.
   */
  static List<Detection> read(Path file, List<String> joints, CocoResults.ImageNameSource imageIds)
      throws IOException {
    return Json.streamPython(
        file,
        json ->
            json.peek() == JsonToken.BEGIN_ARRAY
                ? CocoResults.read(json, file, joints, imageIds)
                : object(json, file, joints));
  }

  private static List<Detection> object(JsonReader json, Path file, List<String> joints)
      throws IOException {
    if (json.peek() != JsonToken.BEGIN_OBJECT) {
      throw BadInputException.at(
          file,
          Json.kind(JsonParser.parseReader(json)),
          "an object with images, or a list of COCO results",
          "");
    }
    PredictionsJson reader = new PredictionsJson(joints);
    boolean known = false;
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "images" -> reader.images(json, file);
        case "people" ->
            reader.found.addAll(
                ImageJson.ofOpenPose(file, joints)
                    .openPose(Field.at(JsonParser.parseReader(json), file, "people")));
        case "instance_info" ->
            reader.found.addAll(
                ImageJson.ofMmposesDemo(file, joints)
                    .mmpose(Field.at(JsonParser.parseReader(json), file, "instance_info")));
        default -> {
          json.skipValue();
          continue;
        }
      }
      known = true;
    }
    json.endObject();
    if (!known) {
      throw BadInputException.at(
          file,
          "none of images, people and instance_info",
          "one of them: predictions of 'sadi predict', OpenPose or MMPose",
          "");
    }
    return reader.found;
  }

  private void images(JsonReader json, Path file) throws IOException {
    if (json.peek() != JsonToken.BEGIN_ARRAY) {
      throw BadInputException.at(
          file + ": images", Json.kind(JsonParser.parseReader(json)), "a list", "");
    }
    json.beginArray();
    for (int i = 0; json.hasNext(); i++) {
      addImage(Field.at(JsonParser.parseReader(json), file, "images[" + i + "]"));
    }
    json.endArray();
  }

  static List<Detection> readLines(Path file, List<String> joints) throws IOException {
    PredictionsJson reader = new PredictionsJson(joints);
    try (BufferedReader lines = InputFile.text(file)) {
      int number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String where = file + ":" + number++;
        if (!line.isBlank()) {
          reader.addImage(Field.root(Json.parsePython(line, where), where));
        }
      }
    } catch (CharacterCodingException e) {
      throw BadInputException.at(file, "bytes that are not UTF-8", "lines of JSON", "");
    }
    return reader.found;
  }

  private void addImage(Field image) {
    String name = image.get("image").text();
    image.get("people").list().forEach(person -> addPerson(name, person));
  }

  private void addPerson(String image, Field person) {
    int index = person.get("person").index();
    Prediction prediction = Prediction.empty(image, index, joints.size());
    boolean[] seen = new boolean[joints.size()];
    Field keypoints = person.get("keypoints");
    for (Field joint : keypoints.list()) {
      int k = joints.indexOf(joint.get("name").text());
      if (k >= 0) {
        if (seen[k]) {
          throw BadInputException.at(joint.where(), joints.get(k) + " a second time", "once", "");
        }
        seen[k] = true;
        fill(prediction, k, joint);
      }
    }
    for (int k = 0; k < seen.length; k++) {
      if (!seen[k]) {
        throw BadInputException.at(
            keypoints.where(), "no " + joints.get(k), "every joint of the dataset", "");
      }
    }
    if (!people.add(prediction)) {
      throw BadInputException.at(
          person.where(),
          "a second entry for " + image + ", person " + index,
          "one entry a person",
          "remove one");
    }
    found.add(
        Detection.of(
                prediction, person.get("score").numberOrNaN(), Detection.box(person.get("box")), "")
            .detected(person.get("box_score").isGiven()));
  }

  private static void fill(Prediction prediction, int k, Field joint) {
    for (String axis : List.of("x", "y")) {
      if (!joint.get(axis).isThere()) {
        throw joint.get(axis).wrong("a number", "null for a joint that was not found");
      }
    }
    prediction.x()[k] = joint.get("x").floatingOrNaN();
    prediction.y()[k] = joint.get("y").floatingOrNaN();
    if (joint.get("score").isGiven()) {
      prediction.score()[k] = joint.get("score").floating();
    }
    Field sigma = joint.get("sigma");
    if (sigma.isGiven()) {
      if (!sigma.isList(2)) {
        throw sigma.wrong("two numbers");
      }
      prediction.sigmaX()[k] = sigma.list().get(0).floating();
      prediction.sigmaY()[k] = sigma.list().get(1).floating();
    }
  }
}
