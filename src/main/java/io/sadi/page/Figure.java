package io.sadi.page;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/** A chart's place in a page, with what page.js draws there. */
final class Figure {
  /** Escapes what HTML would read as markup. */
  private static final Gson GSON = new Gson();

  /** Height of a row in a chart of rows, and of the axis around them, in pixels. */
  private static final int ROW = 34;

  private static final int AROUND_ROWS = 70;

  private Figure() {}

  /**
   * A figure element.
   *
   * @param chart null where there is nothing to draw
   */
  static String html(String title, @Nullable JsonObject chart) {
    StringBuilder out = new StringBuilder("<figure class=\"chart\"><h3>");
    out.append(Page.escape(title)).append("</h3>\n");
    if (chart == null) {
      return out.append("<p>No values.</p></figure>\n").toString();
    }
    String height = "";
    if (chart.has("rows")) {
      int pixels = AROUND_ROWS + ROW * chart.getAsJsonArray("rows").size();
      height = " style=\"height: " + pixels + "px\"";
    }
    return out.append("<div class=\"plot\"")
        .append(height)
        .append("><canvas role=\"img\" aria-label=\"")
        .append(Page.escape(title))
        .append("\"></canvas></div>\n<script type=\"application/json\">")
        .append(GSON.toJson(chart))
        .append("</script></figure>\n")
        .toString();
  }
}
