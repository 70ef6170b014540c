package io.sadi.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An evaluation as two tables: groups and both means as papers print them, then every joint. */
final class EvaluationTables {
  private EvaluationTables() {}

  static String plain(Evaluation evaluation) {
    return title(evaluation)
        + "\n\n"
        + aligned(summary(evaluation))
        + "\n"
        + aligned(joints(evaluation))
        + String.join("", notes(evaluation).stream().map(note -> "\n" + note + "\n").toList());
  }

  static String markdown(Evaluation evaluation) {
    return "### "
        + title(evaluation)
        + "\n\n"
        + piped(summary(evaluation))
        + "\n"
        + piped(joints(evaluation))
        + String.join("", notes(evaluation).stream().map(note -> "\n" + note + "\n").toList());
  }

  private static String title(Evaluation evaluation) {
    return String.format(
        Locale.ROOT,
        "%s, split %s: %d people",
        evaluation.dataset(),
        evaluation.split(),
        evaluation.people());
  }

  /** A row for every result; the first row is the header. */
  private static List<List<String>> summary(Evaluation evaluation) {
    boolean intervals = evaluation.results().stream().anyMatch(r -> r.interval95() != null);
    List<List<String>> rows = new ArrayList<>();
    for (MetricResult result : evaluation.results()) {
      if (rows.isEmpty()) {
        List<String> header = new ArrayList<>(List.of("metric", "decode"));
        header.addAll(result.groups().keySet());
        header.add("mean (joint-weighted)");
        if (intervals) {
          header.add("its 95 % interval");
        }
        header.add("mean (unweighted)");
        rows.add(header);
      }
      List<String> row = new ArrayList<>(List.of(result.metric().label(), result.decode()));
      result.groups().values().forEach(percent -> row.add(percent(percent)));
      row.add(percent(result.meanJointWeighted()));
      if (intervals) {
        Interval interval = result.interval95();
        row.add(
            interval == null ? "-" : percent(interval.low()) + " to " + percent(interval.high()));
      }
      row.add(percent(result.meanUnweighted()));
      rows.add(row);
    }
    return rows;
  }

  /** A row for every joint: how many count, then its percentage in every result. */
  private static List<List<String>> joints(Evaluation evaluation) {
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("joint"));
    rows.add(header);
    Map<String, Integer> counted = Map.of();
    for (MetricResult result : evaluation.results()) {
      if (rows.size() == 1) {
        result.joints().keySet().forEach(joint -> rows.add(new ArrayList<>(List.of(joint))));
      }
      if (!counted.equals(result.counted())) {
        counted = result.counted();
        header.add("counted");
        int row = 1;
        for (int count : counted.values()) {
          rows.get(row++).add(String.valueOf(count));
        }
      }
      header.add(result.metric().label() + " " + result.decode());
      int row = 1;
      for (double percent : result.joints().values()) {
        rows.get(row++).add(percent(percent));
      }
    }
    return rows;
  }

  /** What the numbers leave out or count as wrong. */
  private static List<String> notes(Evaluation evaluation) {
    List<String> notes = new ArrayList<>();
    for (MetricResult result : evaluation.results()) {
      notes.addAll(result.notes());
    }
    return notes.stream().distinct().toList();
  }

  private static String percent(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String aligned(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    boolean[] left = textColumns(rows);
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String pad = " ".repeat(widths[c] - row.get(c).length());
        line.append(c == 0 ? "" : "  ").append(left[c] ? row.get(c) + pad : pad + row.get(c));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static String piped(List<List<String>> rows) {
    boolean[] left = textColumns(rows);
    List<String> rule = new ArrayList<>();
    for (boolean text : left) {
      rule.add(text ? "---" : "---:");
    }
    List<List<String>> lines = new ArrayList<>(rows);
    lines.add(1, rule);
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      text.append("| ").append(String.join(" | ", line)).append(" |\n");
    }
    return text.toString();
  }

  /** Which columns hold names, to be aligned left. */
  private static boolean[] textColumns(List<List<String>> rows) {
    boolean[] text = new boolean[rows.get(0).size()];
    for (int c = 0; c < text.length; c++) {
      String header = rows.get(0).get(c);
      text[c] = header.equals("metric") || header.equals("decode") || header.equals("joint");
    }
    return text;
  }
}
