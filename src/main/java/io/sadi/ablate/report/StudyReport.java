package io.sadi.ablate.report;

import io.sadi.ablate.study.StudyDesign;
import io.sadi.eval.Breakdown.By;
import java.util.List;

/**
 * {@code report.md}: our results beside the paper's, both means, and which differences are
 * significant.
 */
public final class StudyReport {
  private final StudyResults results;
  private final StudyTables tables;
  private final StudyWords words;
  private final StringBuilder text = new StringBuilder();

  private StudyReport(StudyResults results) {
    this.results = results;
    this.tables = new StudyTables(results);
    this.words = new StudyWords(results);
  }

  public static String markdown(StudyResults results) {
    return new StudyReport(results).write();
  }

  private String write() {
    text.append("# ").append(words.title()).append("\n\n");
    if (results.finished().isEmpty()) {
      text.append("No network is finished yet.\n\n");
    } else {
      text.append(words.measured()).append("\n\n");
      words.studies().forEach(this::study);
      text.append("## How it was judged\n\n");
      list(StudyWords.METHOD);
      text.append("## Why it is fair\n\n");
      list(words.fairness());
      text.append("## Networks\n\n");
      list(words.trainedOn());
      table(tables.runs());
    }
    List<String> open = words.unfinished().toList();
    if (!open.isEmpty()) {
      text.append("## Not finished\n\n");
      list(open);
    }
    return text.toString().stripTrailing() + "\n";
  }

  private void study(StudyDesign design) {
    String metric = results.metric().label();
    boolean titled = words.title().equals(StudyWords.heading(design));
    text.append("## ").append(titled ? "In words" : StudyWords.heading(design)).append("\n\n");
    List<String> findings =
        words.findings(design).stream()
            .map(f -> "**" + f.variant() + ": " + f.verdict() + "**, " + f.words())
            .toList();
    list(findings);
    list(words.cautions(design));
    text.append("### ").append(metric).append(" by joint group\n\n");
    table(tables.groups(design));
    if (words.quotes(design)) {
      text.append("**").append(StudyWords.ANOTHER_EXPERIMENT).append("**\n\n");
    }
    if (words.quotes(design) && !design.notes().isEmpty()) {
      text.append("About the paper's numbers:\n\n");
      list(design.notes());
    }
    if (tables.hasFused(design)) {
      text.append("### fused beside h1, joint-weighted\n\n");
      table(tables.fusion(design));
      text.append(StudyWords.BIAS).append("\n\n");
    }
    if (!results.comparisons(design).isEmpty()) {
      text.append("### Differences from ").append(design.baseline()).append("\n\n");
      table(tables.differences(design));
      text.append(
              "By joint; a star: more than chance, these networks on other people, corrected for")
          .append(" all of this table.\n\n");
      table(tables.joints(design));
    }
    for (By by : By.values()) {
      if (tables.hasParts(design, by)) {
        text.append("### ").append(metric).append(", ").append(StudyWords.by(by)).append("\n\n");
        table(tables.parts(design, by));
        text.append(StudyWords.PARTS).append("\n\n");
      }
    }
    String note = tables.partsNote(design);
    text.append(note).append(note.isEmpty() ? "" : "\n\n");
    text.append("### What it costs\n\n");
    table(tables.costs(design));
    text.append("### By decode\n\n");
    table(tables.decodes(design));
    text.append("A variant without SFM has one heatmap: its fused is h1.\n\n");
  }

  private void table(ReportTable table) {
    text.append(table.markdown()).append('\n');
  }

  private void list(List<String> lines) {
    lines.forEach(line -> text.append("- ").append(line).append('\n'));
    text.append(lines.isEmpty() ? "" : "\n");
  }
}
