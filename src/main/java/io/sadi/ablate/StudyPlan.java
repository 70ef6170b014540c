package io.sadi.ablate;

import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.ablate.study.TestSettings;
import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.train.RunConfig;
import io.sadi.train.TrainJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A study that has been asked for: the config of every cell, resolved and checked before any data
 * is read.
 *
 * @param folder of the study
 * @param test how networks are measured
 * @param designs of the study; they may share cells
 * @param configs of its cells, variant by variant
 * @param existing whether an existing study is continued, and how
 */
public record StudyPlan(
    StudyFolder folder,
    TestSettings test,
    List<StudyDesign> designs,
    Map<Cell, RunConfig> configs,
    TrainJob.Mode existing) {

  /** Loads the config that all variants start from, anew at each call. */
  @FunctionalInterface
  public interface BaseConfig {
    Config load() throws IOException;
  }

  /**
   * Resolves every cell.
   *
   * @param test how networks are to be measured; a study that is there says it, too
   * @param existing REFUSE, RESUME, or RESUME_DIFFERENTLY: unfinished cells go on with another
   *     config or other people
   * @throws BadInputException also if the common config sets a key that a variant sets, or two
   *     variants of a study have the same config
   */
  public static StudyPlan of(
      BaseConfig base,
      List<StudyDesign> designs,
      TestSettings.Asked test,
      Path out,
      TrainJob.Mode existing)
      throws IOException {
    boolean resume = existing != TrainJob.Mode.REFUSE;
    StudyDesign.rows(designs); // one name, one network
    Map<Cell, RunConfig> configs = new LinkedHashMap<>();
    for (StudyDesign design : designs) {
      Map<String, String> seen = new LinkedHashMap<>();
      for (StudyVariant row : design.variants()) {
        for (int seed : design.seeds()) {
          RunConfig config = resolve(base, design, row, seed);
          configs.put(new Cell(row.name(), seed), config);
          checkDiffers(design, row, seed, config, seen);
        }
      }
    }
    checkOneValidation(configs);
    StudyFolder folder = new StudyFolder(out);
    if (!resume && folder.isStudy()) {
      throw new BadInputException(
          out + ": holds a study already; continue it with --resume, or name another --out");
    }
    List<StudyDesign> all = designs;
    if (resume) {
      all = folder.designsWith(designs);
      StudyDesign.rows(all); // one name, one network
      for (Map.Entry<Cell, RunConfig> cell : configs.entrySet()) {
        if (existing == TrainJob.Mode.RESUME && folder.cell(cell.getKey()).isStarted()) {
          checkSame(cell.getValue(), folder.cell(cell.getKey()).path());
        }
      }
    }
    return new StudyPlan(folder, test.in(folder.test(), out), all, configs, existing);
  }

  private static RunConfig resolve(BaseConfig base, StudyDesign design, StudyVariant row, int seed)
      throws IOException {
    Config config = base.load();
    row.apply(config);
    config.override(StudyVariant.SEED, String.valueOf(seed), "seeds");
    try {
      return RunConfig.from(config);
    } catch (BadInputException e) {
      throw new BadInputException(
          "study " + design.name() + ": variant " + row.name() + ": " + e.getMessage(), e);
    }
  }

  /** Refuses two variants with the same config. */
  private static void checkDiffers(
      StudyDesign design, StudyVariant row, int seed, RunConfig config, Map<String, String> seen) {
    String network =
        config.yaml().replaceFirst("(?m)^  variant: .*$", "").replaceFirst("(?m)^  seed: .*$", "");
    String other = seen.putIfAbsent(network + seed, row.name());
    if (other != null) {
      throw BadInputException.at(
          "study " + design.name(),
          "variants " + other + " and " + row.name() + " with the same config",
          "networks that differ",
          "leave one out");
    }
  }

  private static void checkOneValidation(Map<Cell, RunConfig> configs) {
    Cell first = configs.keySet().iterator().next();
    configs.forEach(
        (cell, config) -> {
          String split = config.train().valSplit();
          RunConfig other = configs.get(first);
          if (other != null && !split.equals(other.train().valSplit())) {
            throw BadInputException.at(
                "variant " + cell.variant() + ": data.val_split",
                split,
                other.train().valSplit() + " as for " + first.variant(),
                "a study measures all on the same people");
          }
        });
  }

  private static void checkSame(RunConfig config, Path run) throws IOException {
    TrainJob.resumed(
        Config.parse(config.yaml(), "the study's config"),
        true,
        run,
        "give the study the same --config and --set as before, or another --out; what is not"
            + " finished goes on with this one with --override-config");
  }

  /** A line for {@code --dry-run}. */
  public String describe() throws IOException {
    int done = 0;
    for (Cell cell : configs.keySet()) {
      done += folder.cell(cell).isFinished() ? 1 : 0;
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
