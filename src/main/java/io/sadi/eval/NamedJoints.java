package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.sadi.io.Csv;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which joints a file of predictions names: the columns of a CSV, the keypoints of a JSON file's
 * first person. COCO results, MATLAB files and folders name none. What else is in the file, or
 * wrong with it, is for who reads it.
 */
final class NamedJoints {
  private static final String X = "_x";
  private static final String Y = "_y";

  private NamedJoints() {}

  /** The names, in the file's order; none where it names none. */
  static List<String> of(Path file) throws IOException {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (Files.isDirectory(file) || name.endsWith(".mat")) {
      return List.of();
    }
    return name.endsWith(".json") ? json(file) : name.endsWith(".jsonl") ? lines(file) : csv(file);
  }

  private static List<String> csv(Path file) throws IOException {
    List<String> joints = new ArrayList<>();
    try (Csv csv = Csv.open(file)) {
      List<String> header = csv.header();
      for (String column : header) {
        String joint = column.endsWith(X) ? column.substring(0, column.length() - 2) : "";
        boolean deviation =
            joint.endsWith("_sigma")
                && header.contains(joint.substring(0, joint.length() - "_sigma".length()) + X);
        if (!joint.isEmpty()
            && header.contains(joint + Y)
            && !joint.equals("box")
            && !deviation
            && !joints.contains(joint)) {
          joints.add(joint);
        }
      }
    }
    return joints;
  }

  private static List<String> json(Path file) throws IOException {
    if (Json.startsWithList(file)) {
      return List.of();
    }
    return Json.streamPython(file, NamedJoints::ofObject);
  }

  /**
   * Reads the whole object, as whoever streams a file must, and keeps the first person's joints.
   */
  private static List<String> ofObject(JsonReader json) throws IOException {
    if (json.peek() != JsonToken.BEGIN_OBJECT) {
      json.skipValue();
      return List.of();
    }
    List<String> joints = List.of();
    json.beginObject();
    while (json.hasNext()) {
      if (!json.nextName().equals("images") || json.peek() != JsonToken.BEGIN_ARRAY) {
        json.skipValue();
        continue;
      }
      json.beginArray();
      while (json.hasNext()) {
        if (joints.isEmpty()) {
          joints = ofImage(JsonParser.parseReader(json));
        } else {
          json.skipValue();
        }
      }
      json.endArray();
    }
    json.endObject();
    return joints;
  }

  private static List<String> lines(Path file) throws IOException {
    try (BufferedReader lines = InputFile.text(file)) {
      int number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String where = file + ":" + number++;
        List<String> joints = line.isBlank() ? List.of() : ofImage(Json.parsePython(line, where));
        if (!joints.isEmpty()) {
          return joints;
        }
      }
    } catch (CharacterCodingException e) {
      return List.of(); // reading the whole file says what is wrong
    }
    return List.of();
  }

  /** Of an image's first person; none where there is nobody. */
  private static List<String> ofImage(JsonElement image) {
    JsonElement person = first(member(image, "people"));
    List<String> joints = new ArrayList<>();
    if (member(person, "keypoints") instanceof JsonArray keypoints) {
      for (JsonElement keypoint : keypoints) {
        if (member(keypoint, "name") instanceof JsonPrimitive name) {
          joints.add(name.getAsString());
        }
      }
    }
    return joints;
  }

  private static @Nullable JsonElement member(@Nullable JsonElement of, String name) {
    return of instanceof JsonObject object ? object.get(name) : null;
  }

  private static @Nullable JsonElement first(@Nullable JsonElement of) {
    return of instanceof JsonArray list && !list.isEmpty() ? list.get(0) : null;
  }
}
