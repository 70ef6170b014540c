package io.sadi.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.page.LineChart.Band;
import io.sadi.page.LineChart.CurvePoint;
import io.sadi.page.LineChart.Series;
import io.sadi.testing.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
  private static final LineChart CHART =
      new LineChart(
          "Loss </script><b>",
          "epoch",
          "",
          List.of(
              new Series("</script>", List.of(new CurvePoint(1, 2), new CurvePoint(2, Double.NaN))),
              new Series("none", List.of())));

  @TempDir private Path folder;

  @Test
  void escapesWhatHtmlWouldRead() {
    assertThat(Page.escape("<a href=\"x\">'&'"))
        .isEqualTo("&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
    assertThat(new Page("<b>").html()).contains("<title>&lt;b&gt;</title>");
    assertThat(Page.figure(new byte[] {1}, "a<b", "\"c\"")).contains("a&lt;b", "&quot;c&quot;");
  }

  @Test
  void needsNoOtherFile() {
    String html = new Page("t").add(CHART.html()).html();
    assertThat(html)
        .doesNotContainPattern("(src|href)=\"(?!data:)")
        .doesNotContain("sourceMappingURL");
  }

  @Test
  void pageWithoutChartsCarriesNoScript() {
    assertThat(new Page("t").add("<p>x</p>").html()).doesNotContain("<script");
  }

  @Test
  void chartLeavesOutWhatIsNoNumber() {
    assertThat(CHART.html())
        .contains("\"data\":[{\"x\":1.0,\"y\":2.0}]")
        .contains("\"data\":[]")
        .doesNotContain("NaN");
    assertThat(new LineChart("t", "x", "y", List.of(new Series("s", List.of()))).html())
        .contains("No values")
        .doesNotContain("canvas");
  }

  @Test
  void histogramKeepsItsCounts() {
    assertThat(new Histogram("t", "x", "y", 0, 1, List.of(1, 0, 4)).html())
        .contains("\"low\":0.0,\"high\":1.0,\"counts\":[1,0,4]");
    assertThat(new Histogram("t", "x", "y", 0, 1, List.of(0, 0)).html()).contains("No values");
  }

  private static final String HOSTILE = "</script><b>\"'";

  @Test
  void chartsOfRowsAndPointsLeaveOutWhatIsNoNumber() {
    String forest =
        new ForestChart(
                "t",
                "x",
                List.of(
                    new ForestChart.ForestRow("a", 0, 1, 0.5, 1.5),
                    new ForestChart.ForestRow("b", 1, 2, Double.NaN, Double.NaN),
                    new ForestChart.ForestRow("c", 2, Double.NaN, 0, 1)))
            .html();
    assertThat(forest)
        .contains("{\"label\":\"a\",\"colour\":0,\"value\":1.0,\"low\":0.5,\"high\":1.5}")
        .contains("{\"label\":\"b\",\"colour\":1,\"value\":2.0}")
        .doesNotContain("\"c\"", "NaN");
    assertThat(new ForestChart("t", "x", List.of()).html()).contains("No values");
    String scatter =
        new ScatterChart(
                "t",
                "x",
                "y",
                List.of(
                    new ScatterChart.ScatterPoint("a", 1, 2, 1, 3),
                    new ScatterChart.ScatterPoint("b", 1, Double.NaN, 1, 3)))
            .html();
    assertThat(scatter)
        .contains("{\"label\":\"a\",\"x\":1.0,\"y\":2.0,\"low\":1.0,\"high\":3.0}")
        .doesNotContain("NaN");
    String band =
        new LineChart(
                "t",
                "x",
                "y",
                List.of(
                    new Series(
                        "a",
                        List.of(new CurvePoint(1, 2)),
                        List.of(new Band(1, 1.5, 2.5), new Band(2, Double.NaN, 3)))))
            .html();
    assertThat(band).contains("\"band\":[[1.0,1.5,2.5]]");
  }

  @Test
  void browserDrawsEveryKindOfChart() throws Exception {
    Path file = folder.resolve("kinds.html");
    Page page = new Page("t");
    page.add(
        new ForestChart(
                HOSTILE,
                HOSTILE,
                List.of(
                    new ForestChart.ForestRow(HOSTILE, 0, 1, 0.5, 1.5),
                    new ForestChart.ForestRow("b", 9, 2, Double.NaN, Double.NaN)))
            .html());
    page.add(
        new ScatterChart(
                HOSTILE,
                HOSTILE,
                HOSTILE,
                List.of(
                    new ScatterChart.ScatterPoint(HOSTILE, 1, 2, 1, 3),
                    new ScatterChart.ScatterPoint("b", 2, Double.NaN, 1, 3),
                    new ScatterChart.ScatterPoint("c", 2, 2, 2, 2)))
            .html());
    page.add(
        new LineChart(
                HOSTILE,
                "",
                "",
                List.of(
                    new Series(
                        HOSTILE,
                        List.of(new CurvePoint(1, 2), new CurvePoint(2, 3)),
                        List.of(new Band(1, 1, 3), new Band(2, 2, 4)))))
            .html());
    page.add(new Histogram(HOSTILE, HOSTILE, HOSTILE, 0, 1, List.of(3, 0, 4)).html());
    Files.writeString(file, page.html());
    Browser.Opened opened = Browser.open(file);
    assertThat(opened.console()).isEmpty();
    assertThat(opened.dom().split("<canvas [^>]*style=\"display: block;[^>]*width: [1-9]", -1))
        .hasSize(5);
    assertThat(opened.dom()).doesNotContain("<b>");
  }

  /** A name that closes a script would break the page, or run in it. */
  @Test
  void browserDrawsTheChart() throws Exception {
    Path file = folder.resolve("a page.html");
    Files.writeString(file, new Page("t").add(CHART.html()).html());
    Browser.Opened page = Browser.open(file);
    assertThat(page.console()).isEmpty();
    assertThat(page.dom())
        // Chart.js gives the canvases that it draws on their size.
        .containsPattern("<canvas [^>]*style=\"display: block;[^>]*width: [1-9]")
        .contains("<h3>Loss &lt;/script&gt;&lt;b&gt;</h3>");
  }
}
