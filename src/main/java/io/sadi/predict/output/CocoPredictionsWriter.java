package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import io.sadi.eval.Prediction;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.InputFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** The list of results that pycocotools' {@code loadRes} reads, one person a line. */
final class CocoPredictionsWriter implements PredictionsWriter {
  private final BufferedWriter text;
  private final Map<String, CocoId> ids;
  private boolean begun;

  /**
   * @param ids of all images with people that will come, by name
   */
  CocoPredictionsWriter(OutputStream out, Map<String, CocoId> ids) {
    this.text = PredictionsWriter.text(out);
    this.ids = ids;
  }

  @Override
  public void write(FoundImage image) throws IOException {
    if (image.people().isEmpty()) {
      return; // an image that the boxes do not list has no id
    }
    FrameTime frame = image.frame();
    CocoId id = frame == null ? ids.get(image.name()) : CocoId.of(frame.number());
    if (id == null) {
      throw new IllegalArgumentException(image.name() + " has no id");
    }
    for (FoundPerson person : image.people()) {
      text.write(begun ? ",\n" : "[\n");
      begun = true;
      text.write(Json.compact(json(image, id, person)));
    }
  }

  @Override
  public void finish(List<InputFailure> failures) throws IOException {
    text.write(begun ? "\n]\n" : "[]\n");
    text.flush();
  }

  private static JsonObject json(FoundImage image, CocoId id, FoundPerson person) {
    Prediction joints = person.joints();
    JsonObject object = new JsonObject();
    object.add("image_id", id.toJson());
    object.add("category_id", person.place().category().toJson());
    JsonArray keypoints = new JsonArray();
    for (int k = 0; k < joints.x().length; k++) {
      keypoints.add(Json.number(joints.x()[k], PIXEL_DECIMALS));
      keypoints.add(Json.number(joints.y()[k], PIXEL_DECIMALS));
      keypoints.add(Json.number(joints.score()[k], SCORE_DECIMALS));
    }
    object.add("keypoints", keypoints);
    object.add("score", Json.number(person.score(), SCORE_DECIMALS));
    // Ours, left alone by pycocotools; a bbox would make it take these for boxes alone.
    object.addProperty("file_name", image.name());
    object.addProperty("person", person.place().person());
    PredictionsWriter.addBoxScore(object, person);
    PredictionsWriter.addFrame(object, image);
    PredictionsWriter.addTrack(object, person);
    return object;
  }
}
