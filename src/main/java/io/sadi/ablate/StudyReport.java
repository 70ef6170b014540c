package io.sadi.ablate;

import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code report.md}: our numbers beside the paper's, both means under their names, mean and
 * standard deviation where there are several seeds.
 *
 * @param designs what was asked
 * @param finished variants in the order of the tables
 * @param unfinished cells that the tables lack
 */
record StudyReport(
    List<StudyDesign> designs, List<CellResult> finished, List<Unfinished> unfinished) {

  /**
   * A cell without a result.
   *
   * @param state running, interrupted or failed
   * @param reason why it failed; empty where that is not known
   */
  record Unfinished(Cell cell, String state, String reason) {}

  String markdown() {
    StringBuilder text = new StringBuilder("# Ablation study\n\n");
    if (finished.isEmpty()) {
      text.append("No network is finished yet.\n\n");
    } else {
      results(text);
    }
    if (!unfinished.isEmpty()) {
      text.append("## Not finished\n\n");
      for (Unfinished open : unfinished) {
        text.append("- ").append(open.cell()).append(": ").append(open.state());
        text.append(open.reason().isEmpty() ? "" : ": " + open.reason()).append('\n');
      }
      text.append('\n');
    }
    return text.toString().stripTrailing() + "\n";
  }

  private void results(StringBuilder text) {
    Evaluation evaluation = finished.get(0).evaluation();
    String metric = finished.get(0).first().metric().label();
    text.append(
        String.format(
            Locale.ROOT,
            "Measured on `%s`, split `%s`, %d people, in %s; the best weights of each run, one crop"
                + " a person, no flip test.\n\n",
            evaluation.dataset(),
            evaluation.split(),
            evaluation.people(),
            metric));
    text.append("## ").append(metric).append(" by joint group\n\n");
    text.append(
        "**Here and the paper are different experiments**: here it is the data above, at the size"
            + " and for the epochs that each run's config.yaml says; the paper's rows are what it"
            + " prints for MPII or LSP at 256 px and 210 epochs. Compare how variants differ from"
            + " each other, not the numbers.\n\n");
    groups(text);
    text.append("About the paper's numbers:\n\n");
    designs.stream()
        .flatMap(design -> design.notes().stream())
        .distinct()
        .forEach(note -> text.append("- ").append(note).append('\n'));
    text.append("\n## By decode\n\n");
    decodes(text);
    text.append("## Runs\n\n");
    runs(text);
  }

  private Map<String, List<CellResult>> byVariant() {
    Map<String, List<CellResult>> variants = new LinkedHashMap<>();
    for (CellResult result : finished) {
      variants.computeIfAbsent(result.cell().variant(), v -> new ArrayList<>()).add(result);
    }
    return variants;
  }

  private void groups(StringBuilder text) {
    Set<String> groups = new LinkedHashSet<>();
    finished.forEach(result -> groups.addAll(result.first().groups().keySet()));
    List<String> header = new ArrayList<>(List.of("variant", "where"));
    header.addAll(groups);
    header.add(ResultsCsv.MEAN_JOINT_WEIGHTED);
    header.add(ResultsCsv.MEAN_UNWEIGHTED);
    List<List<String>> rows = new ArrayList<>();
    byVariant()
        .forEach(
            (variant, cells) -> {
              List<MetricResult> seeds = cells.stream().map(CellResult::first).toList();
              List<String> ours = new ArrayList<>(List.of(variant, "here, " + seeds(cells)));
              groups.forEach(
                  group ->
                      ours.add(spread(seeds, r -> r.groups().getOrDefault(group, Double.NaN))));
              ours.add(spread(seeds, MetricResult::meanJointWeighted));
              ours.add(spread(seeds, MetricResult::meanUnweighted));
              rows.add(ours);
              for (PaperRow paper : paper(variant, seeds.get(0).metric().label())) {
                List<String> theirs = new ArrayList<>();
                theirs.add("");
                theirs.add("paper, " + paper.source() + " (" + paper.data() + ")");
                groups.forEach(group -> theirs.add(orDash(paper.groups().get(group))));
                theirs.add(orDash(paper.meanJointWeighted()));
                theirs.add(orDash(paper.meanUnweighted()));
                rows.add(theirs);
              }
            });
    table(text, header, rows);
  }

  private void decodes(StringBuilder text) {
    List<List<String>> rows = new ArrayList<>();
    byVariant()
        .forEach(
            (variant, cells) -> {
              Map<String, List<MetricResult>> decodes = new LinkedHashMap<>();
              for (CellResult cell : cells) {
                for (MetricResult result : cell.evaluation().results()) {
                  decodes.computeIfAbsent(result.decode(), d -> new ArrayList<>()).add(result);
                }
              }
              decodes.forEach(
                  (decode, results) ->
                      rows.add(
                          List.of(
                              variant,
                              decode,
                              spread(results, MetricResult::meanJointWeighted),
                              spread(results, MetricResult::meanUnweighted))));
            });
    table(
        text,
        List.of("variant", "decode", ResultsCsv.MEAN_JOINT_WEIGHTED, ResultsCsv.MEAN_UNWEIGHTED),
        rows);
    text.append("A variant without SFM has one heatmap: its fused is h1.\n\n");
  }

  private void runs(StringBuilder text) {
    List<List<String>> rows = new ArrayList<>();
    for (CellResult result : finished) {
      Cell cell = result.cell();
      rows.add(
          List.of(
              cell.variant(),
              String.valueOf(cell.seed()),
              spread(List.of(result.first()), MetricResult::meanJointWeighted),
              spread(List.of(result.first()), MetricResult::meanUnweighted),
              "`runs/" + cell.variant() + "/seed-" + cell.seed() + "`"));
    }
    table(
        text,
        List.of(
            "variant", "seed", ResultsCsv.MEAN_JOINT_WEIGHTED, ResultsCsv.MEAN_UNWEIGHTED, "run"),
        rows);
  }

  private static String seeds(List<CellResult> cells) {
    return cells.size() == 1
        ? "seed " + cells.get(0).cell().seed()
        : "mean ± sd of " + cells.size() + " seeds";
  }

  private static String spread(
      List<MetricResult> results, ToDoubleFunction<MetricResult> percentage) {
    return Spread.of(
            results.stream()
                .map(percentage::applyAsDouble)
                .filter(value -> !Double.isNaN(value))
                .toList())
        .toString();
  }

  /** What is printed for a variant, fit to stand beside a metric. */
  private Set<PaperRow> paper(String variant, String metric) {
    Set<PaperRow> rows = new LinkedHashSet<>();
    for (StudyDesign design : designs) {
      if (design.has(variant)) {
        rows.addAll(design.variant(variant).paper());
      }
    }
    rows.removeIf(row -> !row.beside().isEmpty() && !row.beside().equals(metric));
    return rows;
  }

  private static String orDash(@Nullable Double value) {
    return value == null ? "-" : value.toString();
  }

  private static void table(StringBuilder text, List<String> header, List<List<String>> rows) {
    row(text, header);
    text.append("|---".repeat(header.size())).append("|\n");
    rows.forEach(row -> row(text, row));
    text.append('\n');
  }

  private static void row(StringBuilder text, List<String> cells) {
    cells.forEach(cell -> text.append("| ").append(cell).append(' '));
    text.append("|\n");
  }
}
