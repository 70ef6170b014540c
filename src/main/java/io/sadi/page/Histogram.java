package io.sadi.page;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * How often values fall into each bin, as bars.
 *
 * @param title said above it
 * @param xLabel what the values are, with their unit
 * @param yLabel what is counted
 * @param low where the first bar begins
 * @param high where the last one ends
 * @param counts of equally wide bars, from left to right
 */
public record Histogram(
    String title, String xLabel, String yLabel, double low, double high, List<Integer> counts) {

  /** A figure element; page.js draws it. */
  public String html() {
    JsonArray bars = new JsonArray();
    counts.forEach(bars::add);
    JsonObject chart = new JsonObject();
    chart.addProperty("kind", "histogram");
    chart.addProperty("x", xLabel);
    chart.addProperty("y", yLabel);
    chart.addProperty("low", low);
    chart.addProperty("high", high);
    chart.add("counts", bars);
    boolean none = counts.stream().allMatch(count -> count == 0);
    return Figure.html(title, none ? null : chart);
  }
}
