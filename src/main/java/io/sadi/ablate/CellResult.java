package io.sadi.ablate;

import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PersonErrors;

/**
 * A cell that is finished.
 *
 * @param evaluation of its best weights on the validation split, one result a decode, the default
 *     decode first
 * @param errors of the same people and decodes
 * @param size of the network
 * @param course how it was trained
 */
record CellResult(
    Cell cell,
    Evaluation evaluation,
    PersonErrors errors,
    NetworkSize size,
    TrainingCourse course) {
  /** Of the decode that counts unless another is asked for. */
  MetricResult first() {
    return evaluation.results().get(0);
  }
}
