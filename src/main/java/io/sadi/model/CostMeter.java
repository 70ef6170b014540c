package io.sadi.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts the multiply-accumulates of convolutions and linear layers for one image. Layers report to
 * it as they run, so the count cannot differ from the network. Off unless started.
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
