package io.sadi.ablate;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Metric;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.eval.EvaluationReader;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PersonErrors;
import io.sadi.eval.PoseMetric;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader of a study's tables and a script that reads results.csv rely on. */
class StudyReportTest {

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
        (2 * wrist + ankle) / 3,
        (wrist + ankle) / 2,
        null,
        groups,
        joints,
        Map.of("left_wrist", 20, "left_ankle", 10),
        0,
        0);
  }

  private static CellResult cell(String variant, int seed, MetricResult... results) {
    return new CellResult(
        new Cell(variant, seed),
        new Evaluation("drawn", "val", 30, List.of(results)),
        new PersonErrors(List.of(), List.of(), Map.of()),
        new NetworkSize(1, 1),
        new TrainingCourse(64, 1, 1, 1, List.of(), List.of()));
  }

  private static CellResult cell(String variant, int seed, double wrist, double ankle) {
    return cell(variant, seed, result(Metric.PCKH_05, "h1", wrist, ankle));
  }

  private static String report(CellResult... cells) throws IOException {
    return new StudyReport(StudyDesign.named("modules"), List.of(cells), List.of()).markdown();
  }

  @Test
  void ourRowStandsAboveThePapersWithBothMeansUnderTheirNames() throws IOException {
    String report = report(cell("rfm-only", 1, 60, 30), cell("rfm-only", 2, 62, 30));
    assertThat(report)
        .contains(
            """
            | variant | where | wrist | ankle | mean (joint-weighted) | mean (unweighted) |
            |---|---|---|---|---|---|
            | rfm-only | here, mean ± sd of 2 seeds | 61.00 ± 1.41 | 30.00 ± 0.00 | 50.67 ± 0.94 | 45.50 ± 0.71 |
            |  | paper, Table III, RFM (MPII val, PCKh@0.5) | 85.2 | 82.1 | 89.9 | 89.6 |
            """)
        .contains("`drawn`, split `val`, 30 people, in pckh@0.5")
        .contains("Here and the paper are different experiments")
        .contains("the paper mixes the two");
  }

  @Test
  void oneSeedHasNoDeviationAndOurOwnVariantsNoPaperRow() throws IOException {
    assertThat(report(cell("no-se", 3, 60, 30)))
        .contains("| no-se | here, seed 3 | 60.00 | 30.00 | 50.00 | 45.00 |\n\nAbout")
        .doesNotContain("paper, Table");
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
    assertThat(report(cell("no-se", 1, 60, Double.NaN)))
        .contains("| no-se | here, seed 1 | 60.00 | - |");
  }

  @Test
  void whatIsMissingFromTheTablesIsListed() {
    assertThat(
            new StudyReport(
                    List.of(),
                    List.of(),
                    List.of(
                        new StudyReport.Unfinished(new Cell("full", 2), "failed", "no space left"),
                        new StudyReport.Unfinished(new Cell("no-se", 1), "interrupted", "")))
                .markdown())
        .contains("No network is finished yet")
        .contains("- full, seed 2: failed: no space left\n- no-se, seed 1: interrupted\n");
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
