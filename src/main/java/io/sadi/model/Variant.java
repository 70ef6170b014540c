package io.sadi.model;

import io.sadi.config.Names;
import io.sadi.io.BadInputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named combinations of switches, the rows of the paper's tables and of our own ablations. A
 * variant sets config keys, unless the config gives them itself.
 */
public final class Variant {
  /** The whole network as the paper describes it. */
  public static final String FULL = "full";

  private static final String CHI = "loss-chi-";
  private static final Map<String, Map<String, ?>> OVERRIDES = overrides();

  private Variant() {}

  private static Map<String, Map<String, ?>> overrides() {
    Map<String, Map<String, ?>> rows = new LinkedHashMap<>();
    rows.put("baseline", Map.of("rfm.enabled", false, "sfm.enabled", false)); // Table III, IV
    rows.put("rfm-only", Map.of("sfm.enabled", false)); // Table III
    rows.put("sfm-dlm-only", Map.of("rfm.enabled", false)); // Table IV
    rows.put(FULL, Map.of()); // Table I, V
    rows.put("no-se", Map.of("rfm.se", false));
    rows.put("no-dilation", Map.of("rfm.dilated", false));
    rows.put("no-global-attention", Map.of("sfm.global_attention", "none"));
    rows.put("no-local-attention", Map.of("sfm.local_attention", "none"));
    rows.put("no-attention", Map.of("sfm.global_attention", "none", "sfm.local_attention", "none"));
    rows.put("no-flow", Map.of("dlm.flow", false));
    rows.put("loss-sum", Map.of("loss.combine", "sum")); // Table V
    rows.put("loss-weighted", Map.of("loss.combine", "weighted")); // Table V
    rows.put("loss-swapped", Map.of("loss.combine", "swapped")); // section IV-E3
    rows.put("loss-chi-flow", Map.of("loss.chi", "flow")); // Eq. 5's sigma
    rows.put("loss-chi-sigma-gradient", Map.of("loss.chi", "sigma-gradient"));
    rows.put("loss-h1-nll", Map.of("loss.h1", "nll")); // Eq. 6
    for (String h2 : List.of("nll", "mse", "rle", "target", "target-shape", "mutual")) {
      rows.put("loss-h2-" + h2, Map.of("loss.h2", h2));
    }
    return rows;
  }

  /** The names, except {@code loss-chi-NUMBER}. */
  public static Iterable<String> names() {
    return OVERRIDES.keySet();
  }

  /** Whether there is a variant of that name. */
  public static boolean exists(String name) {
    return OVERRIDES.containsKey(name) || isChi(name);
  }

  private static boolean isChi(String name) {
    return name.startsWith(CHI)
        && name.substring(CHI.length()).matches("[01](\\.[0-9]+)?|0?\\.[0-9]+");
  }

  /**
   * The config keys that a variant sets.
   *
   * @param where what to call the name's origin in an error
   */
  public static Map<String, ?> overrides(String name, String where) {
    Map<String, ?> row = OVERRIDES.get(name);
    if (row != null) {
      return row;
    }
    if (isChi(name)) {
      return Map.of("loss.combine", "weighted", "loss.chi", name.substring(CHI.length()));
    }
    throw BadInputException.at(
        where,
        "'" + name + "'",
        "a variant: " + String.join(", ", OVERRIDES.keySet()) + ", " + CHI + "<number>",
        "the nearest is '" + Names.nearest(name, OVERRIDES.keySet()) + "'");
  }
}
