package io.sadi.train;

import com.google.gson.JsonObject;
import io.sadi.eval.MetricResult;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is. A state keeps it, so that a resumed run continues exactly where it was.
 *
 * @param epoch epochs done
 * @param current the epoch that follows, as far as it is done
 * @param steps optimizer steps done
 * @param usual running mean of the size of the losses; 0 before the first step
 * @param best the best epoch so far
 * @param fusionWeight w as the last validation chose it, on all validation people
 */
record Position(
    int epoch, PartOfEpoch current, long steps, double usual, Best best, double fusionWeight) {
  static final Position START = new Position(0, PartOfEpoch.NONE, 0, 0, Best.NONE, 0);

  /** In the JSON of versions whose best epoch was chosen by a cross-fitted number. */
  private static final String CROSS_FITTED = "cross_fitted";

  /** Weight of a step in the running mean {@link #usual}. */
  private static final double SHARE = 0.01;

  /** A loss this many times the usual one has exploded; the usual one counts as 1 at least. */
  private static final double EXPLODED = 1000;

  /**
   * A part of an epoch.
   *
   * @param steps done, bad ones included
   * @param bad steps whose loss or gradients were bad, so that the weights did not move
   * @param losses sum over the good steps
   * @param images that the good steps took, in all processes; negative where an older version,
   *     which did not count them, took some
   */
  record PartOfEpoch(int steps, int bad, LossValues losses, long images) {
    static final PartOfEpoch NONE = new PartOfEpoch(0, 0, LossValues.ZERO, 0);

    private static final long NOT_COUNTED = -1;

    int good() {
      return steps - bad;
    }

    /**
     * The images that the good steps took.
     *
     * @param ofStep images of a step, by which those are counted that an older version took
     */
    long images(int ofStep) {
      return images >= 0 ? images : (long) good() * ofStep;
    }

    private PartOfEpoch plus(LossValues loss, int taken) {
      return new PartOfEpoch(
          steps + 1, bad, losses.plus(loss), images >= 0 ? images + taken : images);
    }

    private PartOfEpoch plusBad() {
      return new PartOfEpoch(steps + 1, bad + 1, losses, images);
    }
  }

  /**
   * The epoch with the best validation.
   *
   * @param epoch from 1; 0 before the first validation
   * @param weighted mean (joint-weighted) of {@code fused}, cross-fitted; of a detector AP50; NaN
   *     if not validated
   * @param unweighted mean (unweighted); of a detector AP
   */
  record Best(int epoch, double weighted, double unweighted) {
    static final Best NONE = new Best(0, Double.NaN, Double.NaN);
  }

  /** The largest loss of the next step that is good. */
  double limit() {
    return usual == 0 ? Double.MAX_VALUE : EXPLODED * Math.max(1, usual);
  }

  /**
   * After a step with this loss.
   *
   * @param images that it took, in all processes
   */
  Position goodStep(LossValues loss, int images) {
    double size = Math.abs(loss.total());
    return new Position(
        epoch,
        current.plus(loss, images),
        steps + 1,
        usual == 0 ? size : usual + SHARE * (size - usual),
        best,
        fusionWeight);
  }

  /** After a step that did not move the weights. */
  Position badStep() {
    return new Position(epoch, current.plusBad(), steps, usual, best, fusionWeight);
  }

  /**
   * After an epoch.
   *
   * @param validation of the decode that decides; null if the epoch was not validated
   * @param weight w from now on
   * @param latest whether the latest epoch counts as the best
   */
  Position nextEpoch(@Nullable MetricResult validation, double weight, boolean latest) {
    return validation == null
        ? nextEpoch(false, Double.NaN, Double.NaN, weight, latest)
        : nextEpoch(
            true, validation.meanJointWeighted(), validation.meanUnweighted(), weight, latest);
  }

  /**
   * The same of any two numbers.
   *
   * @param validated whether there are any
   * @param weighted the one that decides
   */
  Position nextEpoch(
      boolean validated, double weighted, double unweighted, double weight, boolean latest) {
    boolean better =
        latest
            || (validated
                && (best.epoch == 0
                    || weighted > best.weighted
                    || (!Double.isNaN(weighted) && Double.isNaN(best.weighted))));
    Best next = better ? new Best(epoch + 1, weighted, unweighted) : best;
    return new Position(epoch + 1, PartOfEpoch.NONE, steps, usual, next, weight);
  }

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("epoch", epoch);
    json.addProperty("batch", current.steps);
    json.addProperty("skipped", current.bad);
    json.addProperty("images", current.images);
    json.addProperty("steps", steps);
    // As text: JSON has no NaN, and the sums must come back to the last bit.
    json.addProperty("loss", Double.toString(current.losses.total()));
    json.addProperty("loss_h1", Double.toString(current.losses.h1()));
    json.addProperty("loss_h2", Double.toString(current.losses.h2()));
    json.addProperty("usual", Double.toString(usual));
    json.addProperty("best", best.epoch);
    json.addProperty("best_weighted", Double.toString(best.weighted));
    json.addProperty("best_unweighted", Double.toString(best.unweighted));
    json.addProperty("fusion_weight", Double.toString(fusionWeight));
    json.addProperty(CROSS_FITTED, true);
    return Json.compact(json);
  }

  static Position fromJson(String text, Path file) {
    JsonObject json = Json.object(Json.parse(text, file), file);
    try {
      return new Position(
          json.get("epoch").getAsInt(),
          new PartOfEpoch(
              json.get("batch").getAsInt(),
              json.get("skipped").getAsInt(),
              new LossValues(
                  number(json, "loss"), number(json, "loss_h1"), number(json, "loss_h2")),
              json.has("images") ? json.get("images").getAsLong() : PartOfEpoch.NOT_COUNTED),
          json.get("steps").getAsLong(),
          json.has("usual") ? number(json, "usual") : 0, // older states have none
          new Best(
              json.get("best").getAsInt(),
              number(json, "best_weighted"),
              number(json, "best_unweighted")),
          number(json, "fusion_weight"));
    } catch (RuntimeException e) {
      throw new BadInputException(
          file + ": metadata 'training': the run's position cannot be read; it cannot be resumed",
          e);
    }
  }

  /** Whether the best epoch of a position in JSON was chosen by a cross-fitted number. */
  static boolean isCrossFitted(String text, Path file) {
    return Json.object(Json.parse(text, file), file).has(CROSS_FITTED);
  }

  private static double number(JsonObject json, String name) {
    return Double.parseDouble(json.get(name).getAsString());
  }
}
