package io.sadi.eval;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import io.sadi.config.Field;
import io.sadi.data.CocoId;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
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
 * where there is one. A joint that was not found has null. The toolkit's own also have {@code
 * file_name} and {@code person}. Without {@code file_name} the id is looked up in the dataset, or
 * is itself the name where it is text; without {@code person} the person is {@link
 * Prediction#UNNUMBERED}. Other keys do not matter.
 *
 * <p>A list of people without an image is MMPose's, see {@link ImageJson}.
 */
final class CocoResults {
  /** Where the names of images are found by their ids, if a file needs them. */
  @FunctionalInterface
  interface ImageNameSource {
    /** No names: there is no dataset to look ids up in. */
    public ImageNameSource NONE = Map::of;

    Map<CocoId, String> read() throws IOException;
  }

  private final List<String> joints;
  private final ImageNameSource imageIds;
  private @Nullable Map<CocoId, String> names;

  private final List<Detection> results = new ArrayList<>();
  private final Set<List<?>> seen = new HashSet<>();

  /** pycocotools takes areas from boxes if the first result has one. */
  private boolean boxes;

  private CocoResults(List<String> joints, ImageNameSource imageIds) {
    this.joints = joints;
    this.imageIds = imageIds;
  }

  /** Reads the list that begins at the reader's place. */
  static List<Detection> read(
      JsonReader json, Path file, List<String> joints, ImageNameSource imageIds)
      throws IOException {
    CocoResults reader = new CocoResults(joints, imageIds);
    json.beginArray();
    for (int i = 0; json.hasNext(); i++) {
      Field element = Field.at(JsonParser.parseReader(json), file, "[" + i + "]");
      if (ImageJson.isMmposes(element)) {
        reader.results.addAll(ImageJson.ofMmpose(file, joints).person(element));
      } else {
        reader.add(element);
      }
    }
    json.endArray();
    return reader.results;
  }

  private void add(Field result) throws IOException {
    String image = image(result);
    Field number = result.get("person");
    int person = number.isGiven() ? number.index() : Prediction.UNNUMBERED;
    if (person != Prediction.UNNUMBERED && !seen.add(List.of(image, person))) {
      throw BadInputException.at(
          result.where(),
          "a second result for " + image + ", person " + person,
          "one result a person",
          "remove one");
    }
    List<Field> keypoints = result.get("keypoints").list();
    if (keypoints.size() != 3 * joints.size()) {
      throw BadInputException.at(
          result.get("keypoints").where(),
          keypoints.size() + " numbers",
          3 * joints.size() + " (x, y, score of " + joints.size() + " joints)",
          "the joints must be those of the dataset, in its order");
    }
    Prediction prediction = Prediction.empty(image, person, joints.size());
    for (int k = 0; k < joints.size(); k++) {
      prediction.x()[k] = keypoints.get(3 * k).floatingOrNaN();
      prediction.y()[k] = keypoints.get(3 * k + 1).floatingOrNaN();
      prediction.score()[k] = keypoints.get(3 * k + 2).floatingOrNaN();
    }
    Box box = Detection.box(result.get("bbox"));
    if (results.isEmpty()) {
      boxes = box != null;
    }
    results.add(
        Detection.of(
                prediction, result.get("score").numberOrNaN(), boxes ? box : null, category(result))
            .detected(result.get("box_score").isGiven()));
  }

  private static String category(Field result) {
    return result.get("category_id").value() instanceof JsonPrimitive id ? id.getAsString() : "";
  }

  private String image(Field result) throws IOException {
    Field fileName = result.get("file_name");
    if (fileName.isGiven()) {
      return fileName.text();
    }
    CocoId id = CocoId.from(result.get("image_id"));
    String text = id.text();
    if (names == null) {
      names = imageIds.read();
    }
    String name = names.get(id);
    if (name != null) {
      return name;
    }
    if (text == null && imageIds.equals(ImageNameSource.NONE)) {
      throw BadInputException.at(result.where(), "no file_name", "one for each result", "");
    }
    // AlphaPose writes names as ids. An unknown number matches no image, so that nobody gets the
    // result.
    return text != null ? text : "image_id " + id;
  }
}
