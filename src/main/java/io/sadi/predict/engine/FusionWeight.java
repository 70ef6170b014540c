package io.sadi.predict.engine;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.CrossFit;
import io.sadi.eval.OksTruth;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Predictions;
import io.sadi.predict.engine.DatasetPredictor.Reading;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The weight w of {@link Decode#FUSED}, chosen among several by what is found with it, and what
 * that choice is worth.
 *
 * @param value w, the best on all people
 * @param ofHalves w chosen on each half of the people
 * @param crossFitted predictions of each half with the other half's w: what is reported
 * @param inSample predictions of all with w of all, which flatter
 */
public record FusionWeight(
    double value, List<Double> ofHalves, Predictions crossFitted, Predictions inSample) {
  /**
   * Tried for w: 0 is H1 alone, 1 is H2 alone. Denser where w is small, because H2's peak is always
   * 1 and H1's rarely is.
   */
  private static final List<Double> TRIED =
      List.of(0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0);

  public FusionWeight {
    ofHalves = List.copyOf(ofHalves);
  }

  /**
   * The ways to read a network that w is chosen from.
   *
   * @param set w where it is not to be chosen
   * @param temperatures as {@link Readout} has them
   */
  public static List<Reading> readings(OptionalDouble set, List<Double> temperatures) {
    List<Double> tried = set.isPresent() ? List.of(set.getAsDouble()) : TRIED;
    return tried.stream()
        .map(w -> new Reading(new Readout(Decode.FUSED, w, temperatures)))
        .toList();
  }

  /**
   * Chooses.
   *
   * @param readings whom {@link #readings} has found
   * @param oks null where the metric is not OKS
   */
  public static FusionWeight choose(
      List<Reading> readings,
      PoseMetric metric,
      Dataset dataset,
      List<Person> people,
      @Nullable OksTruth oks) {
    CrossFit fit =
        CrossFit.of(
            metric,
            dataset.skeleton(),
            people,
            oks,
            readings.stream().map(Reading::predictions).toList());
    return new FusionWeight(
        weight(readings, fit.best()),
        fit.bestOfHalves().stream().map(i -> weight(readings, i)).toList(),
        fit.predictions(),
        readings.get(fit.best()).predictions());
  }

  private static double weight(List<Reading> readings, int i) {
    return readings.get(i).readout().fusionWeight();
  }
}
