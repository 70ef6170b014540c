package io.sadi.predict.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an input of a part stands in the whole job: a line of a finished {@link Journal}.
 *
 * @param index from 0
 * @param image its name
 * @param id of the image, for COCO; null where it has none
 */
record Place(int index, String image, @Nullable CocoId id) {

  JsonObject json() {
    JsonObject object = new JsonObject();
    object.addProperty("image", image);
    object.addProperty("index", index);
    if (id != null) {
      object.add("id", id.toJson());
    }
    return object;
  }

  /**
   * Reads what {@link #json} gives.
   *
   * @throws RuntimeException where the object is none
   */
  static Place of(JsonObject object) {
    JsonElement id = object.get("id");
    return new Place(
        object.get("index").getAsInt(),
        object.get("image").getAsString(),
        id == null ? null : Objects.requireNonNull(CocoId.of(id)));
  }
}
