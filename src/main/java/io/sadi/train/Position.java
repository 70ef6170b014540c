package io.sadi.train;

import com.google.gson.JsonObject;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.nio.file.Path;

/**
 * How far a run has come: what its last checkpoint keeps so that a resumed run is the same run.
 *
 * @param epoch epochs done
 * @param batch batches done of the one that follows
 * @param steps optimizer steps done
 * @param loss sum of the total losses of this epoch's batches so far
 * @param lossH1 the same of L_H1
 * @param lossH2 the same of L_H2
 * @param best epoch of the best validation so far, 0 before the first
 * @param bestWeighted its mean (joint-weighted), NaN before the first
 * @param bestUnweighted its mean (unweighted)
 * @param fusionWeight w as the last validation chose it
 */
record Position(
    int epoch,
    int batch,
    long steps,
    double loss,
    double lossH1,
    double lossH2,
    int best,
    double bestWeighted,
    double bestUnweighted,
    double fusionWeight) {
  static final Position START = new Position(0, 0, 0, 0, 0, 0, 0, Double.NaN, Double.NaN, 0);

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("epoch", epoch);
    json.addProperty("batch", batch);
    json.addProperty("steps", steps);
    // As text: JSON has no NaN, and the sums must come back to the last bit.
    json.addProperty("loss", Double.toString(loss));
    json.addProperty("loss_h1", Double.toString(lossH1));
    json.addProperty("loss_h2", Double.toString(lossH2));
    json.addProperty("best", best);
    json.addProperty("best_weighted", Double.toString(bestWeighted));
    json.addProperty("best_unweighted", Double.toString(bestUnweighted));
    json.addProperty("fusion_weight", Double.toString(fusionWeight));
    return Json.compact(json);
  }

  static Position fromJson(String text, Path file) {
    JsonObject json = Json.object(Json.parse(text, file), file);
    try {
      return new Position(
          json.get("epoch").getAsInt(),
          json.get("batch").getAsInt(),
          json.get("steps").getAsLong(),
          number(json, "loss"),
          number(json, "loss_h1"),
          number(json, "loss_h2"),
          json.get("best").getAsInt(),
          number(json, "best_weighted"),
          number(json, "best_unweighted"),
          number(json, "fusion_weight"));
    } catch (RuntimeException e) {
      throw new BadInputException(
          file + ": metadata 'training': the run's position cannot be read; it cannot be resumed",
          e);
    }
  }

  private static double number(JsonObject json, String name) {
    return Double.parseDouble(json.get(name).getAsString());
  }
}
