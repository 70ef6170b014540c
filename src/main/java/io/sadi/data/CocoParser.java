package io.sadi.data;

import com.google.gson.JsonElement;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
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
   * @param boxScore how sure a detector is of the box; NaN where the file does not say
   * @param origin null where the file does not say
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
      @Nullable Box headBox,
      double boxScore,
      @Nullable CropOrigin origin) {

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
              (result, number) -> {
                if (of == null) {
                  parser.resultsImage(result);
                }
                parser.annotation(result, number);
              });
          return parser;
        });
  }

  /** Whether this is a list of results, which have no ids. */
  boolean results() {
    return results;
  }

  private void resultsImage(Field result) {
    CocoId id = CocoId.from(result.get("image_id"));
    Field fileName = result.get("file_name");
    String name = fileName.isGiven() ? fileName.text() : id.text();
    if (name == null || name.isBlank()) {
      throw BadInputException.at(
          fileName.where(),
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
  private interface ElementReader {
    void accept(Field element, int number);
  }

  private void elements(JsonReader json, String section, ElementReader element) throws IOException {
    json.beginArray();
    for (int i = 0; json.hasNext(); i++) {
      JsonElement value = JsonParser.parseReader(json);
      try {
        element.accept(Field.at(value, file, section + "[" + i + "]"), i);
      } catch (BadInputException e) {
        if (strictness != Strictness.FOREIGN || section.equals("categories")) {
          throw e;
        }
        unreadable.add(String.valueOf(e.getMessage()));
      }
    }
    json.endArray();
  }

  private void image(Field image, int number) {
    Field id = image.get("id");
    Field fileName = image.get("file_name");
    String name = fileName.text();
    if (strictness == Strictness.OURS ? !Person.isImageName(name) : name.isBlank()) {
      throw fileName.wrong("a relative path that stays in the image root");
    }
    CocoImage read =
        new CocoImage(CocoId.from(id), name, size(image.get("width")), size(image.get("height")));
    if (images.containsKey(read.id())) {
      throw id.wrong("an id not used before");
    }
    if (!fileNames.add(name)) {
      throw fileName.wrong("a name not used before");
    }
    images.put(read.id(), read);
  }

  private static int size(Field side) {
    return side.isGiven() ? (int) side.integer(0, MAX_SIZE) : 0;
  }

  private void category(Field category, int number) {
    CocoId id = idOrNull(category.get("id"));
    if (id != null && category.get("name").isGiven()) {
      categoryNames.put(id, category.get("name").text());
    }
    Field keypoints = category.get("keypoints");
    List<String> names = keypoints.isGiven() ? names(keypoints) : List.of();
    if (names.isEmpty()) {
      return; // a category of things without joints
    }
    Field skeleton = category.get("skeleton");
    categories.add(
        new Category(
            id, names, skeleton.isGiven() ? CocoEdges.of(skeleton, names) : CocoEdges.NONE));
  }

  private static @Nullable CocoId idOrNull(Field id) {
    return id.isGiven() ? CocoId.from(id) : null;
  }

  /** Some number their joints. */
  private static List<String> names(Field keypoints) {
    return keypoints.list().stream().allMatch(Field::isNumber)
        ? keypoints.list().stream().map(number -> String.valueOf(number.value())).toList()
        : keypoints.texts();
  }

  private void annotation(Field annotation, int number) {
    Field center = annotation.get("center");
    Field scale = annotation.get("scale");
    // Other programs have other things under these names.
    boolean hasCrop =
        strictness == Strictness.FOREIGN
            ? center.isList(2) && scale.isNumber()
            : center.isGiven() || scale.isGiven();
    Box headBox = headBox(annotation.get("head_box"));
    double headSize = Double.NaN;
    if (annotation.get("head_size").isGiven()) {
      headSize = Pixels.positive(annotation.get("head_size"));
    } else if (headBox != null) {
      headSize = Person.headSize(headBox);
    }
    Field person = annotation.get("person");
    Field joints = annotation.get("keypoints");
    double[] keypoints = joints.isGiven() ? numbersOrNaN(joints) : null;
    annotations.add(
        new Annotation(
            number,
            results,
            idOrNull(annotation.get("id")),
            CocoId.from(annotation.get("image_id")),
            idOrNull(annotation.get("category_id")),
            area(annotation.get("area")),
            annotation.get("iscrowd").isGiven() && annotation.get("iscrowd").flag(),
            person.isGiven() ? (int) person.integer(0, MAX_SIZE) : -1,
            keypoints,
            scores(annotation.get("keypoint_scores"), keypoints),
            box(annotation.get("bbox")),
            hasCrop ? Pixels.numbers(center, 2) : null,
            hasCrop ? Pixels.positive(scale) : Double.NaN,
            headSize,
            headBox,
            boxScore(annotation),
            origin(annotation.get("original"))));
  }

  /** Where a dataset folder's packed image was cut; another program may mean something else. */
  private @Nullable CropOrigin origin(Field original) {
    boolean ours = strictness == Strictness.OURS ? original.isGiven() : CropOrigin.isOne(original);
    return ours ? CropOrigin.from(original) : null;
  }

  /** What a detector's boxes call score, and predictions, whose score is the joints', box_score. */
  private static double boxScore(Field annotation) {
    Field own = annotation.get("box_score");
    Field score = own.isGiven() ? own : annotation.get("score");
    double value = score.isNumber() ? score.number(number -> true, "a number") : Double.NaN;
    return Double.isFinite(value) ? value : Double.NaN;
  }

  /** One for each joint; another program may have other things under this name. */
  private double @Nullable [] scores(Field scores, double @Nullable [] keypoints) {
    int joints = keypoints == null ? 0 : keypoints.length / 3;
    return strictness == Strictness.FOREIGN && scores.isList(joints) ? numbersOrNaN(scores) : null;
  }

  /** In square pixels; NaN where it is none. */
  private static double area(Field area) {
    double farthest = Pixels.FARTHEST * Pixels.FARTHEST;
    double value = area.isNumber() ? area.number(number -> true, "a number") : Double.NaN;
    return value >= 0 && value <= farthest ? value : Double.NaN;
  }

  private static @Nullable Box box(Field bbox) {
    if (!bbox.isGiven() || bbox.isList(0)) {
      return null;
    }
    double[] box = numbersOrNaN(bbox);
    if (box.length != 4
        || Arrays.stream(box).anyMatch(value -> Math.abs(value) > Pixels.FARTHEST)) {
      throw bbox.wrong("x, y, width and height within +-1e6");
    }
    return new Box(box[0], box[1], box[2], box[3]);
  }

  private static @Nullable Box headBox(Field headBox) {
    if (!headBox.isGiven()) {
      return null;
    }
    double[] corners = Pixels.numbers(headBox, 4);
    if (corners[2] <= corners[0] || corners[3] <= corners[1]) {
      throw headBox.wrong("[x1, y1, x2, y2] with x1 < x2 and y1 < y2");
    }
    return new Box(corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]);
  }

  /**
   * A list of numbers of any size, NaN where it has null. Lists in it stand for their numbers:
   * three each, or null for three times null.
   */
  private static double[] numbersOrNaN(Field list) {
    List<Field> elements = list.list();
    boolean nested = elements.stream().anyMatch(Field::isList);
    DoubleStream.Builder numbers = DoubleStream.builder();
    for (Field element : elements) {
      if (!nested) {
        numbers.add(anyOrNaN(element));
      } else if (!element.isGiven()) {
        for (int i = 0; i < 3; i++) {
          numbers.add(Double.NaN);
        }
      } else if (element.isList(3)) {
        element.list().forEach(number -> numbers.add(anyOrNaN(number)));
      } else {
        throw element.wrong("numbers, or lists of x, y and visibility");
      }
    }
    return numbers.build().toArray();
  }

  private static double anyOrNaN(Field element) {
    return element.isGiven() ? element.number(number -> true, "a number") : Double.NaN;
  }
}
