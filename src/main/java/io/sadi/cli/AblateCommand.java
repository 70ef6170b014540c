package io.sadi.cli;

import io.sadi.ablate.Cell;
import io.sadi.ablate.DrawnPeople;
import io.sadi.ablate.Study;
import io.sadi.ablate.StudyDesign;
import io.sadi.ablate.StudyFolder;
import io.sadi.ablate.StudyPlan;
import io.sadi.config.Config;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sadi ablate}. */
@Command(
    name = "ablate",
    header = "Train variants of the network side by side and compare them.",
    description = {
      "Writes STUDY/runs/VARIANT/seed-N/ (run folders), STUDY/results.csv (variant, seed, decode,"
          + " metric, joint, value) and STUDY/report.md, with the paper's rows beside ours.",
      "Variants: baseline, rfm-only, sfm-dlm-only, full; no-se, no-dilation, no-global-attention,"
          + " no-local-attention, no-flow (full without one part); loss-sum, loss-weighted,"
          + " loss-swapped, loss-chi-NUMBER, loss-h2-nll, -mse, -rle, -target."
    },
    footer = {
      "",
      "Examples:",
      "  sadi ablate --variant rfm-only",
      "  sadi ablate --config configs/small.yaml --data data/mpii --out runs/modules \\",
      "    --variant baseline,rfm-only,sfm-dlm-only,full --seeds 1,2,3",
      "  sadi ablate --variant no-se,full --resume --set train.epochs=20"
    })
final class AblateCommand implements Callable<Integer> {
  /** The preset that is used without --config. */
  private static final String PRESET = "tiny";

  /** Who is drawn without --data: enough for the tiny preset to tell variants apart. */
  private static final DrawnPeople PEOPLE = new DrawnPeople(2000, 300, 1);

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--data",
      order = 2,
      paramLabel = "DIR",
      description = "The dataset folder. Default: $$SADI_DATA, else people drawn in STUDY/data.")
  private @Nullable Path data;

  @Option(
      names = "--out",
      order = 3,
      paramLabel = "STUDY",
      defaultValue = "runs/ablate",
      description = "The study folder. Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--variant",
      order = 4,
      split = ",",
      paramLabel = "NAME",
      completionCandidates = Candidates.Variants.class,
      description = "What to train, separated by commas.")
  private @Nullable List<String> variants;

  @Option(
      names = "--study",
      order = 4,
      paramLabel = "NAME|FILE",
      completionCandidates = Candidates.Studies.class,
      description = {
        "Instead of --variant: modules (the paper's Tables III and IV), loss (Table V), parts (the"
            + " network without each of them, and other readings of the paper), all of these, or a"
            + " YAML file of your own."
      })
  private @Nullable String study;

  @Option(
      names = "--seeds",
      order = 5,
      split = ",",
      paramLabel = "N",
      description =
          "Train every variant once from each of these. Default: the study's; 1 for --variant.")
  private @Nullable List<Integer> seeds;

  @Option(
      names = "--resume",
      order = 6,
      description = "Continue the study in STUDY: what is finished is not repeated.")
  private boolean resume;

  @Option(
      names = "--report-only",
      order = 7,
      description = "Only write results.csv and report.md anew from the runs in STUDY.")
  private boolean reportOnly;

  @Override
  public Integer call() throws IOException {
    Console console = common.console();
    if (reportOnly) {
      StudyFolder study = StudyFolder.open(out);
      if (!dryRun.dryRun) {
        study.writeReport(Map.of());
        report(study, Map.of());
      }
      return ExitCode.DONE;
    }
    List<StudyDesign> designs = designs();
    if (options.config == null) {
      console.note("no --config: the preset " + PRESET);
    }
    StudyPlan plan = StudyPlan.of(this::config, designs, out, resume);
    console.note(plan.describe());
    Path people = data();
    boolean drawn = people == null;
    if (people == null) {
      people = out.resolve("data");
      console.note("no --data, no $SADI_DATA: " + PEOPLE + " in " + people);
    }
    if (dryRun.dryRun && drawn && Files.notExists(people)) {
      return ExitCode.DONE;
    }
    if (drawn) {
      PEOPLE.draw(people, console);
    }
    Study study = Study.prepare(plan, people);
    console.note(study.describe());
    return dryRun.dryRun ? ExitCode.DONE : run(study);
  }

  /** What is asked. */
  private List<StudyDesign> designs() throws IOException {
    boolean none = variants == null || variants.isEmpty();
    if (none == (study == null)) {
      throw new ParameterException(
          spec.commandLine(),
          none
              ? "Missing required option: --variant=NAME[,NAME...] or --study=NAME|FILE"
              : "--variant and --study are mutually exclusive");
    }
    List<StudyDesign> designs =
        study != null
            ? StudyDesign.named(study)
            : List.of(StudyDesign.of(Objects.requireNonNull(variants)));
    if (seeds == null) {
      return designs;
    }
    List<Integer> others = seeds.stream().distinct().toList();
    return designs.stream().map(design -> design.withSeeds(others)).toList();
  }

  private int run(Study study) throws IOException {
    Study.Outcome outcome = study.run(common.console(), failure -> Failures.of(failure).line());
    StudyFolder folder = study.plan().folder();
    report(folder, outcome.failures());
    if (outcome.interrupted()) {
      common.console().note("interrupted; --resume goes on from here");
      return ExitCode.INTERRUPTED;
    }
    if (outcome.failures().isEmpty()) {
      return ExitCode.DONE;
    }
    boolean none = outcome.failures().keySet().containsAll(study.plan().configs().keySet());
    return none ? ExitCode.FAILED : ExitCode.PARTIAL;
  }

  private void report(StudyFolder study, Map<Cell, String> failures) throws IOException {
    if (json.json) {
      common.console().print(Json.compact(study.json(failures)));
    }
    common.console().note(study.results() + ", " + study.report());
  }

  private Config config() throws IOException {
    return options.config == null
        ? Config.preset(PRESET, options.set, System.getenv())
        : options.load();
  }

  /** As given, or as the environment says; null where neither does. */
  private @Nullable Path data() {
    String folder = System.getenv("SADI_DATA");
    return data != null || folder == null || folder.isBlank() ? data : Path.of(folder);
  }
}
