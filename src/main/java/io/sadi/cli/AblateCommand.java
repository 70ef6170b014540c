package io.sadi.cli;

import static io.sadi.cli.options.UsageRule.refuse;

import io.sadi.ablate.DrawnPeople;
import io.sadi.ablate.Estimate;
import io.sadi.ablate.Study;
import io.sadi.ablate.StudyFolder;
import io.sadi.ablate.StudyJobs;
import io.sadi.ablate.StudyPlan;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.TestSettings;
import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.console.Failures;
import io.sadi.cli.options.Candidates;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.ConfigOptions;
import io.sadi.cli.options.DryRunOption;
import io.sadi.cli.options.JsonOption;
import io.sadi.cli.options.TestOptions;
import io.sadi.cli.options.UsageRule;
import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.ChildProcess;
import io.sadi.io.Interruption;
import io.sadi.io.Json;
import io.sadi.io.Shard;
import io.sadi.train.TrainJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sadi ablate}. */
@Command(
    name = "ablate",
    header = "Train variants of the network side by side and compare them.",
    description = {
      "Answers whether a part of the network helps, by how much and how surely: every variant is"
          + " trained from every seed on the same crops in the same order, and compared with the"
          + " study's baseline person by person. Writes STUDY/runs/VARIANT/seed-N/ (run folders),"
          + " STUDY/results.csv (variant, seed, decode, metric, joint, value), STUDY/report.md and"
          + " STUDY/report.html, with the paper's rows beside ours.",
      "Variants: baseline, rfm-only, sfm-dlm-only, full; no-se, no-dilation, no-global-attention,"
          + " no-local-attention, no-attention, no-flow (full without one part); loss-sum,"
          + " loss-weighted, loss-swapped, loss-chi-NUMBER, -flow, -sigma-gradient, loss-h1-nll,"
          + " loss-h2-nll, -mse, -rle, -target, -target-shape, -mutual; and those of the studies,"
          + " such as dilation-4, stacks-2."
    },
    footer = {
      "",
      "Examples:",
      "  sadi ablate --variant rfm-only",
      "  sadi ablate --study modules --config configs/small.yaml --data data/lspet \\",
      "    --out runs/modules --dry-run",
      "  sadi ablate --study mine.yaml --data data/mpii --out runs/mine --seeds 1,2,3",
      "  sadi ablate --study modules --data data/mpii --out /shared/modules --shard 2/4",
      "  sadi ablate --study modules --data data/mpii --flip --scales 0.8..1.3 \\",
      "    --out runs/flip",
      "  sadi ablate --variant no-se,full --resume --set train.epochs=20",
      "  sadi ablate --report-only --out runs/gpu --run a=runs/a --data data/lspet"
    })
final class AblateCommand implements Callable<Integer> {
  /** The preset that is used without --config. */
  private static final String PRESET = "tiny";

  /** Who is drawn without --data: enough for the tiny preset to tell variants apart. */
  private static final DrawnPeople PEOPLE = new DrawnPeople(2000, 300, 1);

  private static final int MOST_JOBS = 1024;

  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;
  @Mixin private ConfigOptions options;
  @Mixin private TestOptions test;

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
      description =
          "What to train, separated by commas; compared with baseline, else full, else the first.")
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
      names = "--jobs",
      order = 6,
      paramLabel = "N",
      description =
          "Train on N processes of this machine at a time, which share its cores and GPUs.")
  private int jobs = 1;

  @Option(
      names = "--shard",
      order = 6,
      paramLabel = "I/N",
      converter = PredictCommand.ShardConverter.class,
      description =
          "Only the I-th of N parts of the networks. Machines that share STUDY take one each, with"
              + " the same other options; whichever comes last completes the report. Goes on as"
              + " with --resume.")
  private @Nullable Shard shard;

  @Option(
      names = "--resume",
      order = 7,
      description =
          "Continue the study in STUDY, with the same --config, --set and --data: what is finished"
              + " is not repeated, what failed is tried again, and variants and seeds may be added;"
              + " without --variant and --study it asks what it did before.")
  private boolean resume;

  @Option(
      names = "--override-config",
      order = 7,
      description =
          "With --resume: go on with another --config, --set or --data than the study was begun"
              + " with. What is finished stays as it is.")
  private boolean overrideConfig;

  @Option(
      names = "--report-only",
      order = 8,
      description =
          "Only write the results and reports anew from the runs in STUDY. With --data, what was"
              + " trained and not measured is measured first.")
  private boolean reportOnly;

  @Option(
      names = "--run",
      order = 8,
      paramLabel = "[VARIANT=]RUN",
      description =
          "With --report-only: take this run folder, trained elsewhere, into the study, under the"
              + " name of its config's variant or one of yours; of a study's folder all runs. What"
              + " was tested otherwise is measured anew, with --data. Repeatable.")
  private List<String> runs = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    checkUsage();
    if (reportOnly) {
      return reportOnly();
    }
    Console console = common.console();
    ChildProcess.followParent();
    if (options.config == null) {
      console.note("no --config: the preset " + PRESET);
    }
    boolean joins = resume || shard != null || StudyJobs.isJob();
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw BadInputException.at("--out " + out, "a file", "a folder, or a new name for one", "");
    }
    TrainJob.Mode existing =
        overrideConfig
            ? TrainJob.Mode.RESUME_DIFFERENTLY
            : joins ? TrainJob.Mode.RESUME : TrainJob.Mode.REFUSE;
    StudyPlan plan = StudyPlan.of(this::config, designs(), test.asked(), out, existing);
    console.note(plan.describe());
    Path people = data();
    boolean drawn = people == null;
    if (people == null) {
      people = out.resolve("data");
      console.note("no --data, no $SADI_DATA: " + PEOPLE + " in " + people);
    }
    if (dryRun.dryRun) {
      estimate(plan, people, drawn);
      return ExitCode.DONE;
    }
    if (drawn) {
      PEOPLE.draw(people, console);
    }
    Study prepared = Study.prepare(plan, people, console);
    console.note(prepared.describe());
    return run(prepared);
  }

  private void checkUsage() {
    boolean asked = (variants != null && !variants.isEmpty()) || study != null;
    UsageRule.check(
        spec,
        List.of(
            refuse(
                variants != null && study != null, "--variant and --study are mutually exclusive"),
            refuse(
                !reportOnly && !resume && !asked,
                "Missing required option: --variant=NAME[,NAME...] or --study=NAME|FILE"),
            refuse(out.toString().isBlank(), "--out is empty"),
            refuse(
                reportOnly && (resume || shard != null || jobs != 1 || options.given()),
                "--report-only trains nothing: leave out --resume, --shard, --jobs, --config and"
                    + " --set"),
            refuse(overrideConfig && !resume, "--override-config needs --resume"),
            refuse(!reportOnly && !runs.isEmpty(), "--run needs --report-only")));
    if (jobs < 1 || jobs > MOST_JOBS) {
      throw BadInputException.at("--jobs", String.valueOf(jobs), "1.." + MOST_JOBS, "");
    }
  }

  /** What is asked: with --resume alone, what the study has asked before. */
  private List<StudyDesign> designs() throws IOException {
    List<StudyDesign> designs = List.of();
    if (study != null) {
      designs = StudyDesign.named(study);
    } else if (variants != null) {
      designs = List.of(StudyDesign.of(variants));
    } else if (resume) {
      designs = StudyFolder.open(out).designs();
      if (designs.isEmpty()) {
        throw BadInputException.at(
            out, "no study.yaml", "what was asked before", "name it with --variant or --study");
      }
    }
    if (seeds == null) {
      return designs;
    }
    List<Integer> others = seeds.stream().distinct().toList();
    return designs.stream().map(design -> design.withSeeds(others)).toList();
  }

  private int reportOnly() throws IOException {
    List<StudyDesign> designs = designs();
    StudyFolder folder =
        runs.isEmpty() && designs.isEmpty() ? StudyFolder.open(out) : StudyFolder.at(out);
    folder.check(runs, designs);
    if (dryRun.dryRun) {
      return ExitCode.DONE;
    }
    TestSettings.Asked asked = test.asked();
    TestSettings now = asked.inTables(folder.test(), out);
    if (!designs.isEmpty() || !asked.equals(TestSettings.Asked.NOTHING)) {
      folder.write(designs, now); // first: what is taken is measured so
    }
    folder.take(runs, data(), common.console());
    folder.writeReport();
    report(folder);
    return ExitCode.DONE;
  }

  private Shard shard() {
    return shard == null ? new Shard(1, 1) : shard;
  }

  private void estimate(StudyPlan plan, Path people, boolean drawn) throws IOException {
    Estimate estimate =
        drawn && Files.notExists(people)
            ? PEOPLE.estimate(plan, shard(), common.console())
            : Study.prepare(plan, people, common.console()).estimate(shard(), common.console());
    if (json.json) {
      common.console().print(Json.compact(estimate.json()));
    }
    estimate.lines().forEach(common.console()::note);
  }

  private int run(Study study) throws IOException {
    Console console = common.console();
    if (StudyJobs.isJob()) {
      return exitCode(study, study.run(shard(), console, AblateCommand::explain));
    }
    study.checkDevices();
    study.begin(shard());
    try (Interruption.Guard guard =
        Interruption.guard()) { // so that the last messages are printed, too
      Study.StudyOutcome outcome =
          jobs == 1
              ? study.run(shard(), console, AblateCommand::explain)
              : new StudyJobs(study, shard())
                  .run(jobs, spec.root().commandLine().getParseResult().originalArgs(), console);
      report(study.plan().folder());
      if (outcome.interrupted() || guard.requested()) {
        console.note("interrupted; --resume goes on from here");
      } else if (!outcome.elsewhere().isEmpty()) {
        console.note(outcome.elsewhere().size() + " more are with other processes");
      }
      console.out().flush();
      return exitCode(study, outcome);
    }
  }

  private static String explain(Throwable failure) {
    return Failures.of(failure).line();
  }

  private int exitCode(Study study, Study.StudyOutcome outcome) {
    if (outcome.interrupted()) {
      return ExitCode.INTERRUPTED;
    }
    if (outcome.failures().isEmpty()) {
      return ExitCode.DONE;
    }
    boolean none = outcome.failures().keySet().containsAll(study.cells(shard()));
    return none ? ExitCode.FAILED : ExitCode.PARTIAL;
  }

  private void report(StudyFolder study) throws IOException {
    if (json.json) {
      common.console().print(Json.compact(study.json()));
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
