package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import io.sadi.data.CocoId;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The list of results that pycocotools loads: {@code image_id}, {@code category_id}, {@code
 * keypoints} as x, y and score of every joint in dataset order, {@code score}, and {@code bbox}
 * where there is one. A joint that was not found has null. The toolkit's own say also {@code
 * file_name} and {@code person}; without the first the id is looked up in the dataset, or else is a
 * name where it is text; without the second the person is {@link Prediction#UNNUMBERED}. Other keys
 * do not matter.
 *
 * <p>A list of people without an image is MMPose's, see {@link ImageJson}.
 */
final class CocoResults {
  /** Where the names of images are found by their ids, if a file needs them. */
  @FunctionalInterface
  interface ImageIds {
    /** Without a dataset nobody knows whose ids they are. */
    public ImageIds NONE = Map::of;

    Map<CocoId, String> read() throws IOException;
  }

  private final List<String> joints;
  private final ImageIds imageIds;
  private @Nullable Map<CocoId, String> names;

  private final List<Detection> results = new ArrayList<>();
  private final Set<List<?>> seen = new HashSet<>();

  /** pycocotools takes areas from boxes if the first result has one. */
  private boolean boxes;

  private CocoResults(List<String> joints, ImageIds imageIds) {
    this.joints = joints;
    this.imageIds = imageIds;
  }

  /** Reads the list that begins at the reader's place. */
  static List<Detection> read(JsonReader json, Path file, List<String> joints, ImageIds imageIds)
      throws IOException {
    CocoResults reader = new CocoResults(joints, imageIds);
    json.beginArray();
    for (int i = 0; json.hasNext(); i++) {
      JsonElement element = JsonParser.parseReader(json);
      String where = file + ": [" + i + "]";
      if (ImageJson.isMmposes(element)) {
        reader.results.addAll(ImageJson.ofMmpose(file, joints).person(element, where));
      } else {
        reader.add(element, where);
      }
    }
    json.endArray();
    return reader.results;
  }

  private void add(JsonElement element, String where) throws IOException {
    JsonObject result = Json.object(element, where);
    String image = image(result, where);
    int person =
        JsonFields.given(result.get("person"))
            ? JsonFields.index(result, "person", where)
            : Prediction.UNNUMBERED;
    if (person != Prediction.UNNUMBERED && !seen.add(List.of(image, person))) {
      throw BadInputException.at(
          where,
          "a second result for " + image + ", person " + person,
          "one result a person",
          "remove one");
    }
    JsonArray keypoints = JsonFields.list(result, "keypoints", where);
    if (keypoints.size() != 3 * joints.size()) {
      throw BadInputException.at(
          where + ".keypoints",
          keypoints.size() + " numbers",
          3 * joints.size() + " (x, y, score of " + joints.size() + " joints)",
          "the joints must be those of the dataset, in its order");
    }
    Prediction prediction = Prediction.empty(image, person, joints.size());
    for (int k = 0; k < joints.size(); k++) {
      String place = where + ".keypoints[" + 3 * k + "]";
      prediction.x()[k] = JsonFields.numberOrNaN(keypoints.get(3 * k), place);
      prediction.y()[k] = JsonFields.numberOrNaN(keypoints.get(3 * k + 1), place);
      prediction.score()[k] = JsonFields.numberOrNaN(keypoints.get(3 * k + 2), place);
    }
    Box box = JsonFields.box(result, "bbox", where);
    if (results.isEmpty()) {
      boxes = box != null;
    }
    results.add(
        Detection.of(
            prediction,
            JsonFields.numberOrNaN(result, "score", where),
            boxes ? box : null,
            category(result)));
  }

  private static String category(JsonObject result) {
    JsonElement id = result.get("category_id");
    return id != null && id.isJsonPrimitive() ? id.getAsString() : "";
  }

  private String image(JsonObject result, String where) throws IOException {
    if (JsonFields.given(result.get("file_name"))) {
      return JsonFields.text(result, "file_name", where);
    }
    CocoId id = CocoId.of(result.get("image_id"));
    if (id == null) {
      JsonElement found = result.get("image_id");
      throw BadInputException.at(
          where + ".image_id", found == null ? "nothing" : Json.kind(found), "an image's id", "");
    }
    String text = id.text();
    if (names == null) {
      names = imageIds.read();
    }
    String name = names.get(id);
    if (name != null) {
      return name;
    }
    if (text == null && imageIds.equals(ImageIds.NONE)) {
      throw BadInputException.at(where, "no file_name", "one for each result", "");
    }
    // AlphaPose writes names; an unknown number is the name of no image: a result for nobody.
    return text != null ? text : "image_id " + id;
  }
}
