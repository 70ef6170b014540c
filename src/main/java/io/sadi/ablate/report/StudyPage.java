package io.sadi.ablate.report;

import static io.sadi.page.Page.escape;

import io.sadi.ablate.report.StudyResults.Compared;
import io.sadi.ablate.report.StudyWords.Finding;
import io.sadi.ablate.study.CellFolder.PersonPictures;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.eval.Breakdown.By;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PersonErrors;
import io.sadi.eval.SeedComparison;
import io.sadi.io.Version;
import io.sadi.page.ForestChart;
import io.sadi.page.LineChart;
import io.sadi.page.LineChart.Band;
import io.sadi.page.LineChart.CurvePoint;
import io.sadi.page.LineChart.Series;
import io.sadi.page.Page;
import io.sadi.page.ScatterChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** {@code report.html}: {@link StudyReport} with charts and pictures, in one file. */
public final class StudyPage {
  private final StudyResults results;
  private final Map<String, List<PersonPictures>> pictures;
  private final StudyTables tables;
  private final StudyWords words;
  private final Page page;

  private StudyPage(StudyResults results, Map<String, List<PersonPictures>> pictures) {
    this.results = results;
    this.pictures = pictures;
    this.tables = new StudyTables(results);
    this.words = new StudyWords(results);
    this.page = new Page("sadi: " + words.title());
  }

  /**
   * The whole file.
   *
   * @param pictures of every variant's first seed
   */
  public static String html(StudyResults results, Map<String, List<PersonPictures>> pictures)
      throws IOException {
    return new StudyPage(results, pictures).write();
  }

  private String write() throws IOException {
    page.add("<h1>" + escape(words.title()) + "</h1>");
    if (results.finished().isEmpty()) {
      page.add("<p class=\"lead\">No network is finished yet.</p>");
    } else {
      page.add("<p class=\"lead\">" + escape(words.measured()) + "</p>");
      for (StudyDesign design : words.studies()) {
        study(design);
      }
      page.add("<h2>How it was judged</h2>\n" + notes(StudyWords.METHOD));
      page.add("<h2>Why it is fair</h2>\n" + notes(words.fairness()));
      page.add("<h2>Networks</h2>\n" + notes(words.trainedOn()) + tables.runs().html());
    }
    List<String> open = words.unfinished().toList();
    if (!open.isEmpty()) {
      page.add("<h2>Not finished</h2>\n" + notes(open));
    }
    page.add(
        "<footer>Made by sadi "
            + escape(Version.sadi())
            + ". This page needs no network and no other file.</footer>");
    return page.html();
  }

  private static String notes(List<String> lines) {
    StringBuilder html = new StringBuilder("<ul class=\"note\">\n");
    lines.forEach(line -> html.append("<li>").append(escape(line)).append("</li>\n"));
    return html.append("</ul>").toString();
  }

  private void study(StudyDesign design) throws IOException {
    String metric = results.metric().label();
    List<Compared> comparisons = results.comparisons(design);
    if (!words.title().equals(StudyWords.heading(design))) {
      page.add("<h2 class=\"study\">" + escape(StudyWords.heading(design)) + "</h2>");
    }
    findings(design);
    if (!comparisons.isEmpty()) {
      page.add(forest(design, comparisons).html());
    }
    page.add("<h2>" + escape(metric) + " by joint group</h2>");
    page.add(tables.groups(design).html());
    if (words.quotes(design)) {
      page.add("<p class=\"note\">" + escape(StudyWords.ANOTHER_EXPERIMENT) + "</p>");
    }
    if (words.quotes(design) && !design.notes().isEmpty()) {
      page.add("<p class=\"note\">About the paper’s numbers:</p>\n" + notes(design.notes()));
    }
    if (tables.hasFused(design)) {
      page.add("<h2>fused beside h1, joint-weighted</h2>");
      page.add(tables.fusion(design).html());
      page.add("<p class=\"note\">" + escape(StudyWords.BIAS) + "</p>");
    }
    if (!comparisons.isEmpty()) {
      page.add("<h2>Differences from " + escape(design.baseline()) + "</h2>");
      page.add(tables.differences(design).html());
      page.add("<h2>By joint</h2>");
      page.add(strip(design, comparisons));
    }
    for (By by : By.values()) {
      if (tables.hasParts(design, by)) {
        page.add("<h2>" + escape(metric + ", " + StudyWords.by(by)) + "</h2>");
        page.add(tables.parts(design, by).html());
        page.add("<p class=\"note\">" + escape(StudyWords.PARTS) + "</p>");
      }
    }
    if (!tables.partsNote(design).isEmpty()) {
      page.add("<p class=\"note\">" + escape(tables.partsNote(design)) + "</p>");
    }
    page.add("<h2>How they learned</h2>");
    page.add(curves(design).html());
    page.add("<h2>What it costs</h2>");
    costs(design);
    page.add("<h2>By decode</h2>");
    page.add(tables.decodes(design).html());
    page.add("<p class=\"note\">A variant without SFM has one heatmap: its fused is h1.</p>");
    sideBySide(design);
  }

  private void findings(StudyDesign design) {
    StringBuilder html = new StringBuilder("<ul class=\"words\">\n");
    for (Finding finding : words.findings(design)) {
      html.append("<li><b class=\"")
          .append(finding.verdict())
          .append("\">")
          .append(escape(finding.variant() + ": " + finding.verdict()))
          .append("</b>, ")
          .append(escape(finding.words()))
          .append("</li>\n");
    }
    words.cautions(design).forEach(c -> html.append("<li>").append(escape(c)).append("</li>\n"));
    page.add(html.append("</ul>").toString());
  }

  /** A variant's colour in all charts of its study. */
  private int colour(StudyDesign design, String variant) {
    return results.rows(design).stream().map(StudyVariant::name).toList().indexOf(variant);
  }

  private ForestChart forest(StudyDesign design, List<Compared> comparisons) {
    List<ForestChart.ForestRow> rows = new ArrayList<>();
    boolean oneSeed = comparisons.stream().allMatch(c -> c.comparison().seeds() == 1);
    for (Compared compared : comparisons) {
      SeedComparison of = compared.comparison();
      // Without seeds the interval covers people alone, and would look too narrow beside the
      // others.
      boolean alone = of.seeds() == 1 && !oneSeed;
      rows.add(
          new ForestChart.ForestRow(
              compared.variant() + (alone ? " (one seed: people alone)" : ""),
              colour(design, compared.variant()),
              of.differences().meanJointWeighted(),
              of.intervals95().meanJointWeighted().low(),
              of.intervals95().meanJointWeighted().high()));
    }
    return new ForestChart(
        "Minus "
            + design.baseline()
            + ", with 95 % intervals over "
            + (oneSeed ? "people" : "people and seeds"),
        results.metric().label() + ", joint-weighted, points",
        rows);
  }

  /** Differences by joint as colours. */
  private static String strip(StudyDesign design, List<Compared> comparisons) {
    double largest =
        comparisons.stream()
            .flatMap(c -> c.comparison().differences().joints().values().stream())
            .mapToDouble(Math::abs)
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    StringBuilder html =
        new StringBuilder("<div class=\"wide\"><table class=\"strip\">\n<thead><tr>");
    html.append("<th>minus ").append(escape(design.baseline())).append("</th>");
    comparisons
        .get(0)
        .comparison()
        .differences()
        .joints()
        .keySet()
        .forEach(
            joint -> html.append("<th>").append(escape(joint.replace('_', ' '))).append("</th>"));
    html.append("</tr></thead>\n<tbody>\n");
    for (Compared compared : comparisons) {
      html.append("<tr><td>").append(escape(compared.variant())).append("</td>");
      compared
          .comparison()
          .differences()
          .joints()
          .forEach(
              (joint, difference) -> {
                boolean found = StudyTables.isFound(compared.comparison(), joint);
                html.append(
                    String.format(
                        Locale.ROOT,
                        "<td class=\"%s\" style=\"--share: %.0f\">%s%s</td>",
                        difference > 0 ? "up" : "down",
                        largest == 0 || difference.isNaN()
                            ? 0
                            : 70 * Math.abs(difference) / largest,
                        difference.isNaN() ? "–" : Text.tenths(difference),
                        found ? " •" : ""));
              });
      html.append("</tr>\n");
    }
    return html.append(
            "</tbody></table></div>\n<p class=\"note\">Points above (green) or below (red). A dot: more"
                + " than chance, these networks on other people, corrected for all of this"
                + " table.</p>")
        .toString();
  }

  private LineChart curves(StudyDesign design) {
    List<Series> lines = new ArrayList<>();
    boolean bands = false;
    for (StudyVariant variant : results.rows(design)) {
      Map<Double, List<Double>> byEpoch = new TreeMap<>();
      for (CellResult result : results.of(variant.name())) {
        for (CurvePoint point : result.course().accuracy()) {
          if (Double.isFinite(point.y())) {
            byEpoch.computeIfAbsent(point.x(), x -> new ArrayList<>()).add(point.y());
          }
        }
      }
      List<CurvePoint> mean = new ArrayList<>();
      List<Band> band = new ArrayList<>();
      byEpoch.forEach(
          (epoch, values) -> {
            double[] of = values.stream().mapToDouble(v -> v).sorted().toArray();
            mean.add(
                new CurvePoint(epoch, values.stream().mapToDouble(v -> v).average().orElse(0)));
            band.add(new Band(epoch, of[0], of[of.length - 1]));
          });
      boolean several = results.of(variant.name()).size() > 1;
      bands |= several;
      lines.add(new Series(variant.name(), mean, several ? band : List.of()));
    }
    return new LineChart(
        "Joints found, validation people, fused"
            + (bands ? "; means, and from the lowest to the highest seed" : ""),
        "epoch",
        results.metric().label() + ", joint-weighted, %",
        lines);
  }

  private void costs(StudyDesign design) {
    page.add(tables.costs(design).html());
    page.add("<div class=\"charts three\">");
    page.add(against(design, "parameters", "million", r -> r.size().parameters() / 1e6));
    page.add(against(design, "arithmetic", "GMAC an image", r -> r.size().macs() / 1e9));
    boolean quick = results.finished().stream().allMatch(r -> r.course().hours() < 1);
    page.add(
        against(
            design,
            "time to learn",
            quick ? "minutes" : "hours",
            r -> (quick ? 60 : 1) * r.course().hours()));
    page.add("</div>");
    page.add(
        "<p class=\"note\">Vertical lines: a standard deviation between seeds, both ways. Times are"
            + " comparable where the machine did the same besides.</p>");
  }

  private String against(
      StudyDesign design, String what, String unit, ToDoubleFunction<CellResult> x) {
    List<ScatterChart.ScatterPoint> points = new ArrayList<>();
    for (StudyVariant variant : results.rows(design)) {
      Spread y = results.spread(variant.name(), MetricResult::meanJointWeighted);
      double sd = Double.isNaN(y.deviation()) ? 0 : y.deviation();
      double at = results.of(variant.name()).stream().mapToDouble(x).average().orElse(Double.NaN);
      if (Double.isNaN(at)) {
        continue; // unknown time
      }
      points.add(
          new ScatterChart.ScatterPoint(
              variant.name(), at, y.mean(), y.mean() - sd, y.mean() + sd));
    }
    return new ScatterChart(
            "Accuracy against " + what,
            unit,
            results.metric().label() + ", joint-weighted, %",
            points)
        .html();
  }

  /** The same people under every variant, as the paper's Figure 7. */
  private void sideBySide(StudyDesign design) throws IOException {
    List<String> shown =
        results.rows(design).stream()
            .map(StudyVariant::name)
            .filter(name -> !pictures.getOrDefault(name, List.of()).isEmpty())
            .toList();
    if (shown.isEmpty()) {
      return;
    }
    List<PersonPictures> first = pictures.getOrDefault(shown.get(0), List.of());
    page.add("<h2>The same people under every variant</h2>");
    page.add(
        "<p>As the paper’s Figure 7. The first "
            + first.size()
            + " of the validation people, good or bad, by each variant’s network of its first seed:"
            + " the joints it found, its first heatmaps, and its second where it has any.</p>"
            + "<p class=\"key\"><i style=\"background:#ff9f1c\"></i>the person’s left"
            + "<i style=\"background:#4fc3f7\"></i>right"
            + "<i style=\"background:#7ce38b\"></i>middle;"
            + " hollow and dashed: occluded, or not sure</p>");
    for (PersonPictures one : first) {
      person(one, shown);
    }
  }

  private void person(PersonPictures person, List<String> shown) throws IOException {
    StringBuilder html = new StringBuilder("<section class=\"exhibit\"><header><b>");
    html.append(escape(person.who().image())).append("</b></header>\n");
    html.append("<div class=\"sidebyside\"><div>\n");
    html.append(picture(person.truth(), "true joints", person));
    html.append(picture(person.photo(), "as the network sees it", person));
    html.append("<figure></figure>\n");
    for (String variant : shown) {
      PersonPictures of =
          pictures.getOrDefault(variant, List.of()).stream()
              .filter(other -> other.who().equals(person.who()))
              .findFirst()
              .orElse(null);
      if (of != null) {
        PersonErrors.Right right =
            results.of(variant).get(0).errors().right(of.who(), results.metric());
        String score =
            right.counted() == 0
                ? "not measured" // a person without a reference length
                : right.right() + " of " + right.counted() + " right";
        html.append(picture(of.found(), variant + ", " + score, person));
        html.append(picture(of.h1(), variant + ", H1", person));
        html.append(picture(of.h2(), variant + ", H2", person));
      }
    }
    page.add(html.append("</div></div></section>").toString());
  }

  private static String picture(@Nullable Path file, String caption, PersonPictures person)
      throws IOException {
    if (file == null) {
      return "<figure><div class=\"none\">no second heatmap</div></figure>\n";
    }
    return Page.figure(Files.readAllBytes(file), caption, caption + ": " + person.who().image());
  }
}
