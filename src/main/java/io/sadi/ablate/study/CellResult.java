package io.sadi.ablate.study;

import io.sadi.data.Fingerprint;
import io.sadi.eval.Evaluation;
import io.sadi.eval.Fusion;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PersonErrors;
import org.jspecify.annotations.Nullable;

/**
 * A cell that is finished.
 *
 * @param evaluation of its last weights on the validation split, one result a decode, the default
 *     decode first; of its best weights where an older version measured it
 * @param errors of the same people and decodes
 * @param size of the network
 * @param course how it was trained
 */
public record CellResult(
    Cell cell,
    Evaluation evaluation,
    PersonErrors errors,
    NetworkSize size,
    TrainingCourse course) {
  /** Of the decode that counts unless another is asked for. */
  public MetricResult first() {
    return evaluation.results().get(0);
  }

  /** Whether its epoch or its fusion weight was chosen on the people that it is measured on. */
  public boolean flatters() {
    return flatters(evaluation);
  }

  /** Whether the epoch or the fusion weight was, as older versions did and say nothing of. */
  static boolean flatters(Evaluation evaluation) {
    MeasuredNetwork network = evaluation.network();
    if (network == null || !network.file().equals(CellFolder.LAST)) {
      return true;
    }
    Fusion fusion = network.fusion();
    return fusion != null
        && fusion.chosenOn() != Fusion.ChosenOn.HALVES
        && fusion.chosenOn() != Fusion.ChosenOn.CONFIG;
  }

  /** The result of a decode; null where the network has no such answer. */
  public @Nullable MetricResult of(String decode) {
    return evaluation.results().stream()
        .filter(result -> result.decode().equals(decode))
        .findFirst()
        .orElse(null);
  }

  /** Whom it was measured on; null where an older version measured it. */
  public @Nullable Fingerprint measuredOn() {
    MeasuredNetwork network = evaluation.network();
    return network == null ? null : network.people();
  }
}
