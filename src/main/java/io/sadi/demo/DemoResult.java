package io.sadi.demo;

import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;
import io.sadi.predict.Gallery.Exhibit;
import io.sadi.train.RunConfig;
import io.sadi.train.TrainingCurves;
import java.util.List;

/**
 * What a demo came to.
 *
 * @param config the network and how it was trained
 * @param seed of everything random
 * @param learnedFrom people that the network was trained on
 * @param validated people that the best epoch was chosen on
 * @param before the untrained network on the held-out people
 * @param after the trained one on the same people, one result a decode, fused first
 * @param exhibits some of these people
 * @param curves the training's course
 * @param times that the steps took
 */
record DemoResult(
    RunConfig config,
    int seed,
    int learnedFrom,
    int validated,
    MetricResult before,
    Evaluation after,
    List<Exhibit> exhibits,
    TrainingCurves curves,
    Demo.Times times) {

  /** The trained network's result in the decode that counts. */
  MetricResult fused() {
    return after.results().get(0);
  }
}
