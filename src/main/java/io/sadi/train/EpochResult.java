package io.sadi.train;

import io.sadi.eval.MetricResult;
import java.util.List;

/**
 * What an epoch came to.
 *
 * @param epoch 1-based
 * @param steps done since the run began
 * @param rate learning rate of its last step
 * @param loss mean of the total loss over its steps
 * @param lossH1 mean of L_H1 before its weight
 * @param lossH2 mean of L_H2; NaN without it
 * @param images crops that its steps learned from, in all processes
 * @param imagesPerSecond trained, validation left out; NaN where a process before this one has
 *     taken all of the steps
 * @param residentMb memory at its end
 * @param validation one result a decode; empty where the epoch was not validated
 */
record EpochResult(
    int epoch,
    long steps,
    double rate,
    double loss,
    double lossH1,
    double lossH2,
    long images,
    double imagesPerSecond,
    long residentMb,
    List<MetricResult> validation) {}
