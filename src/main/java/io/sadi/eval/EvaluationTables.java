package io.sadi.eval;

import io.sadi.eval.Comparison.Moved;
import io.sadi.io.Decimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as tables: groups and both means as papers print them, then every joint, then what
 * else was asked for.
 */
final class EvaluationTables {
  private static final String INTERVAL = "its 95 % interval";

  private EvaluationTables() {}

  static String plain(Evaluation evaluation) {
    return document(evaluation, "", TextTable::aligned);
  }

  static String markdown(Evaluation evaluation) {
    return document(evaluation, "### ", TextTable::piped);
  }

  private static String document(
      Evaluation evaluation, String heading, Function<TextTable, String> form) {
    List<String> parts = new ArrayList<>();
    parts.add(
        String.format(
            Locale.ROOT,
            "%s%s, split %s: %d people\n",
            heading,
            evaluation.dataset(),
            evaluation.split(),
            evaluation.people()));
    tables(evaluation).forEach(table -> parts.add(form.apply(table)));
    notes(evaluation).forEach(note -> parts.add(note + "\n"));
    return String.join("\n", parts);
  }

  private static List<TextTable> tables(Evaluation evaluation) {
    List<List<EvaluationValue>> results =
        evaluation.results().stream()
            .map(result -> EvaluationValues.of(result, evaluation.people()))
            .toList();
    List<TextTable> tables = new ArrayList<>();
    if (evaluation.results().stream().anyMatch(r -> r.averagePrecision() != null)) {
      tables.add(averagePrecision(results));
    }
    tables.add(summary(results));
    tables.add(joints(results));
    evaluation.comparisons().forEach(comparison -> tables.add(comparison(comparison)));
    for (Breakdown.By by : Breakdown.By.values()) {
      TextTable table = breakdowns(by, evaluation.breakdowns());
      if (!table.rows().isEmpty()) {
        tables.add(table);
      }
    }
    evaluation.errorKinds().forEach(kinds -> tables.add(JointMeasures.of(kinds).table()));
    evaluation.errors().forEach(errors -> tables.add(JointMeasures.of(errors).table()));
    for (Calibration calibration : evaluation.calibrations()) {
      String decode = calibration.decode();
      if (calibration.sigma() != null) {
        tables.add(JointMeasures.sigma(decode, calibration.sigma()).table());
      }
      calibration
          .scores()
          .forEach(
              (metric, score) -> {
                tables.add(JointMeasures.score(decode, metric, score).table());
                tables.add(bins(JointMeasures.scores(decode, metric), score.inMeans().bins()));
              });
    }
    return tables;
  }

  /** A row for every result that has it, and two below for its interval's ends. */
  private static TextTable averagePrecision(List<List<EvaluationValue>> results) {
    List<String> header = new ArrayList<>(List.of("metric", "decode"));
    header.addAll(AveragePrecision.NAMES);
    List<List<String>> rows = new ArrayList<>();
    for (List<EvaluationValue> result : results) {
      List<EvaluationValue> values =
          EvaluationValues.ofKind(EvaluationValue.AVERAGE_PRECISION, result);
      if (!values.isEmpty()) {
        EvaluationValue first = values.get(0);
        rows.add(percents(first.metric(), first.decode(), values, EvaluationValue::value));
        if (first.interval95() != null) {
          rows.add(percents("", "95 % from", values, each -> ends(each).low()));
          rows.add(percents("", "to", values, each -> ends(each).high()));
        }
      }
    }
    return new TextTable("", 2, header, rows);
  }

  private static List<String> percents(
      String metric,
      String decode,
      List<EvaluationValue> values,
      ToDoubleFunction<EvaluationValue> value) {
    List<String> row = new ArrayList<>(List.of(metric, decode));
    values.forEach(each -> row.add(percent(value.applyAsDouble(each))));
    return row;
  }

  private static Interval ends(EvaluationValue each) {
    return Objects.requireNonNull(each.interval95());
  }

  /** A row for every result. */
  private static TextTable summary(List<List<EvaluationValue>> results) {
    boolean intervals =
        results.stream()
            .flatMap(List::stream)
            .anyMatch(
                each -> each.kind().equals(EvaluationValue.MEAN) && each.interval95() != null);
    List<String> header = new ArrayList<>(List.of("metric", "decode"));
    EvaluationValues.ofKind(EvaluationValue.GROUP, results.get(0))
        .forEach(group -> header.add(group.name()));
    for (EvaluationValue mean : EvaluationValues.ofKind(EvaluationValue.MEAN, results.get(0))) {
      header.add(label(mean));
      if (intervals) {
        header.add(INTERVAL);
      }
    }
    List<List<String>> rows = new ArrayList<>();
    for (List<EvaluationValue> result : results) {
      EvaluationValue first = result.get(0);
      List<EvaluationValue> groups = EvaluationValues.ofKind(EvaluationValue.GROUP, result);
      List<String> row = percents(first.metric(), first.decode(), groups, EvaluationValue::value);
      for (EvaluationValue mean : EvaluationValues.ofKind(EvaluationValue.MEAN, result)) {
        row.add(percent(mean.value()));
        if (mean.interval95() != null) {
          row.add(interval(mean.interval95()));
        }
      }
      rows.add(row);
    }
    return new TextTable("", 2, header, rows);
  }

  /** A row for every joint: how many count, then its percentage in every result. */
  private static TextTable joints(List<List<EvaluationValue>> results) {
    List<String> header = new ArrayList<>(List.of("joint"));
    List<List<String>> rows = new ArrayList<>();
    EvaluationValues.ofKind(EvaluationValue.JOINT, results.get(0))
        .forEach(joint -> rows.add(new ArrayList<>(List.of(joint.name()))));
    List<String> counted = List.of();
    for (List<EvaluationValue> result : results) {
      List<EvaluationValue> joints = EvaluationValues.ofKind(EvaluationValue.JOINT, result);
      List<String> counts = joints.stream().map(joint -> String.valueOf(joint.counted())).toList();
      if (!counted.equals(counts)) {
        counted = counts;
        addColumn(header, rows, "counted", counts);
      }
      EvaluationValue first = result.get(0);
      String heading = first.metric() + " " + first.decode();
      addColumn(
          header, rows, heading, joints.stream().map(joint -> percent(joint.value())).toList());
      if (first.interval95() != null) {
        addColumn(
            header, rows, INTERVAL, joints.stream().map(joint -> interval(ends(joint))).toList());
      }
    }
    return new TextTable("", 1, header, rows);
  }

  private static void addColumn(
      List<String> header, List<List<String>> rows, String heading, List<String> column) {
    header.add(heading);
    for (int row = 0; row < column.size(); row++) {
      rows.get(row).add(column.get(row));
    }
  }

  private static TextTable comparison(Comparison comparison) {
    List<List<String>> rows = new ArrayList<>();
    for (EvaluationValue each : EvaluationValues.of(comparison)) {
      Moved moved =
          each.kind().equals(EvaluationValue.JOINT) ? comparison.joints().get(each.name()) : null;
      rows.add(difference(each, moved));
    }
    String title =
        String.format(
            Locale.ROOT,
            comparison.averagePrecision().isEmpty()
                ? "%s: %s minus %s, person by person"
                : "%s: %s minus %s, AP and AR image by image, the rest person by person",
            comparison.metric().label(),
            comparison.decode(),
            comparison.baseline());
    List<String> header =
        List.of("", "difference", INTERVAL, "moved", "counted", "better", "worse");
    return new TextTable(title, 1, header, rows);
  }

  private static List<String> difference(EvaluationValue each, @Nullable Moved joint) {
    Interval interval = each.interval95();
    return List.of(
        label(each),
        signed(each.value()),
        interval == null || Double.isNaN(interval.low())
            ? "-"
            : signed(interval.low()) + " to " + signed(interval.high()),
        interval == null ? "" : Comparison.direction(interval),
        joint == null ? "" : String.valueOf(joint.counted()),
        joint == null ? "" : String.valueOf(joint.better()),
        joint == null ? "" : String.valueOf(joint.worse()));
  }

  private static String label(EvaluationValue each) {
    return each.kind().equals(EvaluationValue.MEAN)
        ? "mean (" + each.name().replace('_', '-') + ")"
        : each.name();
  }

  /** A row for each part; none where nothing is broken down by it. */
  private static TextTable breakdowns(Breakdown.By by, List<Breakdown> breakdowns) {
    List<List<String>> rows = new ArrayList<>();
    boolean intervals = false;
    boolean ellipses =
        breakdowns.stream()
            .filter(breakdown -> breakdown.by() == by)
            .flatMap(breakdown -> breakdown.rows().stream())
            .anyMatch(row -> !Double.isNaN(row.inside90()));
    for (Breakdown breakdown : breakdowns) {
      if (breakdown.by() != by) {
        continue;
      }
      for (Breakdown.Slice part : breakdown.rows()) {
        List<String> row = new ArrayList<>();
        row.addAll(List.of(breakdown.metric().label(), breakdown.decode(), part.name()));
        row.add(String.valueOf(part.people()));
        row.add(String.valueOf(part.counted()));
        row.add(percent(part.percent()));
        Interval interval = part.interval95();
        if (interval != null) {
          intervals = true;
          row.add(interval(interval));
        }
        if (ellipses) {
          row.add(percent(part.inside90()));
        }
        rows.add(row);
      }
    }
    List<String> header =
        new ArrayList<>(List.of("metric", "decode", by.toString(), "people", "joints", "percent"));
    if (intervals) {
      header.add(INTERVAL);
    }
    if (ellipses) {
      header.add("in 90 % ellipses");
    }
    return new TextTable("By " + by + ": percentage of the joints in the means", 3, header, rows);
  }

  private static TextTable bins(String title, List<ScoreCalibration.Bin> bins) {
    List<List<String>> rows = new ArrayList<>();
    for (ScoreCalibration.Bin bin : bins) {
      rows.add(
          List.of(
              decimals(bin.low(), 1) + " to " + decimals(bin.high(), 1),
              String.valueOf(bin.counted()),
              percent(bin.meanScore()),
              percent(bin.right())));
    }
    return new TextTable(
        title + ": all in the means, by score",
        1,
        List.of("score", "counted", "mean score", "right"),
        rows);
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

  private static String signed(double value) {
    return Double.isNaN(value) ? "-" : Decimal.signed(value, 2);
  }

  private static String percent(double value) {
    return decimals(value, 2);
  }

  private static String interval(Interval interval) {
    return Double.isNaN(interval.low())
        ? "-"
        : percent(interval.low()) + " to " + percent(interval.high());
  }

  /** A number; {@code -} where nothing counts, {@code none} for what is infinitely far. */
  static String decimals(double value, int decimals) {
    return Double.isNaN(value)
        ? "-"
        : Double.isInfinite(value) ? "none" : Decimal.of(value, decimals);
  }
}
