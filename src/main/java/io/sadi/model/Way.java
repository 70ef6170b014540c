package io.sadi.model;

import java.util.List;

/**
 * How a layer's convolution or product is computed, best first. {@link Proof} tries them in this
 * order until one comes out right.
 */
enum Way {
  /** Convolution with what follows it computed along, for a network that is only used. */
  FUSED("fused"),
  /** LibTorch's operator in the precision that is asked for. */
  DIRECT("as it is"),
  /** LibTorch's operator in float32. */
  FLOAT32("in float32"),
  /** In float32 by the plainest operators: patches of the map times the weights, or sums. */
  PLAIN("in float32 by plain products");

  private final String words;

  Way(String words) {
    this.words = words;
  }

  /** For messages: a layer is computed so. */
  String words() {
    return words;
  }

  /**
   * The ways that a layer has.
   *
   * @param byRule the first, which needs no reason
   * @param reduced whether the layer is asked for in less than float32
   */
  static List<Way> from(Way byRule, boolean reduced) {
    return List.of(values()).stream()
        .filter(way -> way.compareTo(byRule) >= 0 && (reduced || way != FLOAT32))
        .toList();
  }
}
