package io.sadi.train;

import com.google.gson.JsonObject;
import io.sadi.eval.MetricResult;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How far a run has come: what its last checkpoint keeps so that a resumed run is the same run.
 *
 * @param epoch epochs done
 * @param batch steps done of the one that follows, skipped ones too
 * @param skipped of these, those whose loss was no number or had exploded
 * @param steps optimizer steps done
 * @param loss sum of the total losses of this epoch's steps so far
 * @param lossH1 the same of L_H1
 * @param lossH2 the same of L_H2
 * @param usual running mean of the size of the losses; 0 before the first step
 * @param best epoch of the best validation so far, 0 before the first
 * @param bestWeighted its mean (joint-weighted) of {@code fused}, cross-fitted; NaN before the
 *     first
 * @param bestUnweighted its mean (unweighted)
 * @param fusionWeight w as the last validation chose it on all people
 */
record Position(
    int epoch,
    int batch,
    int skipped,
    long steps,
    double loss,
    double lossH1,
    double lossH2,
    double usual,
    int best,
    double bestWeighted,
    double bestUnweighted,
    double fusionWeight) {
  static final Position START = new Position(0, 0, 0, 0, 0, 0, 0, 0, 0, Double.NaN, Double.NaN, 0);

  /** Whether {@link #bestWeighted} is; older versions say nothing, and theirs is not. */
  private static final String CROSS_FITTED = "cross_fitted";

  /** What a step counts in {@link #usual}. */
  private static final double SHARE = 0.01;

  /** A loss so many times larger than usual has exploded, or than 1, as losses may be near 0. */
  private static final double EXPLODED = 1000;

  /** Steps of this epoch that the sums of losses are over. */
  int counted() {
    return batch - skipped;
  }

  /** The largest loss of the next step that is no fault. */
  double limit() {
    return usual == 0 ? Double.MAX_VALUE : EXPLODED * Math.max(1, usual);
  }

  /** After a step with these losses. */
  Position step(double stepLoss, double stepLossH1, double stepLossH2) {
    return new Position(
        epoch,
        batch + 1,
        skipped,
        steps + 1,
        loss + stepLoss,
        lossH1 + stepLossH1,
        lossH2 + stepLossH2,
        usual == 0 ? Math.abs(stepLoss) : usual + SHARE * (Math.abs(stepLoss) - usual),
        best,
        bestWeighted,
        bestUnweighted,
        fusionWeight);
  }

  /** After a step whose loss was no number or had exploded. */
  Position skip() {
    return new Position(
        epoch,
        batch + 1,
        skipped + 1,
        steps,
        loss,
        lossH1,
        lossH2,
        usual,
        best,
        bestWeighted,
        bestUnweighted,
        fusionWeight);
  }

  /**
   * After an epoch.
   *
   * @param validation in the decode that counts; null where it was not validated
   * @param weight w as it stands now
   * @param latest whether the latest epoch is the best by definition
   */
  Position nextEpoch(@Nullable MetricResult validation, double weight, boolean latest) {
    double weighted = validation == null ? Double.NaN : validation.meanJointWeighted();
    double unweighted = validation == null ? Double.NaN : validation.meanUnweighted();
    boolean better =
        latest
            || (validation != null
                && (best == 0
                    || weighted > bestWeighted
                    || (!Double.isNaN(weighted) && Double.isNaN(bestWeighted))));
    return new Position(
        epoch + 1,
        0,
        0,
        steps,
        0,
        0,
        0,
        usual,
        better ? epoch + 1 : best,
        better ? weighted : bestWeighted,
        better ? unweighted : bestUnweighted,
        weight);
  }

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("epoch", epoch);
    json.addProperty("batch", batch);
    json.addProperty("skipped", skipped);
    json.addProperty("steps", steps);
    // As text: JSON has no NaN, and the sums must come back to the last bit.
    json.addProperty("loss", Double.toString(loss));
    json.addProperty("loss_h1", Double.toString(lossH1));
    json.addProperty("loss_h2", Double.toString(lossH2));
    json.addProperty("usual", Double.toString(usual));
    json.addProperty("best", best);
    json.addProperty("best_weighted", Double.toString(bestWeighted));
    json.addProperty("best_unweighted", Double.toString(bestUnweighted));
    json.addProperty("fusion_weight", Double.toString(fusionWeight));
    json.addProperty(CROSS_FITTED, true);
    return Json.compact(json);
  }

  static Position fromJson(String text, Path file) {
    JsonObject json = Json.object(Json.parse(text, file), file);
    try {
      return new Position(
          json.get("epoch").getAsInt(),
          json.get("batch").getAsInt(),
          json.get("skipped").getAsInt(),
          json.get("steps").getAsLong(),
          number(json, "loss"),
          number(json, "loss_h1"),
          number(json, "loss_h2"),
          json.has("usual") ? number(json, "usual") : 0, // older states have none
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

  /** Whether the best epoch of what {@link #toJson} wrote was chosen by a cross-fitted number. */
  static boolean isCrossFitted(String text, Path file) {
    return Json.object(Json.parse(text, file), file).has(CROSS_FITTED);
  }

  private static double number(JsonObject json, String name) {
    return Double.parseDouble(json.get(name).getAsString());
  }
}
