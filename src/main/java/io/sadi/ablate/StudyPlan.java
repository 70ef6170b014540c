package io.sadi.ablate;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.model.Variant;
import io.sadi.train.RunConfig;
import io.sadi.train.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A study that has been asked for, every network's config resolved and checked before any data is
 * read.
 *
 * @param folder of the study
 * @param configs of its cells, variant by variant
 */
public record StudyPlan(StudyFolder folder, Map<Cell, RunConfig> configs) {

  /** The config that all variants start from: a new one at each call. */
  @FunctionalInterface
  public interface BaseConfig {
    Config load() throws IOException;
  }

  /**
   * Resolves every cell.
   *
   * @param variants names of the ablations' table
   * @param resume whether a study in {@code out} is continued; else there must be none
   * @throws BadInputException also where the base config gives what a variant sets, as all variants
   *     would then be alike
   */
  public static StudyPlan of(
      BaseConfig base, List<String> variants, List<Integer> seeds, Path out, boolean resume)
      throws IOException {
    Map<Cell, RunConfig> configs = new LinkedHashMap<>();
    for (String variant : variants) {
      Map<String, ?> switches = Variant.overrides(variant, "--variant");
      for (int seed : seeds) {
        Config config = base.load();
        checkFree(config, variant, switches);
        config.set("model.variant=" + variant);
        config.set("train.seed=" + seed);
        configs.put(new Cell(variant, seed), RunConfig.from(config));
      }
    }
    StudyFolder folder = new StudyFolder(out);
    if (!resume && folder.isStudy()) {
      throw new BadInputException(
          out + ": holds a study already; continue it with --resume, or name another --out");
    }
    if (resume) {
      for (Map.Entry<Cell, RunConfig> cell : configs.entrySet()) {
        if (folder.isStarted(cell.getKey())) {
          checkSame(cell.getValue(), folder.run(cell.getKey()));
        }
      }
    }
    return new StudyPlan(folder, configs);
  }

  private static void checkFree(Config config, String variant, Map<String, ?> switches) {
    for (String key : switches.keySet()) {
      if (config.isGiven(key)) {
        throw BadInputException.at(
            config.where(key),
            "a value",
            "none, because variant " + variant + " sets it",
            "leave it out of the study's config");
      }
    }
  }

  private static void checkSame(RunConfig config, Path run) throws IOException {
    Training.resumed(Config.parse(config.yaml(), "the study's config"), true, run);
  }

  /** What would be done, for {@code --dry-run}. */
  public String describe() throws IOException {
    int done = 0;
    for (Cell cell : configs.keySet()) {
      done += folder.isFinished(cell) ? 1 : 0;
    }
    List<String> variants = configs.keySet().stream().map(Cell::variant).distinct().toList();
    List<String> seeds =
        configs.keySet().stream().map(cell -> String.valueOf(cell.seed())).distinct().toList();
    return configs.size()
        + (configs.size() == 1 ? " network" : " networks")
        + (done > 0 ? ", " + done + " of them finished" : "")
        + ": "
        + String.join(", ", variants)
        + (seeds.size() == 1 ? "; seed " : "; seeds ")
        + String.join(", ", seeds)
        + "; into "
        + folder.path();
  }
}
