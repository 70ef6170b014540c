package io.sadi.demo;

import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;
import io.sadi.show.Gallery.Exhibit;
import io.sadi.train.RunConfig;
import io.sadi.train.TrainingCurves;
import java.util.List;

/**
 * The result of a demo.
 *
 * @param config the network and how it was trained
 * @param seed of all random numbers
 * @param learnedFrom number of training people
 * @param validated number of people that the best epoch was chosen on
 * @param expected fused percentage below which the network has not learned; 0 for a small demo
 * @param before the untrained network on the held-out people
 * @param after the trained one on the same people, one result a decode, fused first
 * @param exhibits some of these people
 * @param curves the training's curves
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

  /** The trained network's result with the default decode. */
  MetricResult fused() {
    return after.results().get(0);
  }

  /** Whether the network is as good as expected. */
  boolean learned() {
    return expected == 0 || fused().meanJointWeighted() >= expected; // false for NaN
  }

  /** What to do now. */
  List<NextStep> nextSteps(DemoFolder folder) {
    return learned() ? NextStep.after(folder) : NextStep.afterFailure(folder, seed);
  }
}
