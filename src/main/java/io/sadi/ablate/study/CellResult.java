package io.sadi.ablate.study;

import io.sadi.checkpoint.Decode;
import io.sadi.data.Fingerprint;
import io.sadi.eval.Evaluation;
import io.sadi.eval.Fusion;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PersonErrors;
import io.sadi.eval.TestProtocol;
import java.util.ArrayList;
import java.util.List;
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

  /**
   * With this decode as the one that counts.
   *
   * @param decode null, or one that the network has not: as it is
   */
  public CellResult first(@Nullable Decode decode) {
    MetricResult counts = decode == null ? null : of(decode.toString());
    if (counts == null) {
      return this;
    }
    List<MetricResult> results = new ArrayList<>(evaluation.results());
    results.remove(counts);
    results.add(0, counts);
    PersonErrors reordered = errors.withFirst(counts.decode());
    return new CellResult(cell, evaluation.withResults(results), reordered, size, course);
  }

  /** How it was tested. */
  public TestProtocol protocol() {
    return protocol(evaluation);
  }

  static TestProtocol protocol(Evaluation evaluation) {
    MeasuredNetwork network = evaluation.network();
    TestProtocol said = network == null ? null : network.protocol();
    return said == null ? TestProtocol.PLAIN : said; // all that older versions had
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
