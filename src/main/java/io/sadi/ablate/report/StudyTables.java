package io.sadi.ablate.report;

import io.sadi.ablate.report.ReportTable.Kind;
import io.sadi.ablate.report.ReportTable.Row;
import io.sadi.ablate.report.StudyResults.Compared;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.PaperRow;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.eval.Fusion;
import io.sadi.eval.Interval;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.MetricResult;
import io.sadi.eval.SeedComparison;
import io.sadi.predict.ModelEvaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of a study's reports. */
final class StudyTables {
  private static final String FUSED = Config.name(Decode.FUSED);

  private final StudyResults results;

  StudyTables(StudyResults results) {
    this.results = results;
  }

  /** As the paper's: joint groups and both means, its rows below ours, and the differences. */
  ReportTable groups(StudyDesign design) {
    List<String> header = new ArrayList<>(List.of("variant", "where"));
    header.addAll(results.groups());
    header.add(ResultsCsv.MEAN_JOINT_WEIGHTED);
    header.add(ResultsCsv.MEAN_UNWEIGHTED);
    List<Row> rows = new ArrayList<>();
    for (StudyVariant variant : results.rows(design)) {
      Map<String, Spread> ours = new LinkedHashMap<>();
      for (String group : results.groups()) {
        ours.put(
            group, results.spread(variant.name(), r -> r.groups().getOrDefault(group, Double.NaN)));
      }
      ours.put(
          ResultsCsv.MEAN_JOINT_WEIGHTED,
          results.spread(variant.name(), MetricResult::meanJointWeighted));
      ours.put(
          ResultsCsv.MEAN_UNWEIGHTED, results.spread(variant.name(), MetricResult::meanUnweighted));
      List<String> cells = new ArrayList<>();
      cells.add(variant.name());
      cells.add("here, " + seeds(variant.name()));
      ours.values().forEach(spread -> cells.add(spread.rounded()));
      rows.add(Row.ours(cells));
      for (PaperRow paper : results.paper(variant)) {
        addPaper(rows, paper, ours);
      }
    }
    return new ReportTable(2, header, rows);
  }

  private static void addPaper(List<Row> rows, PaperRow paper, Map<String, Spread> ours) {
    List<String> theirs = new ArrayList<>();
    List<String> differences = new ArrayList<>();
    theirs.add("");
    theirs.add(
        "paper, " + paper.source() + (paper.data().isEmpty() ? "" : " (" + paper.data() + ")"));
    differences.add("");
    differences.add("here minus paper");
    ours.forEach(
        (column, spread) -> {
          Double printed =
              switch (column) {
                case ResultsCsv.MEAN_JOINT_WEIGHTED -> paper.meanJointWeighted();
                case ResultsCsv.MEAN_UNWEIGHTED -> paper.meanUnweighted();
                default -> paper.groups().get(column);
              };
          theirs.add(Text.printed(printed));
          differences.add(printed == null ? "-" : Text.tenths(spread.mean() - printed));
        });
    rows.add(new Row(Kind.PAPER, theirs));
    rows.add(new Row(Kind.DIFFERENCE, differences));
  }

  private String seeds(String variant) {
    List<Integer> seeds = results.of(variant).stream().map(r -> r.cell().seed()).toList();
    return seeds.size() == 1 ? "seed " + seeds.get(0) : "mean ± sd of " + seeds.size() + " seeds";
  }

  /** Every variant minus the baseline. */
  ReportTable differences(StudyDesign design) {
    List<Row> rows = new ArrayList<>();
    for (Compared compared : results.comparisons(design)) {
      SeedComparison of = compared.comparison();
      rows.add(
          Row.ours(
              List.of(
                  compared.variant(),
                  compared.verdict().toString(),
                  Text.signed(of.differences().meanJointWeighted()),
                  interval(of.intervals95().meanJointWeighted()),
                  Text.signed(of.differences().meanUnweighted()),
                  interval(of.intervals95().meanUnweighted()),
                  Text.p(of.pPeople()),
                  Text.p(of.pSeeds()),
                  String.join(", ", of.bySeed().stream().map(Text::tenths).toList()),
                  papersDifference(design, compared.variant()))));
    }
    return new ReportTable(
        2,
        List.of(
            "minus " + design.baseline(),
            "",
            ResultsCsv.MEAN_JOINT_WEIGHTED,
            "95 % interval",
            ResultsCsv.MEAN_UNWEIGHTED,
            "95 % interval",
            "these networks, other people",
            "other seeds and people",
            "by seed",
            "the paper's difference"),
        rows);
  }

  private static String interval(Interval interval) {
    return Text.signed(interval.low()) + " to " + Text.signed(interval.high());
  }

  /** Of two rows on the same data that print the same mean, that mean's difference. */
  private String papersDifference(StudyDesign design, String variant) {
    for (PaperRow theirs : results.paper(design.variant(variant))) {
      for (PaperRow baseline : results.paper(design.variant(design.baseline()))) {
        if (theirs.data().equals(baseline.data())) {
          String unweighted = difference(theirs.meanUnweighted(), baseline.meanUnweighted());
          String weighted = difference(theirs.meanJointWeighted(), baseline.meanJointWeighted());
          if (!unweighted.isEmpty()) {
            return unweighted + " (unweighted)";
          }
          if (!weighted.isEmpty()) {
            return weighted + " (joint-weighted)";
          }
        }
      }
    }
    return "-";
  }

  private static String difference(@Nullable Double value, @Nullable Double baseline) {
    return value == null || baseline == null ? "" : Text.tenths(value - baseline);
  }

  /** Every variant minus the baseline by joint; a star where that is more than chance. */
  ReportTable joints(StudyDesign design) {
    List<String> header = new ArrayList<>(List.of("minus " + design.baseline()));
    List<Row> rows = new ArrayList<>();
    for (Compared compared : results.comparisons(design)) {
      SeedComparison of = compared.comparison();
      List<String> cells = new ArrayList<>(List.of(compared.variant()));
      of.differences()
          .joints()
          .forEach(
              (joint, difference) ->
                  cells.add(Text.signed(difference) + (isFound(of, joint) ? "*" : "")));
      if (rows.isEmpty()) {
        header.addAll(of.differences().joints().keySet());
      }
      rows.add(Row.ours(cells));
    }
    return new ReportTable(1, header, rows);
  }

  static boolean isFound(SeedComparison of, String joint) {
    return of.pJoints().getOrDefault(joint, 1.0) < Verdict.LEVEL;
  }

  /** What every variant takes, beside what it finds. */
  ReportTable costs(StudyDesign design) {
    List<Row> rows = new ArrayList<>();
    for (StudyVariant variant : results.rows(design)) {
      CellResult first = results.of(variant.name()).get(0);
      rows.add(
          Row.ours(
              List.of(
                  variant.name(),
                  String.format(Locale.ROOT, "%.2f M", first.size().parameters() / 1e6),
                  String.format(Locale.ROOT, "%.3f", first.size().macs() / 1e9),
                  Text.count(first.course().samples()),
                  Text.hours(hours(variant.name())),
                  results.spread(variant.name(), MetricResult::meanJointWeighted).toString(),
                  results.spread(variant.name(), MetricResult::meanUnweighted).toString())));
    }
    return new ReportTable(
        1,
        List.of(
            "variant",
            "parameters",
            "GMAC an image",
            "crops learned from",
            "learning took",
            ResultsCsv.MEAN_JOINT_WEIGHTED,
            ResultsCsv.MEAN_UNWEIGHTED),
        rows);
  }

  /** The mean over seeds of how long learning took. */
  double hours(String variant) {
    return results.of(variant).stream()
        .mapToDouble(result -> result.course().hours())
        .average()
        .orElse(Double.NaN);
  }

  /** Whether any network of a study has two heatmaps to fuse. */
  boolean hasFused(StudyDesign design) {
    return results.rows(design).stream()
        .flatMap(row -> results.of(row.name()).stream())
        .anyMatch(result -> result.of(FUSED) != null);
  }

  /** What the second heatmap adds, and what choosing w on the people measured would have added. */
  ReportTable fusion(StudyDesign design) {
    List<Row> rows = new ArrayList<>();
    for (StudyVariant variant : results.rows(design)) {
      List<Double> h1 = new ArrayList<>();
      List<Double> fused = new ArrayList<>();
      List<Double> gain = new ArrayList<>();
      List<Double> flattery = new ArrayList<>();
      List<String> weights = new ArrayList<>();
      for (CellResult result : results.of(variant.name())) {
        double first = mean(result, "h1");
        double both = mean(result, FUSED);
        h1.add(first);
        fused.add(both);
        gain.add(both - first);
        flattery.add(mean(result, ModelEvaluation.FUSED_IN_SAMPLE) - both);
        MeasuredNetwork network = result.evaluation().network();
        Fusion fusion = network == null ? null : network.fusion();
        weights.add(fusion == null ? Text.NONE : weights(fusion));
      }
      rows.add(
          Row.ours(
              List.of(
                  variant.name(),
                  spread(h1),
                  spread(fused),
                  Text.signed(average(gain)),
                  Text.signed(average(flattery)),
                  weights.stream().allMatch(Text.NONE::equals)
                      ? Text.NONE
                      : String.join(", ", weights))));
    }
    return new ReportTable(
        1,
        List.of(
            "variant",
            "h1",
            FUSED,
            "fused minus h1",
            "w chosen on the same people",
            "w of the halves, by seed"),
        rows);
  }

  private static double mean(CellResult result, String decode) {
    MetricResult of = result.of(decode);
    return of == null ? Double.NaN : of.meanJointWeighted();
  }

  private static double average(List<Double> values) {
    return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
  }

  private static String weights(Fusion fusion) {
    List<Double> all = fusion.ofHalves().isEmpty() ? List.of(fusion.weight()) : fusion.ofHalves();
    return String.join(" and ", all.stream().map(String::valueOf).toList());
  }

  /** Both means of every way to read every network. */
  ReportTable decodes(StudyDesign design) {
    List<Row> rows = new ArrayList<>();
    for (StudyVariant variant : results.rows(design)) {
      Map<String, List<MetricResult>> decodes = new LinkedHashMap<>();
      for (CellResult cell : results.of(variant.name())) {
        for (MetricResult result : cell.evaluation().results()) {
          decodes.computeIfAbsent(result.decode(), d -> new ArrayList<>()).add(result);
        }
      }
      decodes.forEach(
          (decode, of) ->
              rows.add(
                  Row.ours(
                      List.of(
                          variant.name(),
                          decode,
                          spread(of.stream().map(MetricResult::meanJointWeighted).toList()),
                          spread(of.stream().map(MetricResult::meanUnweighted).toList())))));
    }
    return new ReportTable(
        2,
        List.of("variant", "decode", ResultsCsv.MEAN_JOINT_WEIGHTED, ResultsCsv.MEAN_UNWEIGHTED),
        rows);
  }

  private static String spread(List<Double> values) {
    return Spread.of(values).toString();
  }

  /** Every network. */
  ReportTable runs() {
    List<Row> rows = new ArrayList<>();
    for (CellResult result : results.finished()) {
      Cell cell = result.cell();
      rows.add(
          Row.ours(
              List.of(
                  cell.variant(),
                  String.valueOf(cell.seed()),
                  spread(List.of(result.first().meanJointWeighted())),
                  spread(List.of(result.first().meanUnweighted())),
                  result.course().epochs() + " epochs",
                  Text.count(result.course().samples()),
                  Text.hours(result.course().hours()),
                  "runs/" + cell.variant() + "/seed-" + cell.seed())));
    }
    return new ReportTable(
        2,
        List.of(
            "variant",
            "seed",
            ResultsCsv.MEAN_JOINT_WEIGHTED,
            ResultsCsv.MEAN_UNWEIGHTED,
            "trained for",
            "crops",
            "learning took",
            "run"),
        rows);
  }
}
