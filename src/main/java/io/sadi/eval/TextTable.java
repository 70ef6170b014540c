package io.sadi.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * A table for people to read.
 *
 * @param title a line above it; empty for none
 * @param names how many columns, from the left, hold names; the others hold numbers
 * @param header names of the columns
 * @param rows as many cells each
 */
record TextTable(String title, int names, List<String> header, List<List<String>> rows) {

  /** For a terminal: columns in line, numbers to the right. */
  String aligned() {
    int[] widths = new int[header.size()];
    for (List<String> line : lines()) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], line.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder(title.isEmpty() ? "" : title + "\n");
    for (List<String> line : lines()) {
      StringBuilder cells = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String pad = " ".repeat(widths[c] - line.get(c).length());
        cells.append(c == 0 ? "" : "  ").append(c < names ? line.get(c) + pad : pad + line.get(c));
      }
      text.append(cells.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** For a page in Markdown. */
  String piped() {
    List<List<String>> lines = lines();
    List<String> rule = new ArrayList<>();
    for (int c = 0; c < header.size(); c++) {
      rule.add(c < names ? "---" : "---:");
    }
    lines.add(1, rule);
    StringBuilder text = new StringBuilder(title.isEmpty() ? "" : title + "\n\n");
    for (List<String> line : lines) {
      text.append("| ").append(String.join(" | ", line)).append(" |\n");
    }
    return text.toString();
  }

  private List<List<String>> lines() {
    List<List<String>> lines = new ArrayList<>(rows);
    lines.add(0, header);
    return lines;
  }
}
