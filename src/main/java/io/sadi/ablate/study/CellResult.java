package io.sadi.ablate.study;

import io.sadi.data.Fingerprint;
import io.sadi.eval.Evaluation;
import io.sadi.eval.Fusion;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PersonErrors;
import org.jspecify.annotations.Nullable;

/**
 * The result of a finished cell.
 *
 * @param evaluation of its last weights on the validation split, one result a decode, the default
 *     decode first; of its best weights if an older version measured it
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
  /** The result of the default decode. */
  public MetricResult first() {
    return evaluation.results().get(0);
  }

  /** Whether it is optimistic: its epoch or its fusion weight was chosen on the measured people. */
  public boolean isOptimistic() {
    return isOptimistic(evaluation);
  }

  /** The same for an evaluation. Older versions chose so, and did not note it. */
  static boolean isOptimistic(Evaluation evaluation) {
    MeasuredNetwork network = evaluation.network();
    if (network == null || !network.file().equals(CellFolder.LAST)) {
      return true;
    }
    Fusion fusion = network.fusion();
    return fusion != null
        && fusion.chosenOn() != Fusion.ChosenOn.HALVES
        && fusion.chosenOn() != Fusion.ChosenOn.CONFIG;
  }

  /** The result of a decode; null if the network does not have it. */
  public @Nullable MetricResult of(String decode) {
    return evaluation.results().stream()
        .filter(result -> result.decode().equals(decode))
        .findFirst()
        .orElse(null);
  }

  /** The people it was measured on; null if an older version measured it. */
  public @Nullable Fingerprint measuredOn() {
    MeasuredNetwork network = evaluation.network();
    return network == null ? null : network.people();
  }
}
