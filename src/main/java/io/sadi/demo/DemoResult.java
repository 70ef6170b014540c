package io.sadi.demo;

import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;
import io.sadi.show.Gallery.Exhibit;
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
 * @param expected fused percentage below which the network has not learned; 0 for a small demo
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
    double expected,
    MetricResult before,
    Evaluation after,
    List<Exhibit> exhibits,
    TrainingCurves curves,
    Demo.Times times) {

  /** The trained network's result in the decode that counts. */
  MetricResult fused() {
    return after.results().get(0);
  }

  /** Whether the network is as good as it must be. */
  boolean learned() {
    return expected == 0 || fused().meanJointWeighted() >= expected; // NaN is not
  }

  /** What to do now. */
  List<NextStep> nextSteps(DemoFolder folder) {
    return learned() ? NextStep.after(folder) : NextStep.afterFailure(folder, seed);
  }
}
