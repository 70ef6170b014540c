package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.sadi.data.CocoCategory;
import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.InputFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What became of an image as a {@link Journal} keeps it: exact to the last bit, so that a run that
 * goes on, and parts that are merged, end in the same bytes as a run that nothing happened to.
 */
final class OutcomeJson {
  private OutcomeJson() {}

  /** An object that {@link #of} reads again; heatmaps are left out. */
  static JsonObject json(ImageOutcome outcome) {
    JsonObject object = new JsonObject();
    object.addProperty("image", outcome.name());
    if (outcome instanceof InputFailure failure) {
      object.addProperty("error", failure.error());
    } else if (outcome instanceof FoundImage found) {
      object.addProperty("width", found.width());
      object.addProperty("height", found.height());
      if (found.frame() != null) {
        object.addProperty("frame", found.frame().number());
        object.addProperty("time", found.frame().seconds());
      }
      JsonArray people = new JsonArray();
      found.people().forEach(person -> people.add(json(person)));
      object.add("people", people);
    }
    return object;
  }

  /**
   * Reads an outcome again.
   *
   * @throws RuntimeException where the object is none
   */
  static ImageOutcome of(JsonObject object) {
    String image = object.get("image").getAsString();
    if (object.has("error")) {
      return new InputFailure(image, object.get("error").getAsString());
    }
    List<FoundPerson> people = new ArrayList<>();
    for (JsonElement person : object.getAsJsonArray("people")) {
      people.add(person(image, person.getAsJsonObject()));
    }
    return new FoundImage(
        image,
        object.get("width").getAsInt(),
        object.get("height").getAsInt(),
        people,
        object.has("frame")
            ? new FrameTime(object.get("frame").getAsLong(), object.get("time").getAsDouble())
            : null);
  }

  private static JsonObject json(FoundPerson person) {
    PersonBox place = person.place();
    Prediction joints = person.joints();
    JsonObject object = new JsonObject();
    object.addProperty("person", place.person());
    object.add(
        "box", array(place.box().x(), place.box().y(), place.box().width(), place.box().height()));
    object.add("crop", array(place.centerX(), place.centerY(), place.scale()));
    if (!place.category().equals(CocoCategory.PERSON.id())) {
      object.add("category", place.category().toJson());
    }
    if (!Double.isNaN(place.score())) {
      object.addProperty("box_score", place.score());
    }
    object.add("x", array(joints.x()));
    object.add("y", array(joints.y()));
    object.add("score", array(joints.score()));
    object.add("sigma_x", array(joints.sigmaX()));
    object.add("sigma_y", array(joints.sigmaY()));
    return object;
  }

  private static FoundPerson person(String image, JsonObject object) {
    JsonArray box = object.getAsJsonArray("box");
    JsonArray crop = object.getAsJsonArray("crop");
    PersonBox place =
        new PersonBox(
            object.get("person").getAsInt(),
            new Box(
                box.get(0).getAsDouble(),
                box.get(1).getAsDouble(),
                box.get(2).getAsDouble(),
                box.get(3).getAsDouble()),
            crop.get(0).getAsDouble(),
            crop.get(1).getAsDouble(),
            crop.get(2).getAsDouble(),
            object.has("category")
                ? Objects.requireNonNull(CocoId.of(object.get("category")))
                : CocoCategory.PERSON.id(),
            object.has("box_score") ? object.get("box_score").getAsDouble() : Double.NaN);
    Prediction joints =
        new Prediction(
            image,
            place.person(),
            floats(object.getAsJsonArray("x")),
            floats(object.getAsJsonArray("y")),
            floats(object.getAsJsonArray("score")),
            floats(object.getAsJsonArray("sigma_x")),
            floats(object.getAsJsonArray("sigma_y")));
    return new FoundPerson(place, joints, null);
  }

  private static JsonArray array(double... values) {
    JsonArray array = new JsonArray();
    for (double value : values) {
      array.add(value);
    }
    return array;
  }

  /** What is no number becomes null. */
  private static JsonArray array(float[] values) {
    JsonArray array = new JsonArray(values.length);
    for (float value : values) {
      array.add(Float.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE);
    }
    return array;
  }

  private static float[] floats(JsonArray array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).isJsonNull() ? Float.NaN : array.get(i).getAsFloat();
    }
    return values;
  }
}
