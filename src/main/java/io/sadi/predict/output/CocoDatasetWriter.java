package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Predictions as labels: a whole COCO keypoints file, which annotation tools import and {@code sadi
 * prepare coco} reads, all joints visible. Beside COCO's fields each annotation has those of a
 * dataset folder ({@code person}, {@code center}, {@code scale}), so that crops are the same again,
 * and {@code score} and {@code keypoint_scores}. Annotations come as they are found, images after
 * them.
 */
final class CocoDatasetWriter implements PredictionsWriter {
  private static final int PERSON = 1; // COCO's category
  private static final int VISIBLE = 2;
  private static final int EXACT = 6;

  private final BufferedWriter text;
  private final Skeleton skeleton;
  private final Map<String, CocoId> ids;
  private final Set<CocoId> used;
  private final List<JsonObject> images = new ArrayList<>();
  private long fresh = 1;
  private long annotations;

  /**
   * A writer.
   *
   * @param ids of images by name; others get numbers that none of these has
   */
  CocoDatasetWriter(OutputStream out, Skeleton skeleton, Map<String, CocoId> ids) {
    this.text = PredictionsWriter.text(out);
    this.skeleton = skeleton;
    this.ids = ids;
    this.used = new HashSet<>(ids.values());
  }

  @Override
  public void write(FoundImage image) throws IOException {
    CocoId id = id(image.name());
    JsonObject listed = new JsonObject();
    listed.add("id", id.toJson());
    listed.addProperty("file_name", image.name());
    listed.addProperty("width", image.width());
    listed.addProperty("height", image.height());
    images.add(listed);
    for (FoundPerson person : image.people()) {
      text.write(annotations == 0 ? "{\"annotations\":[\n" : ",\n");
      annotations++;
      text.write(Json.compact(annotation(person, id)));
    }
  }

  private CocoId id(String image) {
    CocoId given = ids.get(image);
    if (given != null) {
      return given;
    }
    while (!used.add(CocoId.of(fresh))) {
      fresh++;
    }
    return CocoId.of(fresh);
  }

  @Override
  public void finish(List<InputFailure> failures) throws IOException {
    text.write(annotations == 0 ? "{\"annotations\":[" : "");
    text.write("\n],\n\"images\":[");
    for (int i = 0; i < images.size(); i++) {
      text.write(i == 0 ? "\n" : ",\n");
      text.write(Json.compact(images.get(i)));
    }
    text.write("\n],\n\"categories\":[\n");
    text.write(Json.compact(category()));
    text.write("\n]}\n");
    text.flush();
  }

  private JsonObject annotation(FoundPerson person, CocoId image) {
    PersonBox place = person.place();
    Box box = place.box();
    Prediction joints = person.joints();
    JsonObject object = new JsonObject();
    object.addProperty("id", annotations);
    object.add("image_id", image.toJson());
    object.addProperty("category_id", PERSON);
    JsonArray bbox = new JsonArray();
    for (double side : new double[] {box.x(), box.y(), box.width(), box.height()}) {
      bbox.add(Json.number(side, PIXEL_DECIMALS));
    }
    object.add("bbox", bbox);
    object.add("area", Json.number(box.area(), PIXEL_DECIMALS));
    object.addProperty("iscrowd", 0);
    object.addProperty("num_keypoints", joints.x().length);
    JsonArray keypoints = new JsonArray();
    JsonArray scores = new JsonArray();
    for (int k = 0; k < joints.x().length; k++) {
      keypoints.add(Json.number(joints.x()[k], PIXEL_DECIMALS));
      keypoints.add(Json.number(joints.y()[k], PIXEL_DECIMALS));
      keypoints.add(VISIBLE);
      scores.add(Json.number(joints.score()[k], SCORE_DECIMALS));
    }
    object.add("keypoints", keypoints);
    object.addProperty("person", place.person());
    JsonArray center = new JsonArray();
    center.add(Json.number(place.centerX(), EXACT));
    center.add(Json.number(place.centerY(), EXACT));
    object.add("center", center);
    object.add("scale", Json.number(place.scale(), EXACT));
    object.add("score", Json.number(person.score(), SCORE_DECIMALS));
    PredictionsWriter.addBoxScore(object, person);
    object.add("keypoint_scores", scores);
    return object;
  }

  private JsonObject category() {
    JsonObject category = new JsonObject();
    category.addProperty("id", PERSON);
    category.addProperty("name", "person");
    category.addProperty("supercategory", "person");
    JsonArray names = new JsonArray();
    skeleton.joints().forEach(names::add);
    category.add("keypoints", names);
    JsonArray edges = new JsonArray();
    for (Skeleton.Pair edge : skeleton.edges()) {
      JsonArray pair = new JsonArray();
      pair.add(edge.a() + 1); // COCO counts joints from 1 here
      pair.add(edge.b() + 1);
      edges.add(pair);
    }
    category.add("skeleton", edges);
    return category;
  }
}
