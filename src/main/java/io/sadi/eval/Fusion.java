package io.sadi.eval;

import io.sadi.config.Config;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The weight w of a network's decode {@code fused}, and on whom it was chosen.
 *
 * @param weight w, 0 to 1; 0 is h1 alone
 * @param chosenOn whom it was chosen on
 * @param ofHalves w of each half of the people where it is cross-fitted; else empty
 */
public record Fusion(double weight, ChosenOn chosenOn, List<Double> ofHalves) {
  /** Whom w was chosen on, as seen from those it is measured on. */
  public enum ChosenOn {
    /**
     * For each half of the people on the other half; {@link #weight} is what all of them together
     * would choose.
     */
    HALVES,
    /** The very people that it is measured on. */
    SAME_PEOPLE,
    OTHER_PEOPLE,
    /** There was nobody to choose it on, so that {@code fused} is {@code h1}. */
    NOBODY,
    /** A config sets it. */
    CONFIG,
    /** An older version did not write it down. */
    UNKNOWN;

    static @Nullable ChosenOn of(String name) {
      return Stream.of(values())
          .filter(known -> Config.name(known).equals(name))
          .findFirst()
          .orElse(null);
    }
  }

  public Fusion {
    ofHalves = List.copyOf(ofHalves);
  }

  /** One that is not cross-fitted. */
  public Fusion(double weight, ChosenOn chosenOn) {
    this(weight, chosenOn, List.of());
  }

  /** A line that a person must see beside the numbers; empty if none. */
  String note() {
    return switch (chosenOn) {
      case SAME_PEOPLE ->
          String.format(
              Locale.ROOT,
              "fused: its weight %s was chosen on these people, which flatters it; other people do"
                  + " not, nor does h1",
              weight);
      case NOBODY -> "fused is h1: the network was trained without people to choose its weight on";
      case HALVES, OTHER_PEOPLE, CONFIG, UNKNOWN -> "";
    };
  }
}
