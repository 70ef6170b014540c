package io.sadi.ablate.study;

import io.sadi.model.LayerCost;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;

/**
 * What a network consists of and computes.
 *
 * @param parameters learned values
 * @param macs multiply-accumulates of one image
 */
public record NetworkSize(long parameters, long macs) {
  /** Counts; loads LibTorch. */
  public static NetworkSize of(ModelConfig model, int joints) {
    return new NetworkSize(
        SadiNet.describe(model, joints).parameters().count(),
        SadiNet.costs(model, joints).stream().mapToLong(LayerCost::macs).sum());
  }
}
