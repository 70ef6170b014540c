package io.sadi.ablate.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.ablate.report.StudyResults.Unfinished;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.MadeUpStudy;
import io.sadi.ablate.study.NetworkSize;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.ablate.study.TrainingCourse;
import io.sadi.config.Config;
import io.sadi.data.Fingerprint;
import io.sadi.data.Metric;
import io.sadi.data.TrainedOn;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.eval.EvaluationReader;
import io.sadi.eval.Fusion;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PersonErrors;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Summary;
import io.sadi.io.Json;
import io.sadi.testing.Golden;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader of a study's tables and a script that reads results.csv rely on. */
class StudyReportTest {
  private static final MadeUpStudy MADE_UP = new MadeUpStudy(150);

  private static MetricResult result(Metric metric, String decode, double wrist, double ankle) {
    Map<String, Double> groups = new LinkedHashMap<>();
    groups.put("wrist", wrist);
    groups.put("ankle", ankle);
    Map<String, Double> joints = new LinkedHashMap<>();
    joints.put("left_wrist", wrist);
    joints.put("left_ankle", ankle);
    return new MetricResult(
        PoseMetric.of(metric),
        decode,
        new Summary<>((2 * wrist + ankle) / 3, (wrist + ankle) / 2, groups, joints),
        null,
        Map.of("left_wrist", 20, "left_ankle", 10),
        0,
        0);
  }

  private static CellResult cell(String variant, int seed, MetricResult... results) {
    return new CellResult(
        new Cell(variant, seed),
        new Evaluation("drawn", "val", 30, List.of(results)),
        new PersonErrors(List.of(), List.of(), Map.of("h1", new double[0][])),
        new NetworkSize(1, 1),
        new TrainingCourse(Map.of(), 64, 1, 1, 1, List.of(), List.of(), null));
  }

  private static CellResult cell(String variant, int seed, double wrist, double ankle) {
    return cell(variant, seed, result(Metric.PCKH_05, "h1", wrist, ankle));
  }

  private static String report(CellResult... cells) throws IOException {
    return report(StudyDesign.named("modules").get(0), List.of(cells), List.of());
  }

  private static String report(
      StudyDesign design, List<CellResult> cells, List<Unfinished> unfinished) {
    return StudyReport.markdown(new StudyResults(List.of(design), cells, unfinished));
  }

  /** Looked at as a whole: {@code -Dsadi.bless=true} writes it anew. */
  @Test
  void reportOfTheModules() throws IOException {
    StudyDesign modules = StudyDesign.named("modules").get(0);
    List<CellResult> cells = new ArrayList<>(MADE_UP.results(modules));
    cells.remove(cells.size() - 1);
    StudyResults results =
        new StudyResults(
            List.of(modules),
            cells,
            List.of(new Unfinished(new Cell("full", 3), "failed", "no space left")));
    Golden.check("ablate/report/report.md", StudyReport.markdown(results));
    Golden.check("ablate/report/results.csv", ResultsCsv.of(results.finished()));
  }

  /** Of one seed, and a variant that has another one. */
  @Test
  void reportOfASingleSeed() throws IOException {
    StudyDesign design = StudyDesign.of(List.of("no-dilation", "no-se", "no-flow"));
    List<CellResult> cells = new ArrayList<>(MADE_UP.results(design));
    cells.set(2, MADE_UP.result(new Cell("no-flow", 2)));
    String report = report(design, cells, List.of());
    assertThat(report)
        .contains("One seed says nothing of others")
        .contains("no-flow has no seed in common with no-dilation.")
        .contains("| no-se | here, seed 1 |")
        .doesNotContain("paper, ")
        .doesNotContain("About the paper's numbers");
    assertThat(StudyDesign.of(List.of("full", "no-se")).notes())
        .anyMatch(note -> note.contains("the paper mixes the two"));
  }

  @Test
  void ourRowStandsAboveThePapersWithBothMeansUnderTheirNames() throws IOException {
    String report = report(cell("rfm-only", 1, 60, 30), cell("rfm-only", 2, 62, 30));
    assertThat(report)
        .contains(
            """
            | variant | where | wrist | ankle | mean (joint-weighted) | mean (unweighted) |
            |---|---|---:|---:|---:|---:|
            | rfm-only | here, mean ± sd of 2 seeds | 61.0 ± 1.4 | 30.0 ± 0.0 | 50.7 ± 0.9 | 45.5 ± 0.7 |
            |  | paper, Table III, RFM (MPII val, PCKh@0.5) | 85.2 | 82.1 | 89.9 | 89.6 |
            |  | here minus paper | -24.2 | -52.1 | -39.2 | -44.1 |
            """)
        .contains("Measured on drawn, split val, 30 people, in pckh@0.5")
        .contains("Here and the paper are different experiments")
        .contains("the paper mixes the two")
        .contains("Nothing can be compared yet: baseline is not finished.");
  }

  @Test
  void lspIsSetBesideThePapersLsp() throws IOException {
    String lsp = "| paper, Table II, SADI-Net (LSP, PCK@0.2) | 90.8 | 94.1 | 94.9 | - |";
    assertThat(report(cell("full", 1, result(Metric.PCK_02, "fused", 60, 30)))).contains(lsp);
    assertThat(report(cell("full", 1, 60, 30))).doesNotContain("Table II,").contains("Table I,");
  }

  @Test
  void everyDecodeHasItsRow() throws IOException {
    assertThat(
            report(
                cell(
                    "full",
                    1,
                    result(Metric.PCKH_05, "fused", 60, 30),
                    result(Metric.PCKH_05, "mu", 30, 0))))
        .contains("| full | fused | 50.00 | 45.00 |\n| full | mu | 20.00 | 15.00 |");
  }

  @Test
  void jointsThatNobodyHasAreDashes() throws IOException {
    assertThat(report(cell("full", 1, 60, Double.NaN)))
        .contains("| full | here, seed 1 | 60.0 | - |");
  }

  @Test
  void whatIsMissingFromTheTablesIsListed() throws IOException {
    assertThat(
            report(
                StudyDesign.named("modules").get(0),
                List.of(),
                List.of(
                    new Unfinished(new Cell("full", 2), "failed", "no space left"),
                    new Unfinished(new Cell("no-se", 1), "interrupted", ""))))
        .contains("No network is finished yet")
        .contains("- full, seed 2: failed: no space left\n- no-se, seed 1: interrupted\n");
  }

  /** What is not comparable is not compared. */
  @Test
  void networksOfOtherPeopleAreLeftOut() {
    StudyDesign design = StudyDesign.of("d", List.of(row("full"), row("no-se")));
    CellResult other = new MadeUpStudy(60).result(new Cell("no-se", 1));
    String report = report(design, List.of(MADE_UP.result(new Cell("full", 1)), other), List.of());
    assertThat(report)
        .contains(
            "- no-se, seed 1: left out: measured on " + new MadeUpStudy(60).trainedOn().val(),
            ", the others on " + MADE_UP.trainedOn().val())
        .doesNotContain("| no-se |");
  }

  /** One joint less annotated is another number of joints, and whose row is whose is lost. */
  @Test
  void networksOfOtherJointsAreLeftOut() {
    StudyDesign design = StudyDesign.of("d", List.of(row("full"), row("no-se")));
    CellResult first = MADE_UP.result(new Cell("full", 1));
    Map<String, double[][]> changed = new LinkedHashMap<>();
    first
        .errors()
        .decodes()
        .forEach(
            (decode, errors) -> {
              double[][] less = errors.clone();
              less[2] = less[2].clone();
              less[2][3] = Double.NaN;
              changed.put(decode, less);
            });
    CellResult other =
        new CellResult(
            first.cell(),
            first.evaluation(),
            new PersonErrors(first.errors().joints(), first.errors().people(), changed),
            first.size(),
            first.course());
    String report =
        report(
            design,
            List.of(
                other,
                MADE_UP.result(new Cell("no-se", 1)),
                MADE_UP.result(new Cell("full", 2)),
                MADE_UP.result(new Cell("no-se", 2))),
            List.of());
    assertThat(report)
        .contains("- full, seed 1: left out: measured on other people or joints than the others")
        .contains("| no-se | here, mean ± sd of 2 seeds |", "| full | here, seed 2 |");
  }

  private static CellResult with(CellResult result, Evaluation evaluation, TrainedOn on) {
    TrainingCourse course =
        new TrainingCourse(Map.of(), 128, 12, 12_000, 1, List.of(), List.of(), on);
    return new CellResult(result.cell(), evaluation, result.errors(), result.size(), course);
  }

  /** "The same people" is looked up, not promised. */
  @Test
  void samePeopleAreToldByTheirFingerprints() {
    StudyDesign design = StudyDesign.of("d", List.of(row("full"), row("no-se")));
    CellResult full = MADE_UP.result(new Cell("full", 1));
    CellResult other = MADE_UP.result(new Cell("no-se", 1));
    TrainedOn same = MADE_UP.trainedOn();
    assertThat(report(design, List.of(full, other), List.of()))
        .contains("All learned from the same people, by their fingerprints: " + same.train())
        .contains("All were measured on the same people, by their fingerprints: " + same.val());

    TrainedOn others = new MadeUpStudy(60).trainedOn();
    TrainedOn elsewhere = new TrainedOn("made up", others.val(), same.val(), List.of());
    String report =
        report(design, List.of(full, with(other, other.evaluation(), elsewhere)), List.of());
    assertThat(report)
        .contains("They did not all learn from the same people: see Networks.")
        .contains("Not trained on the same people: no-se (seed 1), unlike full")
        .doesNotContain("All learned from");

    assertThat(report(design, List.of(full, with(other, other.evaluation(), null)), List.of()))
        .contains("All others learned from the same people, by their fingerprints: ")
        .contains("as an older version trained them and kept no fingerprint: no-se (seed 1).");

    // The same names and joints, but annotated anew.
    MeasuredNetwork network = other.evaluation().network();
    assertThat(network).isNotNull();
    Evaluation anew =
        other
            .evaluation()
            .withNetwork(
                new MeasuredNetwork(
                    network.file(), 12, others.val(), network.protocol(), network.fusion()));
    assertThat(report(design, List.of(full, with(other, anew, same)), List.of()))
        .contains(
            "no-se, seed 1: left out: measured on "
                + others.val()
                + ", the others on "
                + same.val());
  }

  /** What a weight that is chosen on the people it is measured on would have added is said. */
  @Test
  void fusedStandsBesideH1WithWhatWouldHaveFlattered() {
    MetricResult fused = result(Metric.PCKH_05, "fused", 60, 30);
    MetricResult inSample = result(Metric.PCKH_05, "fused-in-sample", 61.5, 30);
    MetricResult h1 = result(Metric.PCKH_05, "h1", 57, 30);
    CellResult cell = cell("full", 1, fused, inSample, h1);
    Fingerprint people = MADE_UP.trainedOn().val();
    Evaluation evaluation =
        cell.evaluation()
            .withNetwork(
                new MeasuredNetwork(
                    "last.safetensors",
                    3,
                    people,
                    null,
                    new Fusion(0.05, Fusion.ChosenOn.HALVES, List.of(0.02, 0.05))));
    String report =
        report(
            StudyDesign.of("d", List.of(row("full"), row("baseline"))),
            List.of(
                with(cell, evaluation, MADE_UP.trainedOn()),
                with(
                    cell("baseline", 2, h1),
                    cell("baseline", 2, h1)
                        .evaluation()
                        .withNetwork(
                            new MeasuredNetwork("last.safetensors", 3, people, null, null)),
                    MADE_UP.trainedOn())),
            List.of());
    assertThat(report)
        .contains(
            """
            | variant | h1 | fused | fused minus h1 | w chosen on the same people | w of the halves, by seed |
            |---|---:|---:|---:|---:|---:|
            | full | 48.00 | 50.00 | +2.00 | +1.00 | 0.02 and 0.05 |
            | baseline | 48.00 | - | - | - | - |
            """);
  }

  /** A percentage of 696 people is not one of 1,000. */
  @Test
  void peopleWhoDoNotCountAreSaid() {
    MetricResult all = result(Metric.PCKH_05, "h1", 60, 30);
    MetricResult some =
        new MetricResult(all.metric(), all.decode(), all.percentages(), null, all.counted(), 9, 0);
    assertThat(
            report(
                StudyDesign.of("d", List.of(row("full"))),
                List.of(cell("full", 1, some)),
                List.of()))
        .contains(
            "Measured on drawn, split val, 21 of 30 people (the others are without a head box)");
  }

  private static StudyVariant row(String name) {
    return StudyVariant.of(name, Map.of(), List.of(), "test");
  }

  @Test
  void unequalTrainingIsSaid() {
    StudyDesign design = StudyDesign.of("d", List.of(row("full"), row("no-se")));
    CellResult longer = MADE_UP.result(new Cell("no-se", 1));
    longer =
        new CellResult(
            longer.cell(),
            longer.evaluation(),
            longer.errors(),
            longer.size(),
            new TrainingCourse(Map.of(), 128, 24, 24_000, 1, List.of(), List.of(), null));
    String report = report(design, List.of(MADE_UP.result(new Cell("full", 1)), longer), List.of());
    assertThat(report)
        .contains("Not equally trained: no-se (seed 1) learned from another number of crops")
        .contains("learned from 12,000 to 24,000 crops");
  }

  private static CellResult trainedWith(String variant, String... sets) throws IOException {
    CellResult result = MADE_UP.result(new Cell(variant, 1));
    Config config = Config.preset("tiny", List.of(sets), Map.of());
    config.set("model.variant=" + variant);
    RunConfig.from(config);
    return new CellResult(
        result.cell(),
        result.evaluation(),
        result.errors(),
        result.size(),
        new TrainingCourse(config.settings(), 128, 12, 12_000, 1, List.of(), List.of(), null));
  }

  /** Runs put together from elsewhere must not pass for a fair study. */
  @Test
  void otherTrainingIsSaid() throws IOException {
    StudyDesign design = StudyDesign.of("d", List.of(row("baseline"), row("full"), row("no-se")));
    List<CellResult> results =
        List.of(
            trainedWith("baseline"),
            trainedWith("full", "train.lr=0.01", "loss.h1_weight=2000"),
            trainedWith("no-se", "train.lr=0.01"));
    assertThat(report(design, results, List.of()))
        .contains(
            "- Not trained alike: full (seed 1) with loss.h1_weight 2000, not 300 as baseline",
            "- Not trained alike: full (seed 1) and no-se (seed 1) with train.lr 0.01, not 0.002");
  }

  /** What makes a variant, follows from it, or is the machine's is no other training. */
  @Test
  void whatAVariantIsIsNoOtherTraining() throws IOException {
    List<String> all = List.of("baseline", "rfm-only", "full", "no-se", "loss-sum", "loss-h2-rle");
    List<StudyVariant> rows = all.stream().map(StudyReportTest::row).toList();
    List<CellResult> results = new ArrayList<>();
    for (String variant : all) {
      results.add(trainedWith(variant, "train.threads=" + (1 + results.size())));
    }
    assertThat(report(StudyDesign.of("d", rows), results, List.of()))
        .doesNotContain("Not trained alike");
  }

  /** What words say of numbers, for each verdict. */
  @Test
  void wordsSayWhatTheNumbersSay() throws IOException {
    StudyDesign design =
        StudyDesign.of("d", List.of(row("baseline"), row("rfm-only"), row("sfm-dlm-only")))
            .withSeeds(List.of(1, 2, 3));
    StudyResults results = new StudyResults(List.of(design), MADE_UP.results(design), List.of());
    // Made to be 10 points better, and 2 points, which 150 people and three seeds do not show.
    assertThat(results.comparisons(design))
        .extracting(StudyResults.Compared::verdict)
        .containsExactly(Verdict.BETTER, Verdict.NOISE);
    assertThat(StudyReport.markdown(results))
        .containsPattern("- \\*\\*rfm-only: better\\*\\*, [0-9.]+ points above baseline \\(95 %")
        .containsPattern(
            "- \\*\\*sfm-dlm-only: noise\\*\\*, [0-9.]+ points (above|below) baseline, as much as");
  }

  @Test
  void resultsAreOneValueARow() {
    assertThat(ResultsCsv.of(List.of(cell("baseline", 7, 60.12345, Double.NaN))))
        .isEqualTo(
            """
            variant,seed,decode,metric,joint,value
            baseline,7,h1,pckh@0.5,mean (joint-weighted),
            baseline,7,h1,pckh@0.5,mean (unweighted),
            baseline,7,h1,pckh@0.5,wrist (group),60.1234
            baseline,7,h1,pckh@0.5,ankle (group),
            baseline,7,h1,pckh@0.5,left_wrist,60.1234
            baseline,7,h1,pckh@0.5,left_ankle,
            """);
  }

  @Test
  void anEvaluationComesBackAsItWasWritten(@TempDir Path folder) throws IOException {
    Evaluation written = cell("full", 1, result(Metric.PCKH_05, "mu", 60.5, 30)).evaluation();
    Path file = folder.resolve("evaluation.json");
    Json.write(file, EvaluationFormat.json(written));
    assertThat(EvaluationReader.read(file).results().get(0).joints())
        .isEqualTo(written.results().get(0).joints());
    assertThat(Json.pretty(EvaluationFormat.json(EvaluationReader.read(file))))
        .isEqualTo(Json.pretty(EvaluationFormat.json(written)));
  }
}
