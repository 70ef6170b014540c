package io.sadi.ablate.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.ablate.StudyFolder;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.MadeUpStudy;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.TestSettings;
import io.sadi.testing.Browser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that a study is read on. */
class StudyPageTest {
  @TempDir private static Path folder;
  private static StudyFolder study;
  private static String html;

  @BeforeAll
  static void writeAStudyThatNobodyTrained() throws Exception {
    Path out = Path.of(System.getProperty("sadi.study", folder.resolve("a study").toString()));
    study = StudyFolder.at(out);
    study.write(
        Stream.of("modules", "parts")
            .flatMap(name -> designs(name).stream())
            .map(design -> design.withSeeds(List.of(1, 2, 3)))
            .toList(),
        TestSettings.PLAIN);
    MadeUpStudy madeUp = new MadeUpStudy(150);
    for (String variant :
        List.of("baseline", "rfm-only", "sfm-dlm-only", "full", "no-se", "no-flow")) {
      for (int seed = 1; seed <= 3; seed++) {
        madeUp.write(study, new Cell(variant, seed));
      }
    }
    study.fail(new Cell("dilation-4", 1), "no space left on <the> device");
    study.writeReport();
    html = Files.readString(study.page());
  }

  private static List<StudyDesign> designs(String name) {
    try {
      return StudyDesign.named(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void opensInABrowserWithoutANetwork() throws Exception {
    assertThat(html).doesNotContainPattern("(src|href)=\"(?!data:)");
    Browser.Opened page = Browser.open(study.page());
    assertThat(page.console()).isEmpty();
    // Chart.js gives the canvases that it draws on their size: two studies' forest, curves, costs.
    assertThat(page.dom().split("<canvas [^>]*style=\"display: block;[^>]*width: [1-9]", -1))
        .hasSize(1 + 2 * 5);
  }

  @Test
  void hasWhatTheMarkdownHas() throws Exception {
    assertThat(html)
        .contains("What are the RFM, and the SFM with the DLM, worth?")
        .contains("mean (joint-weighted)", "mean (unweighted)")
        .contains("paper, Table III, RFM (MPII val, PCKh@0.5)", "here minus paper")
        .contains("the paper mixes the two")
        .contains("<b class=\"better\">rfm-only: better</b>")
        .contains("dilation-4, seed 1: failed: no space left on &lt;the&gt; device")
        .contains("stacks-2, seed 2: not begun");
    assertThat(Files.readString(study.report())).contains("dilation-4, seed 1: failed");
  }

  /** Figure 7: every person once, every variant beside the others. */
  @Test
  void showsTheSamePeopleUnderEveryVariant() {
    // 3 people; in modules 4 variants and in parts 3; no H2 without the SFM.
    assertThat(html.split("<section class=\"exhibit\">", -1)).hasSize(1 + 2 * 3);
    assertThat(html.split("data:image/jpeg", -1))
        .hasSize(1 + 3 * (2 + 2 * 4 + 2) + 3 * (2 + 3 * 3));
    assertThat(html.split("no second heatmap", -1)).hasSize(1 + 3 * 2);
    assertThat(html).containsPattern("full, 1[0-5] of 15 right");
  }

  /** An interval over people alone does not pass for one over people and seeds. */
  @Test
  void oneSeedBesideSeveralIsMarked() throws Exception {
    StudyFolder mixed = StudyFolder.at(folder.resolve("mixed"));
    MadeUpStudy madeUp = new MadeUpStudy(60);
    for (Cell cell :
        List.of(
            new Cell("baseline", 1),
            new Cell("baseline", 2),
            new Cell("full", 1),
            new Cell("full", 2),
            new Cell("rfm-only", 1))) {
      madeUp.write(mixed, cell);
    }
    mixed.writeReport();
    assertThat(mixed.page())
        .content()
        .contains("intervals over people and seeds", "rfm-only (one seed: people alone)")
        .doesNotContain("full (one seed");
    assertThat(html).doesNotContain("(one seed");
  }

  @Test
  void nothingFinishedIsAPageToo() throws Exception {
    StudyFolder empty = StudyFolder.at(folder.resolve("empty"));
    empty.write(StudyDesign.named("loss"), TestSettings.PLAIN);
    empty.writeReport();
    assertThat(empty.page()).content().contains("No network is finished yet", "not begun");
  }
}
