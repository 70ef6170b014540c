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
import java.util.Arrays;
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
  record Category(@Nullable CocoId id, List<String> keypoints, CocoEdges edges) {}

  /**
   * One element of {@code annotations}, or of a list of results.
   *
   * @param number its place in the list
   * @param result whether it is one of a list of results
   * @param id null where the file does not say
   * @param categoryId null where the file does not say
   * @param area NaN where the file does not say
   * @param person -1 where the file does not say
   * @param keypoints of any number and size, NaN for null; null where the file does not say
   * @param scores a network's, one a joint, of any size; null where the file does not say
   * @param box of any size, NaN for null; null where the file does not say
   * @param center null where the file does not say, and then scale is NaN
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Annotation(
      int number,
      boolean result,
      @Nullable CocoId id,
      CocoId imageId,
      @Nullable CocoId categoryId,
      double area,
      boolean crowd,
      int person,
      double @Nullable [] keypoints,
      double @Nullable [] scores,
      @Nullable Box box,
      double @Nullable [] center,
      double scale,
      double headSize,
      @Nullable Box headBox) {

    String where(Path file) {
      return file + (result ? ": [" : ": annotations[") + number + "]";
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

  /** Images and annotations that cannot be read, and why; none where the first is an error. */
  final List<String> unreadable = new ArrayList<>();

  private final Strictness strictness;
  private boolean results;

  /** What is an error in a file. */
  enum Strictness {
    /** A dataset folder's: whatever is wrong, and the name of an image outside the image root. */
    OURS,
    /** Whatever is wrong; images may have any names, as no photo is looked for by them. */
    ANY_NAMES,
    /** Some other program's: an image or an annotation that cannot be read is kept apart. */
    FOREIGN
  }

  private CocoParser(Path file, Strictness strictness) {
    this.file = file;
    this.strictness = strictness;
  }

  /** Reads a file. */
  static CocoParser parse(Path file, Strictness strictness) throws IOException {
    CocoParser parser = new CocoParser(file, strictness);
    return Json.streamPython(file, parser::read);
  }

  /**
   * Reads some other program's list of results: annotations without ids.
   *
   * @param of the file that they are for, with its images and categories; null where each has a
   *     {@code file_name}, or that as its {@code image_id}
   */
  static CocoParser parseResults(Path file, @Nullable CocoParser of) throws IOException {
    CocoParser parser = new CocoParser(file, Strictness.FOREIGN);
    parser.results = true;
    if (of != null) {
      parser.images.putAll(of.images);
      parser.categories.addAll(of.categories);
      parser.categoryNames.putAll(of.categoryNames);
    }
    return Json.streamPython(
        file,
        json -> {
          parser.elements(
              json,
              "",
              (fields, number) -> {
                if (of == null) {
                  parser.resultsImage(fields);
                }
                parser.annotation(fields, number);
              });
          return parser;
        });
  }

  /** Whether this is a list of results, which have no ids. */
  boolean results() {
    return results;
  }

  private void resultsImage(Fields fields) {
    CocoId id = fields.id("image_id");
    String name = fields.has("file_name") ? fields.text("file_name") : id.text();
    if (name == null || name.isBlank()) {
      throw BadInputException.at(
          fields.where() + ".file_name",
          "nothing",
          "the image's name, or that as image_id",
          "--results-of FILE names the COCO file whose images they are");
    }
    images.putIfAbsent(id, new CocoImage(id, name, 0, 0));
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

  /** Whether an annotation's category has no joints, and another has. */
  boolean isThing(Annotation annotation) {
    CocoId id = annotation.categoryId();
    return id != null
        && !categories.isEmpty()
        && categories.stream()
            .allMatch(category -> category.id() != null && !id.equals(category.id()));
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
      try {
        element.accept(new Fields(Json.object(value, where), where), i);
      } catch (BadInputException e) {
        if (strictness != Strictness.FOREIGN || section.equals("categories")) {
          throw e;
        }
        unreadable.add(String.valueOf(e.getMessage()));
      }
    }
    json.endArray();
  }

  private void image(Fields fields, int number) {
    CocoId id = fields.id("id");
    String name = fields.text("file_name");
    if (strictness == Strictness.OURS ? !Person.isImageName(name) : name.isBlank()) {
      throw fields.wrong("file_name", "a relative path that stays in the image root");
    }
    CocoImage image = new CocoImage(id, name, size(fields, "width"), size(fields, "height"));
    if (images.containsKey(id)) {
      throw fields.wrong("id", "an id not used before");
    }
    if (!fileNames.add(name)) {
      throw fields.wrong("file_name", "a name not used before");
    }
    images.put(id, image);
  }

  private static int size(Fields fields, String name) {
    return fields.has(name) ? (int) fields.integer(name, 0, MAX_SIZE) : 0;
  }

  private void category(Fields fields, int number) {
    CocoId id = fields.has("id") ? fields.id("id") : null;
    if (id != null && fields.has("name")) {
      categoryNames.put(id, fields.text("name"));
    }
    List<String> keypoints = fields.has("keypoints") ? names(fields) : List.of();
    if (keypoints.isEmpty()) {
      return; // a category of things without joints
    }
    JsonElement skeleton = fields.object().get("skeleton");
    categories.add(
        new Category(
            id,
            keypoints,
            skeleton == null || skeleton.isJsonNull()
                ? CocoEdges.NONE
                : CocoEdges.of(skeleton, keypoints)));
  }

  /** Some number their joints. */
  private static List<String> names(Fields fields) {
    JsonArray list = fields.list("keypoints");
    for (JsonElement element : list) {
      if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isNumber()) {
        return fields.texts("keypoints");
      }
    }
    List<String> names = new ArrayList<>();
    list.forEach(element -> names.add(element.getAsString()));
    return names;
  }

  private void annotation(Fields fields, int number) {
    // Other programs have other things under these names.
    boolean hasCrop =
        strictness == Strictness.FOREIGN
            ? fields.isList("center", 2) && fields.isNumber("scale")
            : fields.has("center") || fields.has("scale");
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
            results,
            fields.has("id") ? fields.id("id") : null,
            fields.id("image_id"),
            fields.has("category_id") ? fields.id("category_id") : null,
            fields.has("area") ? fields.area() : Double.NaN,
            fields.has("iscrowd") && fields.flag("iscrowd"),
            fields.has("person") ? (int) fields.integer("person", 0, MAX_SIZE) : -1,
            fields.has("keypoints") ? fields.joints("keypoints") : null,
            scores(fields),
            box(fields),
            hasCrop ? fields.numbers("center", 2) : null,
            hasCrop ? fields.positive("scale") : Double.NaN,
            headSize,
            headBox));
  }

  /** One for each joint; another program may have other things under this name. */
  private double @Nullable [] scores(Fields fields) {
    int joints = fields.has("keypoints") ? fields.joints("keypoints").length / 3 : 0;
    return strictness == Strictness.FOREIGN && fields.isList("keypoint_scores", joints)
        ? fields.joints("keypoint_scores")
        : null;
  }

  private static @Nullable Box box(Fields fields) {
    if (!fields.has("bbox") || fields.isList("bbox", 0)) {
      return null;
    }
    double[] box = fields.joints("bbox");
    if (box.length != 4
        || Arrays.stream(box).anyMatch(value -> Math.abs(value) > Fields.FARTHEST)) {
      throw fields.wrong("bbox", "x, y, width and height within +-1e6");
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
