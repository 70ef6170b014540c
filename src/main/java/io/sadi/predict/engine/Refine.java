package io.sadi.predict.engine;

import io.sadi.config.Config;

/** How a heatmap's peak is placed between pixels. */
public enum Refine {
  /** A quarter pixel towards the larger neighbour, in x and in y (Newell et al.). */
  QUARTER,
  /** One Newton step on the logarithm of the smoothed map (Zhang et al., DARK). */
  DARK,
  NONE;

  /** As options are written: lower case. */
  @Override
  public String toString() {
    return Config.name(this);
  }
}
