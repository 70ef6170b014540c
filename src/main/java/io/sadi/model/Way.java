package io.sadi.model;

import java.util.List;

/**
 * How a layer's convolution or product is computed, best first. {@link Proof} tries them in this
 * order until one comes out right.
 */
enum Way {
  /** Eight-bit maps and weights, added up in int32, for inference of a quantised network. */
  INT8(1, "in int8"),
  /** Convolution fused with the operations that follow, for inference. */
  FUSED(16, "fused"),
  /** The same with channels of zeros up to a whole block of oneDNN's. */
  FUSED_WIDE(64, "fused, with channels filled up to 64"),
  /** LibTorch's operator in the network's precision. */
  DIRECT(2, "as it is"),
  /** The same with channels of zeros up to a whole block of oneDNN's. */
  DIRECT_WIDE(64, "with channels filled up to 64"),
  /** LibTorch's operator in float32. */
  FLOAT32(64, "in float32"),
  /** In float32 by simple operators: patches of the map times the weights, or sums. */
  PLAIN(1, "in float32 by plain products");

  private final int channels;
  private final String words;

  Way(int channels, String words) {
    this.channels = channels;
    this.words = words;
  }

  /** A convolution's channels are filled up with zeros to a multiple of this. */
  int channels() {
    return channels;
  }

  /** For messages. */
  String words() {
    return words;
  }

  /** Whether the operations that follow a convolution are fused with it. */
  boolean fused() {
    return this == FUSED || this == FUSED_WIDE;
  }

  /** Whether it is computed in float32 in any precision of the network. */
  boolean exact() {
    return this == FLOAT32 || this == PLAIN;
  }

  /** Whether this is another way's operator, with more channels of zeros. */
  boolean isWide(Way other) {
    return this == FUSED_WIDE ? other == FUSED : this == DIRECT_WIDE && other == DIRECT;
  }

  /**
   * The ways that a layer has.
   *
   * @param byRule the first
   * @param reduced whether the layer's precision is less than float32
   */
  static List<Way> from(Way byRule, boolean reduced) {
    return List.of(values()).stream()
        .filter(way -> way.compareTo(byRule) >= 0 && (reduced || way != FLOAT32))
        .toList();
  }
}
