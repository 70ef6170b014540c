package io.sadi.demo;

import static io.sadi.page.Page.escape;

import io.sadi.data.Dataset;
import io.sadi.eval.MetricResult;
import io.sadi.eval.Predictions;
import io.sadi.io.Version;
import io.sadi.page.Page;
import io.sadi.show.Gallery.Exhibit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code report.html}: the demo's steps, results and pictures. */
final class DemoPage {
  private final DemoFolder folder;
  private final Dataset dataset;
  private final DemoResult result;
  private final String metric;

  DemoPage(DemoFolder folder, Dataset dataset, DemoResult result) {
    this.folder = folder;
    this.dataset = dataset;
    this.result = result;
    this.metric = result.fused().metric().label();
  }

  String html() {
    Page page = new Page("sadi demo");
    head(page);
    steps(page);
    numbers(page);
    page.add(
        (result.learned() ? "<h2>How it learned</h2>\n" : "<h2>How training went</h2>\n")
            + result.curves().html(metric));
    gallery(page);
    next(page);
    page.add(
        "<footer>Made by sadi "
            + escape(Version.sadi())
            + " with seed "
            + result.seed()
            + ". This page needs no network and no other file.</footer>");
    return page.html();
  }

  private void head(Page page) {
    double minutes = result.times().total() / 60;
    page.add(
        "<h1>"
            + (result.learned()
                ? "From random numbers to people’s joints"
                : "This network did not learn")
            + "</h1>\n<p class=\"lead\">"
            + text(
                "SADI drew %d people and trained a network on %d of them. Below is what the network"
                    + " makes of %d others, whom it never saw.",
                result.learnedFrom() + result.validated() + result.after().people(),
                result.learnedFrom(),
                result.after().people())
            + "</p>");
    if (!result.learned()) {
      page.add(
          text(
              "<p><b>It finds %.1f %% of their joints, and at least %.0f %% were expected.</b>"
                  + " Something is wrong, most likely with how this machine computes: do not train"
                  + " anything on it before <code>sadi doctor</code> has nothing to say.</p>",
              result.fused().meanJointWeighted(), result.expected()));
    }
    page.add(
        "<div class=\"cards\">\n"
            + Page.card(
                "", percent(result.before().meanJointWeighted()), "of joints before training")
            + Page.card(
                result.fused().meanJointWeighted() >= Demo.LEAST_PCKH
                    ? " good"
                    : result.learned() ? "" : " bad",
                percent(result.fused().meanJointWeighted()),
                "of joints after it")
            + Page.card("", text("%.1f <small>min</small>", minutes), "for all of it")
            + Page.card(
                "",
                text("%d <small>px</small>", result.config().model().input()),
                "is all the network sees of a person")
            + "</div>");
    page.add(
        "<p>These are <b>"
            + escape(metric)
            + "</b> on held-out people, joint-weighted: a joint counts if it is found within half a"
            + " head’s size of where it was drawn, occluded joints too. The network sees nothing but"
            + " pixels; clothes, poses, light and clutter differ in every picture.</p>");
  }

  private void steps(Page page) {
    int train = result.learnedFrom();
    int val = train + result.validated();
    int all = val + result.after().people();
    page.add(
        "<h2>What happened</h2>\n<p>The same by hand, a command a step:</p>\n<ol class=\"steps\">\n"
            + step(
                text(
                    "People were drawn, joints known exactly (%s).",
                    took(result.times().drawing())),
                text(
                    "sadi prepare synthetic --count %d --seed %d --split train=1-%d --split"
                        + " val=%d-%d \\\n  --split test=%d-%d --out %s",
                    all, result.seed(), train, train + 1, val, val + 1, all, folder.data()))
            + step(
                text(
                    "A network learned from them for %d epochs (%s); the best epoch is the one that"
                        + " did best on %d people of their own.",
                    result.config().train().epochs(),
                    took(result.times().training()),
                    result.validated()),
                text(
                    "sadi train --config %s --data %s --out %s --seed %d",
                    folder.run().resolve("config.yaml"),
                    folder.data(),
                    folder.path().resolve("again"),
                    result.seed()))
            + step(
                text(
                    "It was measured on %d people that nothing was chosen on (%s).",
                    result.after().people(), took(result.times().measuring())),
                text(
                    "sadi eval --model %s --data %s --split test --decode all",
                    folder.run().resolve("checkpoints/best.safetensors"), folder.data()))
            + step(
                "What it found in them was written down, for programs to read.",
                text(
                    "sadi eval --predictions %s --data %s --split test",
                    folder.predictionsCsv(), folder.data()))
            + "</ol>");
  }

  private static String step(String words, String command) {
    return "<li><div><p>"
        + words
        + "</p><pre><code>"
        + escape(command)
        + "</code></pre></div></li>\n";
  }

  private static String took(double seconds) {
    return seconds < 90 ? text("%.0f s", seconds) : text("%.1f min", seconds / 60);
  }

  private void numbers(Page page) {
    StringBuilder table = new StringBuilder("<h2>The numbers</h2>\n<p>");
    table.append(escape(metric));
    table.append(
        " in %, left and right averaged. Published tables mix two means, so both are here. H1 is the"
            + " first heatmap, H2 the one drawn from the learned distribution, mu the regressed"
            + " position; fused, the default, is both heatmaps together.</p>\n");
    table.append("<div class=\"wide\"><table>\n<thead><tr><th>network</th>");
    for (String group : result.fused().groups().keySet()) {
      table.append("<th>").append(escape(group)).append("</th>");
    }
    table.append(
        "<th>mean (joint-weighted)</th><th>mean (unweighted)</th></tr></thead>\n<tbody>\n");
    row(table, "", "untrained, " + result.before().decode(), result.before());
    List<MetricResult> results = result.after().results();
    for (int i = 0; i < results.size(); i++) {
      row(
          table,
          i == 0 ? " class=\"best\"" : "",
          "trained, " + results.get(i).decode(),
          results.get(i));
    }
    page.add(table.append("</tbody></table></div>").toString());
  }

  private static void row(StringBuilder table, String attributes, String name, MetricResult row) {
    table.append("<tr").append(attributes).append("><td>").append(escape(name)).append("</td>");
    row.groups().values().forEach(value -> cell(table, value));
    cell(table, row.meanJointWeighted());
    cell(table, row.meanUnweighted());
    table.append("</tr>\n");
  }

  private static void cell(StringBuilder table, double value) {
    table.append("<td>").append(Double.isNaN(value) ? "–" : text("%.1f", value)).append("</td>");
  }

  private void gallery(Page page) {
    page.add(
        "<h2>People it never saw</h2>\n<p>The first "
            + result.exhibits().size()
            + " of the held-out people, good or bad.</p>\n<p class=\"key\">"
            + "<i style=\"background:#ff9f1c\"></i>the person’s left"
            + "<i style=\"background:#4fc3f7\"></i>right"
            + "<i style=\"background:#7ce38b\"></i>middle;"
            + " hollow and dashed: occluded, or not sure</p>");
    for (Exhibit exhibit : result.exhibits()) {
      StringBuilder html = new StringBuilder("<section class=\"exhibit\"><header><b>");
      html.append(escape(exhibit.person().image())).append("</b><span>").append(score(exhibit));
      html.append("</span></header>\n<div class=\"pictures\">\n");
      String who = " of " + exhibit.person().image();
      html.append(Page.figure(exhibit.crop(), "crop", "crop" + who));
      html.append(Page.figure(exhibit.truth(), "true joints", "true joints" + who));
      html.append(Page.figure(exhibit.prediction(), "found joints", "found joints" + who));
      html.append(Page.figure(exhibit.h1(), "H1", "first heatmap" + who));
      byte[] h2 = exhibit.h2();
      if (h2 != null) {
        html.append(Page.figure(h2, "H2", "second heatmap" + who));
      }
      page.add(html.append("</div></section>").toString());
    }
  }

  /** The number of a person's correct joints. */
  private String score(Exhibit exhibit) {
    MetricResult alone =
        MetricResult.of(
            result.fused().metric(),
            result.fused().decode(),
            dataset.skeleton(),
            List.of(exhibit.person()),
            new Predictions(List.of(exhibit.found())),
            false);
    int right = 0;
    int all = 0;
    for (Map.Entry<String, Integer> joint : alone.counted().entrySet()) {
      all += joint.getValue();
      Double percent = alone.joints().get(joint.getKey());
      right += joint.getValue() > 0 && percent != null && percent > 50 ? 1 : 0;
    }
    return text("%d of %d joints right", right, all);
  }

  private void next(Page page) {
    StringBuilder html =
        new StringBuilder("<h2>What next</h2>\n")
            .append(
                result.learned()
                    ? "<p>This network has seen drawings only; photos would be new to it."
                        + " On a CPU, a network that learns from photos takes hours.</p>\n"
                    : "")
            .append("<ol class=\"steps\">\n");
    for (NextStep next : result.nextSteps(folder)) {
      html.append(step(escape(capitalised(next.what())), String.join("\n", next.commands())));
    }
    page.add(html.append("</ol>").toString());
  }

  private static String capitalised(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ":";
  }

  private static String percent(double value) {
    return text("%.1f <small>%%</small>", value);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
