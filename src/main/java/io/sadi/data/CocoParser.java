package io.sadi.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The three lists of a COCO file, each element checked by itself as it streams by. What needs
 * another list, which may come later in the file, is {@link CocoFile}'s.
 */
final class CocoParser {
  /**
   * A category with joints.
   *
   * @param id null where the file does not say
   */
  record Category(@Nullable CocoId id, List<String> keypoints, List<Skeleton.Pair> edges) {}

  /**
   * One element of {@code annotations}.
   *
   * @param id null where the file does not say
   * @param categoryId null where the file does not say
   * @param area NaN where the file does not say
   * @param person -1 where the file does not say
   * @param center null where the file does not say, and then scale is NaN
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Annotation(
      int number,
      @Nullable CocoId id,
      CocoId imageId,
      @Nullable CocoId categoryId,
      double area,
      boolean crowd,
      int person,
      double @Nullable [] keypoints,
      @Nullable Box box,
      double @Nullable [] center,
      double scale,
      double headSize,
      @Nullable Box headBox) {

    String where(Path file) {
      return file + ": annotations[" + number + "]";
    }
  }

  private static final int MAX_SIZE = 1 << 20;

  final Map<CocoId, CocoImage> images = new LinkedHashMap<>();
  final Map<CocoId, String> categoryNames = new LinkedHashMap<>();
  final List<Category> categories = new ArrayList<>();
  final List<Annotation> annotations = new ArrayList<>();

  private final Path file;
  private final Set<String> sections = new HashSet<>();
  private final Set<String> fileNames = new HashSet<>();

  private CocoParser(Path file) {
    this.file = file;
  }

  static CocoParser parse(Path file) throws IOException {
    CocoParser parser = new CocoParser(file);
    return Json.stream(file, parser::read);
  }

  private CocoParser read(JsonReader json) throws IOException {
    if (json.peek() == JsonToken.BEGIN_ARRAY) { // such as a list of detections
      throw BadInputException.at(
          file, "a list", "an object with images and annotations", "a list has no file names");
    }
    json.beginObject();
    while (json.hasNext()) {
      String section = json.nextName();
      if (!sections.add(section)) {
        throw new BadInputException(file + ": '" + section + "' is given twice; remove one");
      }
      switch (section) {
        case "images" -> elements(json, section, this::image);
        case "categories" -> elements(json, section, this::category);
        case "annotations" -> elements(json, section, this::annotation);
        default -> json.skipValue();
      }
    }
    json.endObject();
    for (String section : new String[] {"images", "annotations"}) {
      if (!sections.contains(section)) {
        throw BadInputException.at(file, "no '" + section + "'", "a COCO keypoints file", "");
      }
    }
    return this;
  }

  @FunctionalInterface
  private interface Element {
    void accept(Fields fields, int number);
  }

  private void elements(JsonReader json, String section, Element element) throws IOException {
    json.beginArray();
    for (int i = 0; json.hasNext(); i++) {
      String where = file + ": " + section + "[" + i + "]";
      JsonElement value = JsonParser.parseReader(json);
      element.accept(new Fields(Json.object(value, where), where), i);
    }
    json.endArray();
  }

  private void image(Fields fields, int number) {
    CocoId id = fields.id("id");
    String name = fields.text("file_name");
    if (!Person.isImageName(name)) {
      throw fields.wrong("file_name", "a relative path that stays in the image root");
    }
    if (!fileNames.add(name)) {
      throw fields.wrong("file_name", "a name not used before");
    }
    CocoImage image = new CocoImage(id, name, size(fields, "width"), size(fields, "height"));
    if (images.put(id, image) != null) {
      throw fields.wrong("id", "an id not used before");
    }
  }

  private static int size(Fields fields, String name) {
    return fields.has(name) ? (int) fields.integer(name, 0, MAX_SIZE) : 0;
  }

  private void category(Fields fields, int number) {
    CocoId id = fields.has("id") ? fields.id("id") : null;
    if (id != null && fields.has("name")) {
      categoryNames.put(id, fields.text("name"));
    }
    List<String> keypoints = fields.has("keypoints") ? fields.texts("keypoints") : List.of();
    if (keypoints.isEmpty()) {
      return; // a category of things without joints
    }
    List<Skeleton.Pair> edges = new ArrayList<>();
    if (fields.has("skeleton")) {
      JsonArray skeleton = fields.list("skeleton");
      for (int i = 0; i < skeleton.size(); i++) {
        double[] pair = fields.numbers("skeleton[" + i + "]", skeleton.get(i), 2);
        edges.add(
            new Skeleton.Pair(
                joint(fields, pair[0], keypoints.size()),
                joint(fields, pair[1], keypoints.size())));
      }
    }
    categories.add(new Category(id, keypoints, edges));
  }

  /** COCO counts the joints of an edge from 1. */
  private static int joint(Fields fields, double number, int joints) {
    if (number != Math.rint(number) || number < 1 || number > joints) {
      throw fields.wrong("skeleton", "pairs of joint numbers 1.." + joints);
    }
    return (int) number - 1;
  }

  private void annotation(Fields fields, int number) {
    boolean hasCrop = fields.has("center") || fields.has("scale");
    Box headBox = headBox(fields);
    double headSize = Double.NaN;
    if (fields.has("head_size")) {
      headSize = fields.positive("head_size");
    } else if (headBox != null) {
      headSize = Person.headSize(headBox);
    }
    annotations.add(
        new Annotation(
            number,
            fields.has("id") ? fields.id("id") : null,
            fields.id("image_id"),
            fields.has("category_id") ? fields.id("category_id") : null,
            fields.has("area") ? fields.area() : Double.NaN,
            fields.has("iscrowd") && fields.integer("iscrowd", 0, 1) == 1,
            fields.has("person") ? (int) fields.integer("person", 0, MAX_SIZE) : -1,
            fields.has("keypoints") ? fields.numbers("keypoints") : null,
            box(fields),
            hasCrop ? fields.numbers("center", 2) : null,
            hasCrop ? fields.positive("scale") : Double.NaN,
            headSize,
            headBox));
  }

  private static @Nullable Box box(Fields fields) {
    if (!fields.has("bbox")) {
      return null;
    }
    double[] box = fields.numbers("bbox", 4);
    if (box[2] < 0 || box[3] < 0) {
      throw fields.wrong("bbox", "a width and height of at least 0");
    }
    return new Box(box[0], box[1], box[2], box[3]);
  }

  private static @Nullable Box headBox(Fields fields) {
    if (!fields.has("head_box")) {
      return null;
    }
    double[] corners = fields.numbers("head_box", 4);
    if (corners[2] <= corners[0] || corners[3] <= corners[1]) {
      throw fields.wrong("head_box", "[x1, y1, x2, y2] with x1 < x2 and y1 < y2");
    }
    return new Box(corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]);
  }
}
