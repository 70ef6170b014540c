package io.sadi.ablate.study;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.model.Variant;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A variant of a study: a network, or a way to train it.
 *
 * @param name also that of its folder
 * @param overrides the config keys that make it, with their values in YAML; {@code model.variant}
 *     is one of them
 * @param paper the paper's numbers for it
 */
public record StudyVariant(String name, Map<String, String> overrides, List<PaperRow> paper) {
  static final String MODEL_VARIANT = "model.variant";
  public static final String SEED = "train.seed";

  /** Names that are valid for folders on all systems. */
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  public StudyVariant {
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
    paper = List.copyOf(paper);
  }

  /**
   * A variant from a study's file.
   *
   * @param overrides without {@code model.variant} the row starts from the variant of its own name,
   *     or from the full network where there is none
   * @param where its place, for messages
   */
  public static StudyVariant of(
      String name, Map<String, String> overrides, List<PaperRow> paper, String where) {
    checkName(name, where);
    if (Variant.exists(name) && !overrides.isEmpty()) {
      throw BadInputException.at(
          where,
          "overrides for '" + name + "'",
          "none, because the tool has a variant of that name",
          "give yours another name");
    }
    Map<String, String> all = new LinkedHashMap<>();
    all.put(MODEL_VARIANT, Variant.exists(name) ? name : Variant.FULL);
    all.putAll(overrides);
    // Fails, and names the variants, if there is none of this name.
    Variant.overrides(
        overrides.isEmpty() ? name : all.getOrDefault(MODEL_VARIANT, Variant.FULL),
        overrides.isEmpty() ? where : where + ": " + MODEL_VARIANT);
    if (overrides.containsKey(SEED)) {
      throw BadInputException.at(
          where + ": " + SEED,
          "a seed",
          "none, because every variant of a study is trained from the study's seeds",
          "give the study 'seeds: [" + overrides.get(SEED) + "]'");
    }
    return new StudyVariant(name, all, paper);
  }

  /** Checks a name, which a folder must be able to have. */
  public static String checkName(String name, String where) {
    if (!name.matches(NAME)) {
      throw BadInputException.at(
          where, "'" + name + "'", "a name of letters, digits, '.', '_' and '-'", "");
    }
    return name;
  }

  /** All config keys that it sets, including those of its base variant. */
  public Map<String, Object> settings() {
    String base = overrides.getOrDefault(MODEL_VARIANT, Variant.FULL);
    Map<String, Object> all = new LinkedHashMap<>(Variant.overrides(base, "variant " + name));
    all.putAll(overrides);
    return all;
  }

  /**
   * A setting of a run that contradicts the variant, as in {@code rfm.se on, not off}; empty if
   * there is none.
   *
   * @param run its folder
   */
  public String contradiction(CellFolder run) throws IOException {
    Map<String, String> its = run.readConfig().settings();
    Config changed = run.readConfig();
    settings().forEach((key, value) -> changed.override(key, String.valueOf(value), name));
    RunConfig.from(changed);
    Map<String, String> own = changed.settings();
    return settings().keySet().stream()
        .filter(key -> !Objects.equals(its.get(key), own.get(key)))
        .map(key -> key + " " + its.get(key) + ", not " + own.get(key))
        .findFirst()
        .orElse("");
  }

  /**
   * Sets the variant's keys in a config, over the values of the config's file.
   *
   * @throws BadInputException if the command line or the environment sets one of these keys: one of
   *     the two values would be ignored
   */
  public void apply(Config config) {
    settings()
        .forEach(
            (key, value) -> {
              String where = config.where(key);
              if (!key.equals(MODEL_VARIANT)
                  && (where.startsWith("--set") || where.startsWith("$"))) {
                throw BadInputException.at(
                    where,
                    "a value",
                    "none, because variant " + name + " sets it",
                    "leave it out of what all variants share");
              }
              config.override(key, String.valueOf(value), "overrides: " + key);
            });
  }
}
