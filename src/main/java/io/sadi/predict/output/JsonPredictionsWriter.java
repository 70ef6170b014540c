package io.sadi.predict.output;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.ModelInfo;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** One JSON object for everything, an image a line, so that it need not be held in memory. */
final class JsonPredictionsWriter implements PredictionsWriter {
  private final BufferedWriter text;
  private final ModelInfo about;
  private boolean begun;

  JsonPredictionsWriter(OutputStream out, ModelInfo about) {
    this.text = PredictionsWriter.text(out);
    this.about = about;
  }

  @Override
  public void write(FoundImage image) throws IOException {
    text.write(begun ? ",\n" : head() + "\n");
    begun = true;
    text.write(Json.compact(JsonLinesPredictionsWriter.json(image, about.joints())));
  }

  @Override
  public void finish(List<InputFailure> failures) throws IOException {
    if (!begun) {
      text.write(head());
    }
    JsonArray errors = new JsonArray();
    for (InputFailure failure : failures) {
      JsonObject error = new JsonObject();
      error.addProperty("image", failure.image());
      error.addProperty("error", failure.error());
      errors.add(error);
    }
    text.write("\n],\"errors\":" + Json.compact(errors) + "}\n");
    text.flush();
  }

  /** Everything up to the images. */
  private String head() {
    JsonObject head = new JsonObject();
    head.addProperty(Json.SCHEMA_VERSION, 1);
    head.add("model", about.model());
    JsonArray joints = new JsonArray();
    about.joints().forEach(joints::add);
    head.add("joints", joints);
    JsonArray skeleton = new JsonArray();
    for (Pair edge : about.skeleton().edges()) {
      JsonArray pair = new JsonArray();
      pair.add(edge.a());
      pair.add(edge.b());
      skeleton.add(pair);
    }
    head.add("skeleton", skeleton);
    String text = Json.compact(head);
    return text.substring(0, text.length() - 1) + ",\"images\":[";
  }
}
