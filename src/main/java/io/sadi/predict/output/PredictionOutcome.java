package io.sadi.predict.output;

import io.sadi.predict.engine.InputFailure;
import java.util.List;

/**
 * What came of predicting, or of merging what was predicted.
 *
 * @param images that were predicted
 * @param people found in them
 * @param kept how many of the images an earlier run had done
 * @param failures inputs that could not be used
 */
public record PredictionOutcome(int images, int people, int kept, List<InputFailure> failures) {}
