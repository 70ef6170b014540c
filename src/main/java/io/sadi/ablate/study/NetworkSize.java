package io.sadi.ablate.study;

import io.sadi.model.ModelConfig;
import io.sadi.model.NetworkCost;

/**
 * The size of a network.
 *
 * @param parameters learned values
 * @param macs multiply-accumulates of one image
 */
public record NetworkSize(long parameters, long macs) {
  /** Counts both; loads LibTorch. */
  public static NetworkSize of(ModelConfig model, int joints) {
    NetworkCost cost = NetworkCost.of(model, joints);
    return new NetworkSize(cost.parameters(), cost.macs());
  }
}
