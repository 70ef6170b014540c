package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** One JSON object an image, each on a line. */
final class JsonLinesPredictionsWriter implements PredictionsWriter {
  private final BufferedWriter text;
  private final List<String> joints;

  JsonLinesPredictionsWriter(OutputStream out, List<String> joints) {
    this.text = PredictionsWriter.text(out);
    this.joints = joints;
  }

  @Override
  public void write(FoundImage image) throws IOException {
    text.write(Json.compact(json(image, joints)));
    text.write('\n');
  }

  @Override
  public void finish(List<InputFailure> failures) throws IOException {
    text.flush();
  }

  /** The object that sadi-formats(5) describes; an unknown size is null. */
  static JsonObject json(FoundImage image, List<String> joints) {
    JsonObject object = new JsonObject();
    object.addProperty("image", image.name());
    object.add("width", size(image.width()));
    object.add("height", size(image.height()));
    PredictionsWriter.addFrame(object, image);
    JsonArray people = new JsonArray();
    for (FoundPerson person : image.people()) {
      people.add(json(person, joints));
    }
    object.add("people", people);
    return object;
  }

  private static JsonObject json(FoundPerson person, List<String> joints) {
    Prediction found = person.joints();
    JsonObject object = new JsonObject();
    object.addProperty("person", person.place().person());
    object.add("box", box(person.place().box()));
    object.add("score", Json.number(person.score(), SCORE_DECIMALS));
    PredictionsWriter.addBoxScore(object, person);
    PredictionsWriter.addTrack(object, person);
    JsonArray keypoints = new JsonArray();
    for (int k = 0; k < joints.size(); k++) {
      JsonObject keypoint = new JsonObject();
      keypoint.addProperty("name", joints.get(k));
      keypoint.add("x", Json.number(found.x()[k], PIXEL_DECIMALS));
      keypoint.add("y", Json.number(found.y()[k], PIXEL_DECIMALS));
      keypoint.add("score", Json.number(found.score()[k], SCORE_DECIMALS));
      keypoint.add("sigma", sigma(found, k));
      keypoints.add(keypoint);
    }
    object.add("keypoints", keypoints);
    return object;
  }

  static JsonArray box(Box box) {
    JsonArray array = new JsonArray();
    for (double value : new double[] {box.x(), box.y(), box.width(), box.height()}) {
      array.add(Json.number(value, PIXEL_DECIMALS));
    }
    return array;
  }

  private static JsonElement sigma(Prediction found, int k) {
    if (Float.isNaN(found.sigmaX()[k])) {
      return JsonNull.INSTANCE;
    }
    JsonArray sigma = new JsonArray();
    sigma.add(Json.number(found.sigmaX()[k], PIXEL_DECIMALS));
    sigma.add(Json.number(found.sigmaY()[k], PIXEL_DECIMALS));
    return sigma;
  }

  private static JsonElement size(int pixels) {
    return pixels > 0 ? Json.number(pixels, 0) : JsonNull.INSTANCE;
  }
}
