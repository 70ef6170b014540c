package io.sadi.ablate.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.ablate.StudyPlan;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.eval.TestProtocol;
import io.sadi.io.BadInputException;
import io.sadi.train.TrainJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A study file that is misread costs days of training. */
class StudyFileTest {
  private static final String MINE =
      """
      name: reach
      question: How far should the dilated convolution reach?
      baseline: full
      seeds: [4, 5]
      variants:
        - full
        - name: far
          overrides: {rfm: {dilation: 4}}
          paper:
            - source: Table 9
              data: MPII val, PCKh@0.5
              groups: {head: 90.0, ankle: 80.5}
              mean_unweighted: 85.2
        - name: far-and-plain
          overrides: {model.variant: rfm-only, rfm.dilation: 4, model.channels: [8, 8, 8, 8, 16]}
      notes: [Table 9 does not exist.]
      """;

  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private List<StudyDesign> read(String text) throws IOException {
    return StudyDesign.named(file("mine.yaml", text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"modules", "loss", "parts", "all"})
  void everyStudyThatComesWithTheToolCanBePlanned(String name) throws IOException {
    for (String preset : List.of("tiny", "small", "paper-mpii")) {
      StudyPlan plan =
          StudyPlan.of(
              () -> Config.preset(preset, List.of(), Map.of()),
              StudyDesign.named(name),
              TestSettings.Asked.NOTHING,
              folder.resolve("study"),
              TrainJob.Mode.REFUSE);
      assertThat(plan.configs()).hasSizeGreaterThan(3);
    }
  }

  @Test
  void allIsTheOthersWithTheNetworksTheyShareOnce() throws IOException {
    assertThat(StudyDesign.named("all"))
        .extracting(StudyDesign::name)
        .containsExactly("modules", "loss", "parts");
    assertThat(StudyDesign.rows(StudyDesign.named("all"))).containsKeys("full", "dilation-4");
  }

  /** The numbers are those of the paper's tables. */
  @Test
  void modulesQuoteThePaper() throws IOException {
    StudyDesign modules = StudyDesign.named("modules").get(0);
    PaperRow row = modules.variant("rfm-only").paper().get(0);
    assertThat(row.groups().values()).containsExactly(96.8, 96.1, 90.4, 85.2, 89.6, 86.6, 82.1);
    double mean = row.groups().values().stream().mapToDouble(v -> v).average().orElseThrow();
    assertThat(mean).isBetween(89.0, 90.0);
    assertThat(row.meanUnweighted()).isEqualTo(89.6);
    assertThat(row.meanJointWeighted()).isEqualTo(89.9);
    assertThat(modules.baseline()).isEqualTo("baseline");
    assertThat(modules.notes()).anyMatch(note -> note.contains("mixes the two"));
  }

  @Test
  void aFileOfOnesOwnIsReadWhole() throws IOException {
    StudyDesign study = read(MINE).get(0);
    assertThat(study.question()).startsWith("How far");
    assertThat(study.seeds()).containsExactly(4, 5);
    assertThat(study.variants())
        .extracting(StudyVariant::name)
        .containsExactly("full", "far", "far-and-plain");
    assertThat(study.variant("far").overrides())
        .isEqualTo(Map.of("model.variant", "full", "rfm.dilation", "4"));
    PaperRow paper = study.variant("far").paper().get(0);
    assertThat(paper.groups()).isEqualTo(Map.of("head", 90.0, "ankle", 80.5));
    assertThat(paper.meanJointWeighted()).isNull();

    StudyPlan plan =
        StudyPlan.of(
            () -> Config.preset("tiny", List.of(), Map.of()),
            List.of(study),
            TestSettings.Asked.NOTHING,
            folder.resolve("s"),
            TrainJob.Mode.REFUSE);
    assertThat(plan.configs().get(new Cell("far-and-plain", 5)).model().channels())
        .containsExactly(8, 8, 8, 8, 16);
    assertThat(plan.configs().get(new Cell("far-and-plain", 5)).model().sfm().enabled()).isFalse();
  }

  @Test
  void aStudyFolderKeepsWhatWasAsked() throws IOException {
    List<StudyDesign> designs = List.of(read(MINE).get(0), StudyDesign.named("modules").get(0));
    Path file = folder.resolve("study.yaml");
    StudyFile.write(file, designs, TestSettings.PLAIN, null);
    assertThat(StudyFile.read(file)).isEqualTo(designs);
  }

  @Test
  void aStudyFolderKeepsHowItsNetworksAreMeasured() throws IOException {
    Path file = folder.resolve("study.yaml");
    TestSettings test =
        new TestSettings(new TestProtocol(true, List.of(0.9, 1.0), "dark"), Decode.FUSED_PAPER);
    StudyFile.write(file, StudyDesign.named("loss"), test, null);
    assertThat(StudyFile.readTest(file)).isEqualTo(test);
    String text = Files.readString(file);
    for (String[] bad :
        new String[][] {
          {"flip: true", "flip: 2", "test.flip: found '2', expected true or false"},
          {
            "refine: dark",
            "refine: light",
            "test.refine: found 'light', expected quarter, dark, none"
          },
          {"- 0.9", "- x", "test.scales[0]: found 'x', expected finite numbers"},
          {"- 0.9", "- 1.0", "--scales"},
          {"refine: dark", "refine: dark\n  flop: true", "unknown key 'flop'"}
        }) {
      assertThat(text).contains(bad[0]);
      Files.writeString(file, text.replace(bad[0], bad[1]));
      assertThatThrownBy(() -> StudyFile.readTest(file))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(bad[2]);
    }
  }

  @Test
  void aFileMayStandForOthersBesideIt() throws IOException {
    file("reach.yaml", MINE);
    Path list = file("both.yaml", "studies: [reach.yaml, modules]");
    assertThat(StudyDesign.named(list.toString()))
        .extracting(StudyDesign::name)
        .containsExactly("reach", "modules");
    Path circle = file("circle.yaml", "studies: [circle.yaml]");
    assertThatThrownBy(() -> StudyDesign.named(circle.toString()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a study at last");
  }

  @Test
  void theNameOfAFileIsTheNameOfItsStudy() throws IOException {
    StudyDesign study = read("variants: [full, no-se]").get(0);
    assertThat(study.name()).isEqualTo("mine");
    assertThat(study.baseline()).isEqualTo("full");
    assertThat(study.seeds()).containsExactly(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "variants: [ful]|'ful'|the nearest is 'full'",
        "variants: []|variants: found []|at least one",
        "name: x|variants: found nothing|a list",
        "{variants: [full], baseline: no-se}|'no-se'|one of the variants",
        "{variants: [full, full]}|'full' twice|once",
        "{variants: [full], seed: [1]}|unknown key 'seed'|'seeds'",
        "{variants: [full], seeds: [one]}|seeds[0]: found 'one'|a whole number",
        "{variants: [full], seeds: []}|seeds: found []|at least one",
        "{variants: [{name: ../x, overrides: {rfm.se: off}}]}|'../x'|a name of letters",
        "{variants: [{name: full, overrides: {rfm.se: off}}]}|overrides for 'full'|another name",
        "{variants: [{name: x, override: {rfm.se: off}}]}|unknown key 'override'|'overrides'",
        "{variants: [{name: x, overrides: {rfm.se: off}, papers: 1}]}|unknown key 'papers'|'paper'",
        "{variants: [{name: x, overrides: {rfm.se: }}]}|rfm.se: found nothing|a value",
        "{variants: [{name: x, overrides: {rfm.se: off}, paper: [{}]}]}|nothing|a table",
        "studies: []|studies: found []|at least one",
        "studies: [modules, nosuch]|mine.yaml: studies: found 'nosuch'|a file such as",
        "studies: [modules, modules]|another study of the name 'modules'|one of each name",
        "{variants: [{name: x, overrides: {train.seed: 5}}]}|train.seed: found a seed|seeds: [5]",
        "{variants: [{name: x, overrides: {rfm.se: off, rfm: {se: on}}}]}|rfm.se|one value",
        "{variants: [{name: x, overrides: {model.variant: fullx}}]}|'fullx'|nearest is 'full'",
      })
  void whatIsWrongIsNamed(String yaml, String found, String expected) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(found)
        .hasMessageContaining(expected);
  }

  @Test
  void anUnknownStudyNamesTheNearest() {
    assertThatThrownBy(() -> StudyDesign.named("module"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--study: found 'module'")
        .hasMessageContaining("'modules'");
  }

  /** An override that no config knows is found before anything is trained. */
  @Test
  void anOverrideIsCheckedAsAnyKey() throws IOException {
    List<StudyDesign> study = read("variants: [{name: x, overrides: {rfm.dilatoin: 3}}]");
    assertThatThrownBy(
            () ->
                StudyPlan.of(
                    () -> Config.preset("tiny", List.of(), Map.of()),
                    study,
                    TestSettings.Asked.NOTHING,
                    folder.resolve("s"),
                    TrainJob.Mode.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("study mine: variant x: overrides: rfm.dilatoin: unknown key")
        .hasMessageContaining("'rfm.dilation'");
  }

  @Test
  void oneNameIsOneNetwork() throws IOException {
    List<StudyDesign> two =
        List.of(
            read("{name: a, variants: [{name: x, overrides: {rfm.dilation: 3}}]}").get(0),
            read("{name: b, variants: [{name: x, overrides: {rfm.dilation: 4}}]}").get(0));
    assertThatThrownBy(() -> StudyDesign.rows(two))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("variant x")
        .hasMessageContaining("give one of them another name");
  }
}
