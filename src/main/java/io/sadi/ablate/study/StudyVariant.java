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
 * A row of a study: one network, or one way to train it.
 *
 * @param name of its folder
 * @param overrides the config keys that make it, with their values in YAML; {@code model.variant}
 *     is one of them
 * @param paper what it stands beside
 */
public record StudyVariant(String name, Map<String, String> overrides, List<PaperRow> paper) {
  static final String MODEL_VARIANT = "model.variant";
  public static final String SEED = "train.seed";

  /** What is safe as a folder's name everywhere. */
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  public StudyVariant {
    overrides = Collections.unmodifiableMap(new LinkedHashMap<>(overrides));
    paper = List.copyOf(paper);
  }

  /**
   * A row from what a file says.
   *
   * @param overrides without {@code model.variant} the row starts from the variant of its own name,
   *     or from the full network where there is none
   * @param where it stands, for messages
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
    // Says which there are.
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

  /** A name that a folder may have. */
  public static String checkName(String name, String where) {
    if (!name.matches(NAME)) {
      throw BadInputException.at(
          where, "'" + name + "'", "a name of letters, digits, '.', '_' and '-'", "");
    }
    return name;
  }

  /** All config keys that it sets, those of the variant that it starts from among them. */
  public Map<String, Object> settings() {
    String base = overrides.getOrDefault(MODEL_VARIANT, Variant.FULL);
    Map<String, Object> all = new LinkedHashMap<>(Variant.overrides(base, "variant " + name));
    all.putAll(overrides);
    return all;
  }

  /**
   * What a run was trained with that the row is not, as in {@code rfm.se on, not off}; empty where
   * it is such a network.
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
   * Makes a config the row's. What its file gives is replaced.
   *
   * @throws BadInputException where the command line or the environment gives what the row sets:
   *     one of the two would be without effect
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
