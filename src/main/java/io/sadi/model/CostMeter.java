package io.sadi.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what layers cost as they run: multiply-accumulates of convolutions and linear layers, an
 * image. Off unless started; layers report to it from where they compute, so the count cannot
 * differ from the network.
 */
final class CostMeter {
  private @Nullable List<LayerCost> costs;

  void start() {
    costs = new ArrayList<>();
  }

  List<LayerCost> stop() {
    List<LayerCost> result = costs == null ? List.of() : costs;
    costs = null;
    return Collections.unmodifiableList(result);
  }

  boolean running() {
    return costs != null;
  }

  void record(LayerCost cost) {
    if (costs != null) {
      costs.add(cost);
    }
  }
}
