package io.sadi.ablate.report;

import io.sadi.ablate.report.ReportTable.RowKind;
import io.sadi.ablate.report.ReportTable.TableRow;
import io.sadi.ablate.report.StudyResults.Compared;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.PaperRow;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.eval.Breakdown;
import io.sadi.eval.Breakdown.By;
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
import java.util.stream.Stream;
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
    List<TableRow> rows = new ArrayList<>();
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
      rows.add(TableRow.ours(cells));
      for (PaperRow paper : results.paper(variant)) {
        addPaper(rows, paper, ours);
      }
    }
    return new ReportTable(2, header, rows);
  }

  private static void addPaper(List<TableRow> rows, PaperRow paper, Map<String, Spread> ours) {
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
    rows.add(new TableRow(RowKind.PAPER, theirs));
    rows.add(new TableRow(RowKind.DIFFERENCE, differences));
  }

  private String seeds(String variant) {
    List<Integer> seeds = results.of(variant).stream().map(r -> r.cell().seed()).toList();
    return seeds.size() == 1 ? "seed " + seeds.get(0) : "mean ± sd of " + seeds.size() + " seeds";
  }

  /** Each variant minus the baseline. */
  ReportTable differences(StudyDesign design) {
    List<TableRow> rows = new ArrayList<>();
    for (Compared compared : results.comparisons(design)) {
      SeedComparison of = compared.comparison();
      rows.add(
          TableRow.ours(
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

  /** The difference of two rows on the same data in a mean that both print. */
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

  /** Each variant minus the baseline by joint; a star for significant differences. */
  ReportTable joints(StudyDesign design) {
    List<String> header = new ArrayList<>(List.of("minus " + design.baseline()));
    List<TableRow> rows = new ArrayList<>();
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
      rows.add(TableRow.ours(cells));
    }
    return new ReportTable(1, header, rows);
  }

  static boolean isFound(SeedComparison of, String joint) {
    return of.pJoints().getOrDefault(joint, 1.0) < Verdict.LEVEL;
  }

  /** The cost of each variant beside its result. */
  ReportTable costs(StudyDesign design) {
    List<TableRow> rows = new ArrayList<>();
    for (StudyVariant variant : results.rows(design)) {
      CellResult first = results.of(variant.name()).get(0);
      rows.add(
          TableRow.ours(
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

  /** The mean over seeds of the training time. */
  double hours(String variant) {
    return results.of(variant).stream()
        .mapToDouble(result -> result.course().hours())
        .average()
        .orElse(Double.NaN);
  }

  /** Whether any network of a study has two heatmaps. */
  boolean hasFused(StudyDesign design) {
    return results.rows(design).stream()
        .flatMap(row -> results.of(row.name()).stream())
        .anyMatch(result -> result.of(FUSED) != null);
  }

  /** The gain of the second heatmap, and the bias of choosing w on the measured people. */
  ReportTable fusion(StudyDesign design) {
    List<TableRow> rows = new ArrayList<>();
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
          TableRow.ours(
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

  /** Whether there are parts of the people to be told apart. */
  boolean hasParts(StudyDesign design, By by) {
    return partNames(design, by).size() > 1;
  }

  /** Why there are none; empty where there are, or nobody looked. */
  String partsNote(StudyDesign design) {
    return results.rows(design).stream()
        .flatMap(variant -> results.of(variant.name()).stream())
        .flatMap(result -> result.evaluation().breakdowns().stream())
        .flatMap(of -> Stream.ofNullable(of.note()))
        .findFirst()
        .map(note -> note.substring(0, 1).toUpperCase(Locale.ROOT) + note.substring(1) + ".")
        .orElse("");
  }

  /**
   * Percentages of some joints or people apart, and how far from the baseline they are: with its
   * spread over the seeds, as they are no comparison that was planned.
   */
  ReportTable parts(StudyDesign design, By by) {
    List<String> names = partNames(design, by);
    List<String> header = new ArrayList<>(List.of("variant", ""));
    header.addAll(names);
    List<TableRow> rows = new ArrayList<>();
    for (StudyVariant variant : results.rows(design)) {
      List<String> ours = new ArrayList<>(List.of(variant.name(), seeds(variant.name())));
      List<String> differences = new ArrayList<>(List.of("", "minus " + design.baseline()));
      for (String name : names) {
        Map<Integer, Double> own = parts(variant.name(), by, name);
        Map<Integer, Double> baseline = parts(design.baseline(), by, name);
        ours.add(Spread.of(List.copyOf(own.values())).rounded());
        List<Double> pairs =
            own.entrySet().stream()
                .filter(one -> baseline.containsKey(one.getKey()))
                .map(one -> one.getValue() - baseline.getOrDefault(one.getKey(), Double.NaN))
                .toList();
        differences.add(Spread.of(pairs).signed());
      }
      rows.add(TableRow.ours(ours));
      if (!variant.name().equals(design.baseline())) {
        rows.add(new TableRow(RowKind.DIFFERENCE, differences));
      }
    }
    return new ReportTable(2, header, rows);
  }

  private List<String> partNames(StudyDesign design, By by) {
    return results.rows(design).stream()
        .flatMap(variant -> results.of(variant.name()).stream())
        .map(result -> breakdown(result, by))
        .flatMap(of -> of == null ? Stream.of() : of.rows().stream().map(Breakdown.Slice::name))
        .distinct()
        .toList();
  }

  /** By seed, in the decode that counts. */
  private Map<Integer, Double> parts(String variant, By by, String name) {
    Map<Integer, Double> percentages = new LinkedHashMap<>();
    for (CellResult result : results.of(variant)) {
      Breakdown of = breakdown(result, by);
      if (of != null) {
        of.rows().stream()
            .filter(row -> row.name().equals(name))
            .forEach(row -> percentages.put(result.cell().seed(), row.percent()));
      }
    }
    return percentages;
  }

  private static @Nullable Breakdown breakdown(CellResult result, By by) {
    return result.evaluation().breakdowns().stream()
        .filter(one -> one.by() == by && one.decode().equals(result.first().decode()))
        .findFirst()
        .orElse(null);
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

  /** Both means of each network with each decode. */
  ReportTable decodes(StudyDesign design) {
    List<TableRow> rows = new ArrayList<>();
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
                  TableRow.ours(
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

  /** A row for each network. */
  ReportTable runs() {
    List<TableRow> rows = new ArrayList<>();
    for (CellResult result : results.finished()) {
      Cell cell = result.cell();
      rows.add(
          TableRow.ours(
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
