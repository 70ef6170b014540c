package io.sadi.checkpoint;

import io.sadi.config.Config;

/** Which output of the network gives a joint's position. */
public enum Decode {
  /** (1 - w) H1 + w H2 with the checkpoint's w, chosen on the validation split. */
  FUSED,
  /** The same with w = chi = sigma, per joint. */
  FUSED_PAPER,
  /** The first heatmap. */
  H1,
  /** The second heatmap's peak in closed form: mu + sigma argmax_u P(u). */
  H2,
  /** The regressed mean. */
  MU;

  /** As options are written: lower case. */
  @Override
  public String toString() {
    return Config.name(this);
  }
}
