package io.sadi.ablate.report;

import static io.sadi.page.Page.escape;

import java.util.List;

/**
 * A table of a report, as Markdown and as HTML.
 *
 * @param names how many columns, from the left, hold names; the others hold numbers
 * @param header names of the columns
 * @param rows as many cells each
 */
record ReportTable(int names, List<String> header, List<TableRow> rows) {

  /** Where a row's numbers are from. */
  enum RowKind {
    OURS,
    PAPER,
    DIFFERENCE
  }

  record TableRow(RowKind kind, List<String> cells) {
    static TableRow ours(List<String> cells) {
      return new TableRow(RowKind.OURS, cells);
    }
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    line(text, header);
    for (int c = 0; c < header.size(); c++) {
      text.append(c < names ? "|---" : "|---:");
    }
    text.append("|\n");
    rows.forEach(row -> line(text, row.cells()));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    cells.forEach(cell -> text.append("| ").append(cell.replace("|", "\\|")).append(' '));
    text.append("|\n");
  }

  String html() {
    StringBuilder html =
        new StringBuilder("<div class=\"wide\"><table class=\"dense\">\n<thead><tr>");
    for (int c = 0; c < header.size(); c++) {
      cell(html, "th", c, header.get(c));
    }
    html.append("</tr></thead>\n<tbody>\n");
    for (TableRow row : rows) {
      html.append(
          switch (row.kind()) {
            case OURS -> "<tr>";
            case PAPER -> "<tr class=\"paper\">";
            case DIFFERENCE -> "<tr class=\"difference\">";
          });
      for (int c = 0; c < row.cells().size(); c++) {
        cell(html, "td", c, row.cells().get(c));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody></table></div>\n").toString();
  }

  private void cell(StringBuilder html, String element, int column, String text) {
    html.append('<').append(element);
    html.append(
        column < names ? " class=\"name\">" : text.contains(", ") ? " class=\"list\">" : ">");
    html.append(escape(text.equals("-") ? "–" : text));
    html.append("</").append(element).append('>');
  }
}
