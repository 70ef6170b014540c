package io.sadi.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.page.LineChart.Point;
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
              new Series("</script>", List.of(new Point(1, 2), new Point(2, Double.NaN))),
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
