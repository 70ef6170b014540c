package io.sadi.page;

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
  /**
   * A line.
   *
   * @param name in the legend
   * @param points from left to right
   * @param band drawn about it, from left to right; empty for none
   */
  public record Series(String name, List<CurvePoint> points, List<Band> band) {
    /** A line alone. */
    public Series(String name, List<CurvePoint> points) {
      this(name, points, List.of());
    }
  }

  /** What a band spans at x. */
  public record Band(double x, double low, double high) {}

  /**
   * A point of a line.
   *
   * @param y NaN where there is none; the line passes over it
   */
  public record CurvePoint(double x, double y) {}

  /** A figure element; page.js draws it. */
  public String html() {
    boolean none = series.stream().allMatch(line -> points(line).isEmpty());
    return Figure.html(title, none ? null : json());
  }

  private JsonObject json() {
    JsonArray lines = new JsonArray();
    for (Series line : series) {
      JsonObject one = new JsonObject();
      one.addProperty("label", line.name());
      one.add("data", points(line));
      JsonArray band = new JsonArray();
      for (Band range : line.band()) {
        if (Double.isFinite(range.low()) && Double.isFinite(range.high())) {
          JsonArray span = new JsonArray();
          span.add(range.x());
          span.add(range.low());
          span.add(range.high());
          band.add(span);
        }
      }
      if (!band.isEmpty()) {
        one.add("band", band);
      }
      lines.add(one);
    }
    JsonObject chart = new JsonObject();
    chart.addProperty("kind", "lines");
    chart.addProperty("x", xLabel);
    chart.addProperty("y", yLabel);
    chart.add("lines", lines);
    return chart;
  }

  private static JsonArray points(Series line) {
    JsonArray points = new JsonArray();
    for (CurvePoint point : line.points()) {
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
