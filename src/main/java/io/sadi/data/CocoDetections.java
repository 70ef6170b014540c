package io.sadi.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.sadi.config.Field;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A detector's answers as COCO's results have them, as Detectron2, MMDetection and Ultralytics
 * write them and HRNet comes with: a list of {@code image_id}, {@code category_id}, {@code bbox}
 * and {@code score}, without images' names but for Ultralytics' {@code file_name}.
 */
public final class CocoDetections {
  /**
   * One answer.
   *
   * @param image the id as the list has it, a number or a text
   * @param fileName empty where the list says none
   * @param category its number
   * @param box in pixels; its size is checked by nobody: detectors also write empty ones
   * @param score 0 to 1, as a rule
   */
  public record DetectedBox(String image, String fileName, long category, Box box, double score) {}

  /**
   * What a COCO file calls its images and categories.
   *
   * @param images names by id
   * @param categories names by number
   */
  public record CocoNames(Map<String, String> images, Map<Long, String> categories) {
    /** Nothing has a name. */
    public static final CocoNames NONE = new CocoNames(Map.of(), Map.of());
  }

  private CocoDetections() {}

  /** Reads a list; {@link BadInputException} names the field that is wrong. */
  public static List<DetectedBox> read(Path file) throws IOException {
    return Json.stream(
        file,
        json -> {
          List<DetectedBox> detections = new ArrayList<>();
          json.beginArray();
          for (int i = 0; json.hasNext(); i++) {
            detections.add(detection(element(json, file, "[" + i + "]")));
          }
          json.endArray();
          return detections;
        });
  }

  private static Field element(JsonReader json, Path file, String place) {
    return Field.at(JsonParser.parseReader(json), file, place);
  }

  private static DetectedBox detection(Field detection) {
    double[] box = Pixels.numbers(detection.get("bbox"), 4);
    Field fileName = detection.get("file_name");
    Field category = detection.get("category_id");
    return new DetectedBox(
        id(detection.get("image_id")),
        fileName.isGiven() ? fileName.text() : "",
        category.isGiven() ? category.integer() : 1,
        new Box(box[0], box[1], box[2], box[3]),
        Pixels.number(detection.get("score")));
  }

  private static String id(Field id) {
    return id.isText() ? id.text() : String.valueOf(id.integer());
  }

  /** Reads what a COCO file, such as {@code image_info_test-dev2017.json}, calls its images. */
  public static CocoNames names(Path file) throws IOException {
    return Json.stream(
        file,
        json -> {
          Map<String, String> images = new LinkedHashMap<>();
          Map<Long, String> categories = new LinkedHashMap<>();
          if (json.peek() != JsonToken.BEGIN_OBJECT) {
            throw BadInputException.at(
                file,
                Json.kind(JsonParser.parseReader(json)),
                "a COCO file with images, their id and file_name",
                "");
          }
          json.beginObject();
          while (json.hasNext()) {
            String section = json.nextName();
            if (section.equals("images") || section.equals("categories")) {
              boolean ofImages = section.equals("images");
              json.beginArray();
              for (int i = 0; json.hasNext(); i++) {
                Field element = element(json, file, section + "[" + i + "]");
                name(element, ofImages ? images : null, categories);
              }
              json.endArray();
            } else {
              json.skipValue();
            }
          }
          json.endObject();
          if (images.isEmpty()) {
            throw BadInputException.at(file + ": images", "none", "an id and a file_name each", "");
          }
          return new CocoNames(images, categories);
        });
  }

  private static void name(
      Field element, @Nullable Map<String, String> images, Map<Long, String> categories) {
    Field id = element.get("id");
    if (images == null) {
      categories.put(id.integer(), element.get("name").text());
    } else if (images.put(id(id), element.get("file_name").text()) != null) {
      throw id.wrong("an id not used before");
    }
  }

  /** Whether a file's value is a list, as results are, and no object. */
  public static boolean isList(Path file) throws IOException {
    return Json.startsWithList(file);
  }

  /** The numbers of the categories that a list has, for a message. */
  static JsonArray categories(List<DetectedBox> detections) {
    JsonArray numbers = new JsonArray();
    detections.stream().map(DetectedBox::category).distinct().sorted().forEach(numbers::add);
    return numbers;
  }
}
