package io.sadi.page;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * Named points, each with the range that its y spans.
 *
 * @param title said above it
 * @param xLabel what x is, with its unit
 * @param yLabel what y is, with its unit
 * @param points in the order of the legend
 */
public record ScatterChart(String title, String xLabel, String yLabel, List<ScatterPoint> points) {
  /**
   * A point.
   *
   * @param low where its y begins; y itself where it spans nothing
   * @param high where it ends
   */
  public record ScatterPoint(String name, double x, double y, double low, double high) {}

  /** A figure element; page.js draws it. */
  public String html() {
    JsonArray all = new JsonArray();
    for (ScatterPoint point : points) {
      JsonObject one = new JsonObject();
      one.addProperty("label", point.name());
      if (Double.isFinite(point.x()) && Double.isFinite(point.y())) {
        one.addProperty("x", point.x());
        one.addProperty("y", point.y());
        if (point.low() < point.high()) {
          one.addProperty("low", point.low());
          one.addProperty("high", point.high());
        }
        all.add(one);
      }
    }
    JsonObject chart = new JsonObject();
    chart.addProperty("kind", "scatter");
    chart.addProperty("x", xLabel);
    chart.addProperty("y", yLabel);
    chart.add("points", all);
    return Figure.html(title, all.isEmpty() ? null : chart);
  }
}
