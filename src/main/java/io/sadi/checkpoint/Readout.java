package io.sadi.checkpoint;

import io.sadi.config.Config;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How people are read from the network's outputs.
 *
 * @param decode which output gives a joint's position
 * @param fusionWeight w of {@link Decode#FUSED}, 0 to 1
 * @param temperatures factors of the predicted deviations, one a joint, above 0; empty: as
 *     predicted
 */
public record Readout(Decode decode, double fusionWeight, List<Double> temperatures) {
  public Readout {
    temperatures = List.copyOf(temperatures);
  }

  /** Without temperatures. */
  public Readout(Decode decode, double fusionWeight) {
    this(decode, fusionWeight, List.of());
  }

  /** The factor of joint k's deviation; 1 without temperatures. */
  public double temperature(int k) {
    return temperatures.isEmpty() ? 1 : temperatures.get(k);
  }

  /** The w that a config sets; empty if it is chosen on the validation split. */
  public static OptionalDouble fusionWeight(Config config) {
    String text =
        config.choiceOrNumber(
            "eval.fusion_weight",
            List.of("auto"),
            "auto",
            0,
            1,
            "w of the decode fused; auto: chosen on the val split, 0 without one");
    return text.equals("auto")
        ? OptionalDouble.empty()
        : OptionalDouble.of(Double.parseDouble(text));
  }
}
