package io.sadi.ablate;

import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;

/**
 * A cell that is finished.
 *
 * @param evaluation of its best weights on the validation split, one result a decode, the default
 *     decode first
 */
record CellResult(Cell cell, Evaluation evaluation) {
  /** Of the decode that counts unless another is asked for. */
  MetricResult first() {
    return evaluation.results().get(0);
  }
}
