package io.sadi.eval;

import static io.sadi.eval.EvaluationTables.decimals;
import static io.sadi.eval.EvaluationTables.percent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The tables of errors, deviations and scores, each a row for every joint. */
final class DetailTables {
  private DetailTables() {}

  /** A table for all that are broken down alike, a row for each part. */
  static List<TextTable> breakdowns(List<Breakdown> breakdowns) {
    List<TextTable> tables = new ArrayList<>();
    for (Breakdown.By by : Breakdown.By.values()) {
      List<List<String>> rows = new ArrayList<>();
      boolean intervals = false;
      for (Breakdown breakdown : breakdowns) {
        for (Breakdown.Row part :
            breakdown.by() == by ? breakdown.rows() : List.<Breakdown.Row>of()) {
          List<String> row = new ArrayList<>();
          row.addAll(List.of(breakdown.metric().label(), breakdown.decode(), part.name()));
          row.add(String.valueOf(part.people()));
          row.add(String.valueOf(part.counted()));
          row.add(percent(part.percent()));
          Interval interval = part.interval95();
          if (interval != null) {
            intervals = true;
            row.add(EvaluationTables.interval(interval));
          }
          rows.add(row);
        }
      }
      if (!rows.isEmpty()) {
        List<String> header =
            new ArrayList<>(
                List.of("metric", "decode", by.toString(), "people", "joints", "percent"));
        if (intervals) {
          header.add("its 95 % interval");
        }
        tables.add(
            new TextTable("By " + by + ": percentage of the joints in the means", 3, header, rows));
      }
    }
    return tables;
  }

  static TextTable errorKinds(ErrorKinds kinds) {
    List<String> header = new ArrayList<>(List.of("joint", "counted"));
    for (ErrorKinds.Kind kind : ErrorKinds.Kind.values()) {
      header.add(kind.toString().replace('-', ' '));
    }
    String title =
        String.format(
            Locale.ROOT,
            "Kinds of errors of %s under %s: percentage of the joints",
            kinds.decode(),
            kinds.metric().label());
    return perJoint(
        title,
        header,
        kinds.counts(),
        counts -> {
          List<String> cells = new ArrayList<>(List.of(String.valueOf(counts.counted())));
          for (ErrorKinds.Kind kind : ErrorKinds.Kind.values()) {
            cells.add(percent(counts.percent(kind)));
          }
          return cells;
        });
  }

  static TextTable errors(ErrorQuantiles errors) {
    List<String> header = new ArrayList<>(List.of("joint", "counted"));
    for (String unit : List.of(errors.reference().unit(), "px")) {
      for (double level : ErrorQuantiles.LEVELS) {
        header.add(String.format(Locale.ROOT, "%.0f %%, %s", 100 * level, unit));
      }
    }
    String title = "Errors of " + errors.decode() + ": the share of joints that stays within";
    return perJoint(
        title,
        header,
        errors.quantiles(),
        quantiles -> {
          List<String> cells = new ArrayList<>();
          cells.add(String.valueOf(quantiles.counted()));
          quantiles.lengths().forEach(error -> cells.add(decimals(error, 3)));
          quantiles.pixels().forEach(error -> cells.add(decimals(error, 1)));
          return cells;
        });
  }

  static List<TextTable> calibration(Calibration calibration) {
    List<TextTable> tables = new ArrayList<>();
    if (calibration.sigma() != null) {
      tables.add(sigma(calibration.decode(), calibration.sigma()));
    }
    calibration
        .scores()
        .forEach(
            (metric, score) -> {
              String of = "Scores of " + calibration.decode() + " and " + metric.label();
              tables.add(score(of, score));
              tables.add(bins(of, score.inMeans().bins()));
            });
    return tables;
  }

  private static TextTable sigma(String decode, PerJoint<SigmaCalibration> sigma) {
    List<String> header = new ArrayList<>(List.of("joint", "counted"));
    for (double level : SigmaCalibration.LEVELS) {
      header.add(String.format(Locale.ROOT, "in %.0f %% ellipse", 100 * level));
    }
    header.addAll(List.of("NLL", "right scale"));
    return perJoint(
        "Deviations of " + decode + ": percentage of joints inside the ellipses",
        header,
        sigma,
        joint -> {
          List<String> cells = new ArrayList<>();
          cells.add(String.valueOf(joint.counted()));
          joint.coverage().forEach(percent -> cells.add(percent(percent)));
          cells.add(decimals(joint.nll(), 3));
          cells.add(decimals(joint.scale(), 2));
          return cells;
        });
  }

  private static TextTable score(String title, PerJoint<ScoreCalibration> score) {
    return perJoint(
        title + ": expected calibration error (ECE)",
        List.of("joint", "counted", "mean score", "right", "ECE", "NLL"),
        score,
        joint ->
            List.of(
                String.valueOf(joint.counted()),
                percent(joint.meanScore()),
                percent(joint.right()),
                percent(joint.ece()),
                decimals(joint.nll(), 3)));
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

  private static <T> TextTable perJoint(
      String title, List<String> header, PerJoint<T> values, Function<T, List<String>> cells) {
    List<List<String>> rows = new ArrayList<>();
    BiConsumer<String, T> add =
        (name, value) -> {
          List<String> row = new ArrayList<>(List.of(name));
          row.addAll(cells.apply(value));
          rows.add(row);
        };
    values.joints().forEach(add);
    add.accept("all in the means", values.inMeans());
    return new TextTable(title, 1, header, rows);
  }
}
