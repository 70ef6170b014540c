package io.sadi.model;

import io.sadi.torch.Precision;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * How each layer of a network is computed: by the rule of {@link Convolutions}, except for those
 * that {@link Proof} found wrong on this processor.
 */
public final class Arithmetic {
  private final Way byRule;
  private final IdentityHashMap<Object, Way> exceptions;
  private final boolean slower;
  private final List<String> fallbacks;
  private final List<String> warnings;

  private Arithmetic(
      Way byRule,
      IdentityHashMap<Object, Way> exceptions,
      boolean slower,
      List<String> fallbacks,
      List<String> warnings) {
    this.byRule = byRule;
    this.exceptions = exceptions;
    this.slower = slower;
    this.fallbacks = List.copyOf(fallbacks);
    this.warnings = List.copyOf(warnings);
  }

  /**
   * All layers by the rule.
   *
   * @param way the best way of the device
   */
  static Arithmetic byRule(Way way) {
    return new Arithmetic(way, new IdentityHashMap<>(), false, List.of(), List.of());
  }

  /**
   * By the rule, except for some layers.
   *
   * @param exceptions the way of each such layer, which is a {@link Conv} or a product's weights
   * @param slower whether some are slower than they could be, as the best way is wrong
   * @param fallbacks these layers for messages, as in {@code sfm.final in float32}
   * @param warnings warnings, a line each
   */
  static Arithmetic of(
      Way byRule,
      IdentityHashMap<Object, Way> exceptions,
      boolean slower,
      List<String> fallbacks,
      List<String> warnings) {
    return new Arithmetic(byRule, exceptions, slower, fallbacks, warnings);
  }

  /**
   * Checks networks on this machine as if nothing were known of it, and remembers the results.
   *
   * @param networks described or allocated; their parameters are not read
   * @param batch crops at a time
   * @return for each network how it is trained, and how it is used
   * @throws io.sadi.io.FailedException if every way gives wrong results for a layer
   */
  public static List<Arithmetic> anew(List<SadiNet> networks, Precision precision, int batch) {
    return Proof.anew(networks, precision, batch);
  }

  /** How a layer is computed. */
  Way way(Object layer) {
    return exceptions.getOrDefault(layer, byRule);
  }

  /** Whether a layer is slower because the rule's way is wrong on this processor. */
  public boolean slower() {
    return slower;
  }

  /** Warnings, a line each. */
  public List<String> warnings() {
    return warnings;
  }

  /** The layers that are not computed by the rule, in the network's order. */
  public List<String> fallbacks() {
    return fallbacks;
  }
}
