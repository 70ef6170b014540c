package io.sadi.ablate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellFolder;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyFile;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.ablate.study.TestSettings;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.TestProtocol;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Interruption;
import io.sadi.io.Json;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.predict.engine.Refine;
import io.sadi.testing.Warnings;
import io.sadi.train.RunState;
import io.sadi.train.TrainJob.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Studies end to end, on a dozen drawn people and the smallest networks. */
class StudyTest {
  private static final List<String> SETS =
      List.of(
          "train.epochs=1",
          "train.batch=6",
          "train.threads=1",
          "data.workers=1",
          "model.stem=8",
          "model.channels=[8, 8, 8, 8, 8]",
          "model.features=4",
          "sfm.width=[4, 4, 4, 4]",
          "sfm.attention=4",
          "sfm.planes=[1, 1, 1, 1]",
          "sfm.final=4");

  private static final Shard WHOLE = new Shard(1, 1);

  @TempDir private static Path shared;
  private static Path data;

  private final Path out;

  StudyTest(@TempDir Path folder) {
    this.out = folder.resolve("study é 1");
  }

  @BeforeAll
  static void drawPeople() throws IOException {
    data = shared.resolve("data");
    new DrawnPeople(12, 4, 1).draw(data, Progress.NONE);
  }

  private TestSettings.Asked test = TestSettings.Asked.NOTHING;

  private StudyPlan plan(boolean resume, String variants, Integer... seeds) throws IOException {
    return plan(resume, SETS, variants, seeds);
  }

  private StudyPlan plan(boolean resume, List<String> sets, String variants, Integer... seeds)
      throws IOException {
    StudyDesign design = StudyDesign.of(List.of(variants.split(",")));
    return plan(resume, sets, design.withSeeds(List.of(seeds)));
  }

  private StudyPlan plan(boolean resume, List<String> sets, StudyDesign... designs)
      throws IOException {
    return StudyPlan.of(
        () -> Config.preset("tiny", sets, Map.of()),
        List.of(designs),
        test,
        out,
        resume ? Mode.RESUME : Mode.REFUSE);
  }

  private Study.StudyOutcome run(StudyPlan plan) throws IOException {
    Study study = Study.prepare(plan, data, Progress.NONE);
    study.begin(WHOLE);
    return study.run(WHOLE, Progress.NONE, Throwable::getMessage);
  }

  private List<String> column(String name) throws IOException {
    List<String> values = new ArrayList<>();
    try (Csv csv = Csv.open(out.resolve("results.csv"))) {
      Csv.Column column = csv.column(name);
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        values.add(row.text(column));
      }
    }
    return values;
  }

  @Test
  void variantsBecomeRunFoldersWithResultsAndAReport() throws IOException {
    Study.StudyOutcome outcome = run(plan(false, "full,baseline", 1));

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.interrupted()).isFalse();
    for (String variant : List.of("baseline", "full")) {
      Path run = out.resolve("runs").resolve(variant).resolve("seed-1");
      assertThat(run.resolve("config.yaml")).content().contains("variant: " + variant);
      assertThat(run.resolve("metrics.csv")).exists();
      assertThat(run.resolve("checkpoints/best.safetensors")).exists();
    }
    assertThat(out.resolve("runs/baseline/seed-1/config.yaml"))
        .content()
        .contains("rfm:\n  enabled: false");
    assertThat(column("variant")).containsOnly("baseline", "full").startsWith("full");
    assertThat(column("decode"))
        .contains("fused", "fused-in-sample", "fused-paper", "h1", "h2", "mu");
    assertThat(column("joint"))
        .contains("mean (joint-weighted)", "mean (unweighted)", "ankle (group)", "left_ankle");
    // Two means, seven groups and sixteen joints, for h1 of baseline and six decodes of full.
    assertThat(column("value")).hasSize((2 + 7 + 16) * 7).noneMatch(String::isEmpty);
    assertThat(out.resolve("report.md"))
        .content()
        .contains("Measured on synthetic, split val, 4 people, in pckh@0.5")
        .contains("| baseline | here, seed 1 |", "paper, Tables III and IV, Hourglass", "| full |");
  }

  /** What makes the comparison fair: the variants of a seed see the same crops, others do not. */
  @Test
  void variantsOfASeedLearnFromTheSameCrops() throws IOException {
    run(plan(false, "full,baseline", 1, 2));
    Path runs = out.resolve("runs");
    for (String seed : List.of("seed-1", "seed-2")) {
      assertThat(runs.resolve("full").resolve(seed).resolve("augmented.jpg"))
          .hasSameBinaryContentAs(runs.resolve("baseline").resolve(seed).resolve("augmented.jpg"));
    }
    assertThat(
            Files.mismatch(
                runs.resolve("full/seed-1/augmented.jpg"),
                runs.resolve("full/seed-2/augmented.jpg")))
        .isNotNegative();
  }

  @Test
  void resumingRepeatsNothingAndAddsWhatIsMissing() throws IOException {
    run(plan(false, "baseline", 1));
    Path first = out.resolve("runs/baseline/seed-1");
    String log = Files.readString(first.resolve("train.log"));
    Object weights = Files.getLastModifiedTime(first.resolve("checkpoints/last.safetensors"));
    Object measured = Files.getLastModifiedTime(first.resolve("evaluation.json"));

    StudyPlan plan = plan(true, "baseline", 1, 2);
    assertThat(plan.describe()).startsWith("2 networks, 1 of them finished: baseline; seeds 1, 2");
    assertThat(run(plan).failures()).isEmpty();

    assertThat(first.resolve("train.log")).content().isEqualTo(log);
    assertThat(Files.getLastModifiedTime(first.resolve("checkpoints/last.safetensors")))
        .isEqualTo(weights);
    assertThat(Files.getLastModifiedTime(first.resolve("evaluation.json"))).isEqualTo(measured);
    assertThat(column("seed")).contains("1", "2");
    assertThat(out.resolve("report.md")).content().contains("mean ± sd of 2 seeds");
  }

  /** Other people of the same names are another ground truth. */
  @Test
  void studyGoesOnWithTheSameAnnotationsOnly() throws IOException {
    run(plan(false, "baseline", 1));
    Path others = out.resolveSibling("others");
    new DrawnPeople(12, 4, 2).draw(others, Progress.NONE);
    assertThatThrownBy(() -> Study.prepare(plan(true, "baseline,full", 1), others, Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("others: found split train (12 people, sha256 ")
        .hasMessageContaining("--override-config");
    Study.prepare(plan(true, "baseline,full", 1), data, Progress.NONE);

    assertThat(out.resolve("study.yaml")).content().contains("data:", "dataset: synthetic");
    assertThat(out.resolve("report.md"))
        .content()
        .contains("Trained on synthetic, split train (12 people, sha256 ")
        .contains("validated on split val (4 people, sha256 ");

    // Told to, it goes on, and the report says of whom each learned.
    StudyPlan other =
        StudyPlan.of(
            () -> Config.preset("tiny", SETS, Map.of()),
            List.of(StudyDesign.of(List.of("baseline", "full")).withSeeds(List.of(1))),
            TestSettings.Asked.NOTHING,
            out,
            Mode.RESUME_DIFFERENTLY);
    Study mixed = Study.prepare(other, others, Progress.NONE);
    mixed.begin(WHOLE);
    assertThat(mixed.run(WHOLE, Progress.NONE, Throwable::getMessage).failures()).isEmpty();
    assertThat(out.resolve("report.md"))
        .content()
        .containsPattern(
            "- full, seed 1: left out: measured on split val \\(4 people, sha256 \\w+\\), the others on"
                + " split val \\(4 people, sha256 \\w+\\)\n");
    assertThatThrownBy(() -> Study.prepare(plan(true, "baseline,full", 1), data, Progress.NONE))
        .isInstanceOf(BadInputException.class);
  }

  /** A study that was begun before its people were written down can be ended. */
  @Test
  void studyOfAnOlderVersionGoesOnWithAWarning() throws IOException {
    run(plan(false, "baseline", 1));
    Path study = out.resolve("study.yaml");
    Files.writeString(study, Files.readString(study).replaceFirst("(?s)data:.*?(?=studies:)", ""));
    List<String> warnings = new ArrayList<>();
    Study.prepare(plan(true, "baseline", 1, 2), data, Warnings.into(warnings));
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("an older version began this study, without what it was trained on");
  }

  @Test
  void networkThatWasTrainedButNotMeasuredIsOnlyMeasured() throws IOException {
    run(plan(false, "baseline", 1));
    Path run = out.resolve("runs/baseline/seed-1");
    String log = Files.readString(run.resolve("train.log"));
    Files.delete(run.resolve("evaluation.json"));

    run(plan(true, "baseline", 1));

    assertThat(run.resolve("train.log")).content().isEqualTo(log);
    assertThat(run.resolve("evaluation.json")).exists();
  }

  /** No epoch is chosen on the people that are measured, and no weight. */
  @Test
  void lastWeightsAreMeasuredCrossFitted() throws IOException {
    List<String> sets = new ArrayList<>(SETS);
    sets.add("train.epochs=3");
    run(plan(false, sets, "full,baseline", 1));
    for (CellResult result : new StudyFolder(out).finished()) {
      MeasuredNetwork network = result.evaluation().network();
      assertThat(network).isNotNull();
      assertThat(network.file()).isEqualTo("last.safetensors");
      assertThat(network.epoch()).isEqualTo(3);
      assertThat(network.people()).isEqualTo(result.course().trainedOn().val());
      assertThat(result.isOptimistic()).isFalse();
    }
    assertThat(out.resolve("report.md"))
        .content()
        .contains("| variant | h1 | fused | fused minus h1 | w chosen on the same people |")
        .contains("All learned from the same people, by their fingerprints: split train (12 people")
        .contains(
            "All were measured on the same people, by their fingerprints: split val (4 people")
        .contains("no epoch is chosen")
        .doesNotContain("flatter a little");
  }

  /** As an older version left a cell: its best epoch's numbers, and not a word on whom w is of. */
  private static void measuredByAnOlderVersion(Path run) throws IOException {
    Path file = run.resolve("evaluation.json");
    JsonObject json = Json.readObject(file);
    json.remove("network");
    Json.write(file, json);
  }

  /** Numbers of two ways to measure must not stand in one table. */
  @Test
  void whatAnOlderVersionMeasuredIsMeasuredAnew() throws IOException {
    run(plan(false, "full,baseline", 1));
    Path full = out.resolve("runs/full/seed-1");
    String evaluation = Files.readString(full.resolve("evaluation.json"));
    String log = Files.readString(full.resolve("train.log"));
    for (String variant : List.of("full", "baseline")) {
      measuredByAnOlderVersion(out.resolve("runs").resolve(variant).resolve("seed-1"));
    }

    // All of it is old: it can be read, and says so.
    StudyFolder.open(out).writeReport();
    assertThat(out.resolve("report.md"))
        .content()
        .contains("| full | here, seed 1 |", "An older version measured all of them")
        .doesNotContain("Not finished");

    // Some of it is: that is left out, and named.
    Path other = out.resolve("runs/baseline/seed-1/evaluation.json");
    run(plan(true, "baseline", 1));
    assertThat(Json.readObject(other).get("network")).isNotNull();
    assertThat(out.resolve("report.md"))
        .content()
        .contains("full, seed 1: left out: measured on its best epoch, and fused with a weight")
        .doesNotContain("| full | here, seed 1 |");

    // Resumed, nothing is trained again.
    List<String> notes = new ArrayList<>();
    Study study = Study.prepare(plan(true, "full,baseline", 1), data, Progress.NONE);
    study.begin(WHOLE);
    study.run(WHOLE, Warnings.notesInto(notes), Throwable::getMessage);
    assertThat(notes).anyMatch(note -> note.contains("measuring anew: an older version measured"));
    assertThat(full.resolve("evaluation.json")).content().isEqualTo(evaluation);
    assertThat(full.resolve("train.log")).content().isEqualTo(log);

    // Without its weights it cannot be, and what to do is said.
    measuredByAnOlderVersion(full);
    Files.delete(full.resolve("checkpoints/last.safetensors"));
    assertThat(run(plan(true, "full,baseline", 1)).failures().get(new Cell("full", 1)))
        .contains("full/seed-1: found no checkpoints/last.safetensors")
        .contains("remove this folder to train it again");
  }

  /** A signal during a long evaluation is no failure of the network, and is not waited out. */
  @Test
  void signalIsHeardWhileANetworkIsMeasured() throws IOException {
    Study study = Study.prepare(plan(false, "baseline", 1), data, Progress.NONE);
    study.begin(WHOLE);
    int[] evaluations = {0};
    Progress stopping =
        new Progress() {
          @Override
          public Work start(String what, long total, String unit) {
            if (what.equals("evaluating") && ++evaluations[0] == 2) { // the first is training's
              Interruption.request();
            }
            return Work.NONE;
          }

          @Override
          public void note(String line) {}

          @Override
          public void warn(String line) {}
        };
    Study.StudyOutcome outcome = study.run(WHOLE, stopping, Throwable::getMessage);
    assertThat(outcome.interrupted()).isTrue();
    assertThat(outcome.failures()).isEmpty();
    assertThat(out.resolve("runs/baseline/seed-1/evaluation.json")).doesNotExist();
    assertThat(run(plan(true, "baseline", 1)).failures()).isEmpty();
    assertThat(out.resolve("runs/baseline/seed-1/evaluation.json")).exists();
  }

  @Test
  void cellThatFailsIsReportedAndTheOthersGoOn() throws IOException {
    Path inTheWay = out.resolve("runs/baseline/seed-1/notes.txt");
    Files.createDirectories(inTheWay.getParent());
    Files.writeString(inTheWay, "somebody's");

    Study.StudyOutcome outcome = run(plan(true, "baseline,rfm-only", 1));

    assertThat(outcome.failures()).containsOnlyKeys(new Cell("baseline", 1));
    assertThat(outcome.failures().get(new Cell("baseline", 1))).contains("holds other files");
    assertThat(column("variant")).containsOnly("rfm-only");
    assertThat(inTheWay).exists();
    assertThat(out.resolve("report.md")).content().contains("baseline, seed 1: failed: ");

    // Whoever resumes has seen to it.
    Files.delete(inTheWay);
    assertThat(run(plan(true, "baseline,rfm-only", 1)).failures()).isEmpty();
    assertThat(column("variant")).containsOnly("baseline", "rfm-only");
  }

  /** What the report is made from, without the dataset and without the weights. */
  @Test
  void cellHoldsWhatTheReportTakes() throws IOException {
    run(plan(false, "full", 1));
    Cell cell = new Cell("full", 1);
    CellResult result = new StudyFolder(out).cell(cell).read(cell);
    assertThat(result.errors().people()).hasSize(4);
    assertThat(result.errors().decodes().keySet())
        .containsExactly("fused", "fused-in-sample", "fused-paper", "h1", "h2", "mu");
    assertThat(result.size().parameters()).isPositive();
    assertThat(result.size().macs()).isGreaterThan(result.size().parameters());
    assertThat(result.course().samples()).isEqualTo(12);
    assertThat(result.course().epochs()).isEqualTo(1);
    assertThat(result.course().hours()).isPositive();
    assertThat(result.course().accuracy()).hasSize(1);
    List<CellFolder.PersonPictures> pictures = new StudyFolder(out).cell(cell).readPictures();
    assertThat(pictures).hasSize(4);
    assertThat(pictures.get(0).who()).isEqualTo(result.errors().people().get(0));
    for (CellFolder.PersonPictures of : pictures) {
      assertThat(List.of(of.photo(), of.truth(), of.found(), of.h1(), of.h2()))
          .allSatisfy(file -> assertThat(file).isNotEmptyFile());
    }
  }

  @Test
  void shardsTakeEveryNetworkOnce() throws IOException {
    StudyPlan plan = plan(false, "full,no-se,baseline", 1, 2);
    Study study = Study.prepare(plan, data, Progress.NONE);
    List<Cell> taken = new ArrayList<>();
    for (int part = 1; part <= 4; part++) {
      taken.addAll(study.cells(new Shard(part, 4)));
    }
    assertThat(taken).containsExactlyInAnyOrderElementsOf(plan.configs().keySet());
  }

  /** Another process at a cell: it is left to that one, and is nobody's failure. */
  @Test
  void cellOfAnotherProcessIsLeftToIt() throws IOException {
    StudyPlan plan = plan(false, "baseline,rfm-only", 1);
    Study study = Study.prepare(plan, data, Progress.NONE);
    study.begin(WHOLE);
    Cell theirs = new Cell("baseline", 1);
    try (ProcessLock lock = plan.folder().claim(theirs)) {
      assertThat(lock).isNotNull();
      Study.StudyOutcome outcome = study.run(WHOLE, Progress.NONE, Throwable::getMessage);
      assertThat(outcome.failures()).isEmpty();
      assertThat(outcome.elsewhere()).containsExactly(theirs);
      assertThat(plan.folder().cell(theirs).isStarted()).isFalse();
    }
    assertThat(out.resolve("report.md")).content().contains("baseline, seed 1: not begun");
    Study.StudyOutcome after = study.run(WHOLE, Progress.NONE, Throwable::getMessage);
    assertThat(after.elsewhere()).isEmpty();
    assertThat(column("variant")).contains("baseline");
  }

  @Test
  void lockIsFreeAgainWhenItsOwnerIsGone() throws IOException {
    Path file = out.resolve("state/x.lock");
    try (ProcessLock lock = ProcessLock.tryTake(file)) {
      assertThat(lock).isNotNull();
      assertThat(ProcessLock.tryTake(file)).isNull();
    }
    assertThat(file).content().contains("process " + ProcessHandle.current().pid());
    try (ProcessLock again = ProcessLock.tryTake(file)) {
      assertThat(again).isNotNull();
    }
  }

  /** A variant may learn from fewer people: it must not silently learn from all. */
  @Test
  void variantMayLearnFromFewer() throws IOException {
    StudyVariant few = StudyVariant.of("few", Map.of("data.limit_train", "6"), List.of(), "a test");
    StudyDesign design = StudyDesign.of("d", List.of(few, StudyFile.builtInVariant("full")));
    StudyPlan plan = plan(false, SETS, design);
    assertThat(Study.prepare(plan, data, Progress.NONE).estimate(WHOLE, Progress.NONE).rows())
        .as("what the first learns from is not what all do")
        .extracting(Estimate.VariantEstimate::steps)
        .containsExactly(1L, 2L);
    run(plan);
    StudyFolder folder = new StudyFolder(out);
    assertThat(folder.finished())
        .extracting(result -> result.course().samples())
        .containsExactly(6L, 12L);
  }

  @Test
  void runsTrainedElsewhereAreTakenIn() throws IOException {
    run(plan(false, "baseline", 1));
    Path first = out.resolve("runs/baseline/seed-1");
    String results = Files.readString(out.resolve("results.csv"));

    // Measured there already: no data is needed.
    StudyFolder copy = StudyFolder.at(out.resolveSibling("copy"));
    copy.take(List.of(first.toString()), null, Progress.NONE);
    copy.writeReport();
    assertThat(copy.results()).content().isEqualTo(results);
    assertThat(copy.cell(new Cell("baseline", 1)).readPictures()).hasSize(4);
    assertThat(copy.cell(new Cell("baseline", 1)).path().resolve("checkpoints")).doesNotExist();

    // Not measured: it is now, under a name of its own, and what was there stays as it was.
    Files.delete(first.resolve("evaluation.json"));
    StudyFolder other = StudyFolder.at(out.resolveSibling("other"));
    assertThatThrownBy(() -> other.take(List.of("mine=" + first), null, Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected --data");
    other.take(List.of("mine=" + first), data, Progress.NONE);
    other.writeReport();
    assertThat(other.results()).content().isEqualTo(results.replace("baseline,", "mine,"));
    assertThat(first.resolve("evaluation.json")).doesNotExist();

    // Under the name of another network it is not.
    assertThatThrownBy(() -> other.check(List.of("rfm-only=" + first), List.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "model.variant baseline, not rfm-only, expected a network that is 'rfm-only'");
    other.check(List.of("mine=" + first, first.toString()), List.of());

    // Beside a study it is compared with what the study compares with.
    run(plan(true, "baseline,rfm-only", 1));
    StudyFolder study = StudyFolder.at(out);
    study.take(List.of("theirs=" + first), null, Progress.NONE);
    study.writeReport();
    assertThat(study.report()).content().contains("| minus baseline |", "| theirs | noise |");

    // One that is no run, and one that is not done.
    assertThatThrownBy(() -> other.take(List.of("x"), data, Progress.NONE))
        .hasMessageContaining("x: found no config.yaml");
    Files.writeString(first.resolve("summary.json"), "{\"state\": \"running\"}");
    assertThatThrownBy(() -> other.take(List.of("b=" + first), data, Progress.NONE))
        .hasMessageContaining("a run that is running");
  }

  /** Two tests in one table would show a flip test's gain as a variant's. */
  @Test
  void oneStudyHasOneTest() throws IOException {
    test = new TestSettings.Asked(true, List.of(0.9, 1.0), Refine.DARK, Decode.H1);
    run(plan(false, "full", 1));
    StudyFolder folder = StudyFolder.at(out);
    TestProtocol protocol = new TestProtocol(true, List.of(0.9, 1.0), "dark");
    assertThat(folder.finished().get(0).protocol()).isEqualTo(protocol);
    CellResult first = folder.finished().get(0);
    assertThat(first.first().decode()).isEqualTo("h1");
    assertThat(first.errors().decodes().keySet())
        .as("what is compared is what the tables are of")
        .first()
        .isEqualTo("h1");
    assertThat(first.first(Decode.MU).errors().decodes().keySet()).first().isEqualTo("mu");
    assertThat(folder.report())
        .content()
        .contains("with flip, scales 0.9 1.0, refine dark;")
        .contains("One crop a person, with flip, scales 0.9 1.0, refine dark.")
        .doesNotContain("no flip test");

    // It goes on with that where nothing is said, and refuses another.
    test = TestSettings.Asked.NOTHING;
    assertThat(plan(true, "full", 2).test()).isEqualTo(new TestSettings(protocol, Decode.H1));
    test = new TestSettings.Asked(null, List.of(1.0), null, null);
    assertThatThrownBy(() -> plan(true, "full", 2))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "found flip, scale 1.0, refine dark, decode h1, expected flip, scales 0.9 1.0, refine"
                + " dark, decode h1, as it was begun");
    test = new TestSettings.Asked(null, null, null, Decode.MU);
    assertThatThrownBy(() -> plan(true, "full", 2)).isInstanceOf(BadInputException.class);
    assertThat(test.inTables(folder.test(), out).decode()).isEqualTo(Decode.MU);

    // Elsewhere its networks are measured as that study says, not as they were here.
    StudyFolder plain = StudyFolder.at(out.resolveSibling("plain"));
    Path run = out.resolve("runs/full/seed-1");
    plain.write(List.of(StudyDesign.of(List.of("full"))), TestSettings.PLAIN);
    assertThatThrownBy(() -> plain.check(List.of("no=" + run.resolve("none")), List.of()))
        .isInstanceOf(BadInputException.class);
    plain.take(List.of("full=" + run), data, Progress.NONE);
    assertThat(plain.finished().get(0).protocol()).isEqualTo(TestProtocol.PLAIN);
    assertThat(plain.finished().get(0).first().decode()).isEqualTo("fused");

    // The whole study at once.
    StudyFolder all = StudyFolder.at(out.resolveSibling("all"));
    all.check(List.of(out.toString()), List.of());
    all.take(List.of(out.toString()), data, Progress.NONE);
    assertThat(all.finished()).extracting(CellResult::cell).containsExactly(new Cell("full", 1));

    // Files that were put together by hand are not compared.
    CellFolder mixed = folder.cell(new Cell("rfm-only", 1));
    Files.createDirectories(mixed.path());
    mixed.copy(plain.cell(new Cell("full", 1)));
    CellFolder third = folder.cell(new Cell("full", 2));
    Files.createDirectories(third.path());
    third.copy(new CellFolder(run));
    folder.writeReport();
    assertThat(folder.report())
        .content()
        .contains(
            "rfm-only, seed 1: left out: tested with no flip, scale 1.0, refine quarter, the others"
                + " with flip, scales 0.9 1.0, refine dark");
  }

  @Test
  void estimateCountsWhatIsLeft() throws IOException {
    run(plan(false, "baseline", 1));
    Study study = Study.prepare(plan(true, "baseline,full", 1, 2), data, Progress.NONE);
    Estimate estimate = study.estimate(WHOLE, Progress.NONE);
    assertThat(estimate.rows())
        .extracting(Estimate.VariantEstimate::variant)
        .containsExactly("baseline", "full");
    assertThat(estimate.rows()).extracting(Estimate.VariantEstimate::cells).containsExactly(1, 2);
    assertThat(estimate.rows()).extracting(Estimate.VariantEstimate::steps).containsExactly(2L, 2L);
    Estimate.VariantEstimate full = estimate.rows().get(1);
    assertThat(full.size().parameters()).isGreaterThan(estimate.rows().get(0).size().parameters());
    assertThat(full.secondsPerStep()).isPositive();
    // Steps, and two validations of 4 people at a third of the cost of learning.
    assertThat(full.hours() * 3600)
        .isCloseTo(2 * full.secondsPerStep() + 2 * 4 * full.secondsPerStep() / 18, within(1e-9));
    assertThat(estimate.hours())
        .isCloseTo(estimate.rows().get(0).hours() + 2 * full.hours(), within(1e-12));
    assertThat(estimate.lines()).hasSize(4).last().asString().contains("3 networks");
    assertThat(estimate.json().getAsJsonArray("variants")).hasSize(2);
  }

  @Test
  void estimateNeedsNoDataset() throws IOException {
    StudyPlan plan = plan(false, "full", 1);
    Estimate estimate = new DrawnPeople(600, 60, 1).estimate(plan, WHOLE, Progress.NONE);
    assertThat(estimate.rows().get(0).steps()).isEqualTo(100);
    assertThat(out).doesNotExist();
  }

  @Test
  void reportIsWrittenAnewFromTheRunsAlone() throws IOException {
    run(plan(false, "baseline", 1));
    String report = Files.readString(out.resolve("report.md"));
    String results = Files.readString(out.resolve("results.csv"));
    Files.delete(out.resolve("report.md"));
    Files.delete(out.resolve("results.csv"));

    StudyFolder study = StudyFolder.open(out);
    study.writeReport();

    assertThat(study.report()).content().isEqualTo(report);
    assertThat(study.results()).content().isEqualTo(results);
    assertThat(study.cell(new Cell("baseline", 1)).state()).isEqualTo(RunState.DONE);
    assertThat(study.json().getAsJsonArray("cells").get(0).getAsJsonObject().asMap())
        .containsKeys("variant", "seed", "state", "run", "results");
  }

  @Test
  void studyIsNotMixedWithAnother() throws IOException {
    run(plan(false, "baseline", 1));
    assertThatThrownBy(() -> plan(false, "baseline", 2))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("holds a study already; continue it with --resume");

    List<String> otherConfig = new ArrayList<>(SETS);
    otherConfig.add("train.lr=0.5");
    assertThatThrownBy(() -> plan(true, otherConfig, "baseline", 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("lr: 0.002")
        .hasMessageContaining("lr: 0.5");

    Path others = shared.resolve("others");
    new DrawnPeople(12, 5, 2).draw(others, Progress.NONE);
    assertThatThrownBy(() -> Study.prepare(plan(true, "baseline", 1), others, Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found measured on 4 people of synthetic, expected 5");
  }

  @Test
  void baseConfigThatUndoesAVariantIsRefused() {
    List<String> sets = new ArrayList<>(SETS);
    sets.add("rfm.enabled=on");
    assertThatThrownBy(() -> plan(false, sets, "full,baseline", 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("rfm.enabled")
        .hasMessageContaining("none, because variant baseline sets it");
    assertThat(out).doesNotExist();
  }

  @Test
  void twoVariantsOfOneNetworkAreRefused() {
    assertThatThrownBy(() -> plan(false, "full,loss-weighted", 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("variants full and loss-weighted with the same config");
    assertThat(out).doesNotExist();
  }

  @Test
  void variantsThatShareAnEnvironmentsSwitchAreRefused() {
    assertThatThrownBy(
            () ->
                StudyPlan.of(
                    () -> Config.preset("tiny", SETS, Map.of("SADI_RFM_SE", "on")),
                    List.of(StudyDesign.of(List.of("full", "no-se"))),
                    TestSettings.Asked.NOTHING,
                    out,
                    Mode.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("$SADI_RFM_SE")
        .hasMessageContaining("variant no-se sets it");
  }

  /** A preset says how many stacks there are; a variant may say otherwise. */
  @Test
  void variantsReplaceWhatTheConfigFileGives() throws IOException {
    StudyPlan plan = plan(false, "full,stacks-2,dilation-3", 1);
    assertThat(plan.configs().get(new Cell("stacks-2", 1)).model().stacks()).isEqualTo(2);
    assertThat(plan.configs().get(new Cell("full", 1)).model().stacks()).isEqualTo(1);
    assertThat(plan.configs().get(new Cell("dilation-3", 1)).model().rfm().dilation()).isEqualTo(3);
  }

  @Test
  void studiesOfOneFolderGrowTogether() throws IOException {
    StudyFolder folder = new StudyFolder(out);
    folder.write(
        List.of(StudyDesign.of(List.of("no-se")).withSeeds(List.of(1))), TestSettings.PLAIN);
    List<StudyDesign> all =
        folder.designsWith(List.of(StudyDesign.of(List.of("full", "no-se")).withSeeds(List.of(2))));
    assertThat(all).hasSize(1);
    assertThat(all.get(0).cells())
        .containsExactly(
            new Cell("no-se", 1), new Cell("no-se", 2), new Cell("full", 1), new Cell("full", 2));
    assertThat(all.get(0).baseline()).isEqualTo("full");
    all = folder.designsWith(StudyDesign.named("loss"));
    assertThat(all).extracting(StudyDesign::name).containsExactly("variants", "loss");
  }

  @Test
  void misspeltVariantIsNamedWithItsNearest() {
    assertThatThrownBy(() -> plan(false, "full,rfmonly", 1))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--variant: found 'rfmonly'")
        .hasMessageContaining("'rfm-only'");
  }
}
