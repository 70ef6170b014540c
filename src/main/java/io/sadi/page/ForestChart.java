package io.sadi.page;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * Values with their intervals, one below the other, and a line at 0.
 *
 * @param title said above it
 * @param xLabel what the values are, with their unit
 * @param rows from top to bottom
 */
public record ForestChart(String title, String xLabel, List<ForestRow> rows) {
  /**
   * A value.
   *
   * @param name to its left
   * @param colour its place among the page's colours
   * @param low where its interval begins
   * @param high where it ends
   */
  public record ForestRow(String name, int colour, double value, double low, double high) {}

  /** A figure element; page.js draws it. */
  public String html() {
    JsonArray all = new JsonArray();
    for (ForestRow row : rows) {
      if (Double.isFinite(row.value())) {
        JsonObject one = new JsonObject();
        one.addProperty("label", row.name());
        one.addProperty("colour", row.colour());
        one.addProperty("value", row.value());
        if (Double.isFinite(row.low()) && Double.isFinite(row.high())) {
          one.addProperty("low", row.low());
          one.addProperty("high", row.high());
        }
        all.add(one);
      }
    }
    JsonObject chart = new JsonObject();
    chart.addProperty("kind", "forest");
    chart.addProperty("x", xLabel);
    chart.add("rows", all);
    return Figure.html(title, all.isEmpty() ? null : chart);
  }
}
