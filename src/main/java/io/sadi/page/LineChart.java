package io.sadi.page;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * Lines over a common x axis, drawn by Chart.js when the page opens, in the page's colours.
 *
 * @param title said above it
 * @param xLabel what x is, with its unit
 * @param yLabel what y is, with its unit
 * @param series in the order of the legend
 */
public record LineChart(String title, String xLabel, String yLabel, List<Series> series) {
  /** Escapes what HTML would read as markup. */
  private static final Gson GSON = new Gson();

  /**
   * A line.
   *
   * @param name in the legend
   * @param points from left to right
   */
  public record Series(String name, List<Point> points) {}

  /**
   * A point of a line.
   *
   * @param y NaN where there is none; the line passes over it
   */
  public record Point(double x, double y) {}

  /** A figure element; page.js draws it. */
  public String html() {
    StringBuilder out = new StringBuilder("<figure class=\"chart\"><h3>");
    out.append(Page.escape(title)).append("</h3>\n");
    if (series.stream().allMatch(line -> points(line).isEmpty())) {
      return out.append("<p>No values.</p></figure>\n").toString();
    }
    return out.append("<div class=\"plot\"><canvas role=\"img\" aria-label=\"")
        .append(Page.escape(title))
        .append("\"></canvas></div>\n<script type=\"application/json\">")
        .append(GSON.toJson(json()))
        .append("</script></figure>\n")
        .toString();
  }

  private JsonObject json() {
    JsonArray lines = new JsonArray();
    for (Series line : series) {
      JsonObject one = new JsonObject();
      one.addProperty("label", line.name());
      one.add("data", points(line));
      lines.add(one);
    }
    JsonObject chart = new JsonObject();
    chart.addProperty("x", xLabel);
    chart.addProperty("y", yLabel);
    chart.add("lines", lines);
    return chart;
  }

  private static JsonArray points(Series line) {
    JsonArray points = new JsonArray();
    for (Point point : line.points()) {
      if (Double.isFinite(point.y())) {
        JsonObject one = new JsonObject();
        one.addProperty("x", point.x());
        one.addProperty("y", point.y());
        points.add(one);
      }
    }
    return points;
  }
}
