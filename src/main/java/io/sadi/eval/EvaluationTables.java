package io.sadi.eval;

import io.sadi.eval.Comparison.Moved;
import io.sadi.io.Decimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as tables: groups and both means as papers print them, then every joint, then what
 * else was asked for.
 */
final class EvaluationTables {
  private EvaluationTables() {}

  static String plain(Evaluation evaluation) {
    return document(evaluation, "", TextTable::aligned);
  }

  static String markdown(Evaluation evaluation) {
    return document(evaluation, "### ", TextTable::piped);
  }

  private static String document(
      Evaluation evaluation, String heading, Function<TextTable, String> form) {
    List<TextTable> tables = new ArrayList<>();
    if (evaluation.results().stream().anyMatch(r -> r.averagePrecision() != null)) {
      tables.add(averagePrecision(evaluation));
    }
    tables.add(summary(evaluation));
    tables.add(joints(evaluation));
    evaluation.comparisons().forEach(comparison -> tables.add(comparison(comparison)));
    tables.addAll(DetailTables.breakdowns(evaluation.breakdowns()));
    evaluation.errorKinds().forEach(kinds -> tables.add(DetailTables.errorKinds(kinds)));
    evaluation.errors().forEach(errors -> tables.add(DetailTables.errors(errors)));
    evaluation
        .calibrations()
        .forEach(calibration -> tables.addAll(DetailTables.calibration(calibration)));
    List<String> parts = new ArrayList<>();
    parts.add(
        String.format(
            Locale.ROOT,
            "%s%s, split %s: %d people\n",
            heading,
            evaluation.dataset(),
            evaluation.split(),
            evaluation.people()));
    tables.forEach(table -> parts.add(form.apply(table)));
    notes(evaluation).forEach(note -> parts.add(note + "\n"));
    return String.join("\n", parts);
  }

  /** A row for every result that has it, and one below for its interval's ends. */
  private static TextTable averagePrecision(Evaluation evaluation) {
    List<String> header = new ArrayList<>(List.of("metric", "decode"));
    header.addAll(AveragePrecision.NAMES);
    List<List<String>> rows = new ArrayList<>();
    for (MetricResult result : evaluation.results()) {
      AveragePrecision precision = result.averagePrecision();
      if (precision == null) {
        continue;
      }
      List<String> row = new ArrayList<>(List.of(result.metric().label(), result.decode()));
      precision.values().values().forEach(value -> row.add(percent(value)));
      rows.add(row);
      Map<String, Interval> intervals = precision.intervals95();
      if (intervals != null) {
        rows.add(ends("95 % from", intervals, Interval::low));
        rows.add(ends("to", intervals, Interval::high));
      }
    }
    return new TextTable("", 2, header, rows);
  }

  private static List<String> ends(
      String name, Map<String, Interval> intervals, ToDoubleFunction<Interval> end) {
    List<String> row = new ArrayList<>(List.of("", name));
    intervals.values().forEach(interval -> row.add(percent(end.applyAsDouble(interval))));
    return row;
  }

  /** A row for every result. */
  private static TextTable summary(Evaluation evaluation) {
    boolean intervals = evaluation.results().stream().anyMatch(r -> r.intervals95() != null);
    List<String> header = new ArrayList<>(List.of("metric", "decode"));
    header.addAll(evaluation.results().get(0).groups().keySet());
    for (String mean : List.of("mean (joint-weighted)", "mean (unweighted)")) {
      header.add(mean);
      if (intervals) {
        header.add("its 95 % interval");
      }
    }
    List<List<String>> rows = new ArrayList<>();
    for (MetricResult result : evaluation.results()) {
      List<String> row = new ArrayList<>(List.of(result.metric().label(), result.decode()));
      result.groups().values().forEach(percent -> row.add(percent(percent)));
      row.add(percent(result.meanJointWeighted()));
      Summary<Interval> intervals95 = result.intervals95();
      if (intervals95 != null) {
        row.add(interval(intervals95.meanJointWeighted()));
      }
      row.add(percent(result.meanUnweighted()));
      if (intervals95 != null) {
        row.add(interval(intervals95.meanUnweighted()));
      }
      rows.add(row);
    }
    return new TextTable("", 2, header, rows);
  }

  /** A row for every joint: how many count, then its percentage in every result. */
  private static TextTable joints(Evaluation evaluation) {
    List<String> header = new ArrayList<>(List.of("joint"));
    List<List<String>> rows = new ArrayList<>();
    evaluation
        .results()
        .get(0)
        .joints()
        .keySet()
        .forEach(joint -> rows.add(new ArrayList<>(List.of(joint))));
    Map<String, Integer> counted = Map.of();
    for (MetricResult result : evaluation.results()) {
      if (!counted.equals(result.counted())) {
        counted = result.counted();
        header.add("counted");
        addColumn(rows, counted.values(), String::valueOf);
      }
      header.add(result.metric().label() + " " + result.decode());
      addColumn(rows, result.joints().values(), EvaluationTables::percent);
      if (result.intervals95() != null) {
        header.add("its 95 % interval");
        addColumn(rows, result.intervals95().joints().values(), EvaluationTables::interval);
      }
    }
    return new TextTable("", 1, header, rows);
  }

  private static <T> void addColumn(
      List<List<String>> rows, Iterable<T> values, Function<T, String> form) {
    int row = 0;
    for (T value : values) {
      rows.get(row++).add(form.apply(value));
    }
  }

  private static TextTable comparison(Comparison comparison) {
    List<String> header =
        List.of("", "difference", "its 95 % interval", "moved", "counted", "better", "worse");
    Summary<Double> differences = comparison.differences();
    Summary<Interval> intervals = comparison.intervals95();
    List<List<String>> rows = new ArrayList<>();
    comparison
        .averagePrecision()
        .forEach(
            (name, value) ->
                rows.add(
                    differenceRow(name, value, comparison.averagePrecision95().get(name), null)));
    rows.add(
        differenceRow(
            "mean (joint-weighted)",
            differences.meanJointWeighted(),
            intervals.meanJointWeighted(),
            null));
    rows.add(
        differenceRow(
            "mean (unweighted)", differences.meanUnweighted(), intervals.meanUnweighted(), null));
    differences
        .groups()
        .forEach(
            (group, value) ->
                rows.add(differenceRow(group, value, intervals.groups().get(group), null)));
    differences
        .joints()
        .forEach(
            (joint, value) ->
                rows.add(
                    differenceRow(
                        joint,
                        value,
                        intervals.joints().get(joint),
                        comparison.joints().get(joint))));
    String title =
        String.format(
            Locale.ROOT,
            comparison.averagePrecision().isEmpty()
                ? "%s: %s minus %s, person by person"
                : "%s: %s minus %s, AP and AR image by image, the rest person by person",
            comparison.metric().label(),
            comparison.decode(),
            comparison.baseline());
    return new TextTable(title, 1, header, rows);
  }

  private static List<String> differenceRow(
      String name, double difference, @Nullable Interval interval, @Nullable Moved joint) {
    List<String> row = new ArrayList<>();
    row.add(name);
    row.add(signed(difference));
    row.add(
        interval == null || Double.isNaN(interval.low())
            ? "-"
            : signed(interval.low()) + " to " + signed(interval.high()));
    row.add(interval == null ? "" : Comparison.direction(interval));
    row.add(joint == null ? "" : String.valueOf(joint.counted()));
    row.add(joint == null ? "" : String.valueOf(joint.better()));
    row.add(joint == null ? "" : String.valueOf(joint.worse()));
    return row;
  }

  private static String signed(double value) {
    return Double.isNaN(value) ? "-" : Decimal.signed(value, 2);
  }

  /** What the numbers leave out or count as wrong. */
  private static List<String> notes(Evaluation evaluation) {
    List<String> notes = new ArrayList<>();
    for (MetricResult result : evaluation.results()) {
      notes.addAll(result.notes());
    }
    for (Breakdown breakdown : evaluation.breakdowns()) {
      String note = breakdown.note();
      if (note != null) {
        notes.add(note);
      }
    }
    MeasuredNetwork network = evaluation.network();
    Fusion fusion = network == null ? null : network.fusion();
    if (fusion != null && !fusion.note().isEmpty()) {
      notes.add(fusion.note());
    }
    return notes.stream().distinct().toList();
  }

  static String percent(double value) {
    return decimals(value, 2);
  }

  static String interval(Interval interval) {
    return Double.isNaN(interval.low())
        ? "-"
        : percent(interval.low()) + " to " + percent(interval.high());
  }

  static String decimals(double value, int decimals) {
    return Double.isNaN(value)
        ? "-"
        : Double.isInfinite(value) ? "none" : Decimal.of(value, decimals);
  }
}
