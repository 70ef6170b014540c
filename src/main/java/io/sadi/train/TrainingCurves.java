package io.sadi.train;

import io.sadi.io.Csv;
import io.sadi.page.LineChart;
import io.sadi.page.LineChart.CurvePoint;
import io.sadi.page.LineChart.Series;
import io.sadi.page.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The curves of a training run.
 *
 * @param loss by epoch
 * @param accuracy percentage by epoch: joint-weighted, for every decode that was validated; of a
 *     detector average precision
 */
public record TrainingCurves(Series loss, List<Series> accuracy) {
  private static final List<String> DECODES = List.of("fused", "h1", "h2", "mu");

  /** Columns of a detector's metrics.csv, without {@code val_}. */
  private static final List<String> DETECTOR = List.of("ap50", "ap");

  /** Reads a run's metrics.csv. */
  public static TrainingCurves read(Path metrics) throws IOException {
    List<CurvePoint> loss = new ArrayList<>();
    Map<String, List<CurvePoint>> accuracy = new LinkedHashMap<>();
    try (Csv csv = Csv.open(metrics)) {
      Csv.Column epoch = csv.column("epoch");
      Csv.Column total = csv.column("loss");
      for (Csv.@Nullable Row row = csv.next(); row != null; row = csv.next()) {
        loss.add(new CurvePoint(row.number(epoch), row.numberOrNaN(total)));
        for (String decode : DECODES) {
          add(csv, row, "val_" + decode + "_mean_joint_weighted", decode, accuracy);
        }
        for (String name : DETECTOR) {
          add(csv, row, "val_" + name, name, accuracy);
        }
      }
    }
    List<Series> lines = new ArrayList<>();
    accuracy.forEach((decode, points) -> lines.add(new Series(decode, points)));
    return new TrainingCurves(new Series("total loss", loss), lines);
  }

  private static void add(
      Csv csv, Csv.Row row, String column, String name, Map<String, List<CurvePoint>> accuracy)
      throws IOException {
    double value = row.numberOrNaN(csv.find(column));
    if (!Double.isNaN(value)) {
      accuracy
          .computeIfAbsent(name, n -> new ArrayList<>())
          .add(new CurvePoint(row.number(csv.column("epoch")), value));
    }
  }

  /** A page of its own. */
  String page(Path run, String metric) {
    return new Page("sadi: " + run.getFileName())
        .add("<h1>" + Page.escape(String.valueOf(run.getFileName())) + "</h1>")
        .add(html(metric))
        .html();
  }

  private String found() {
    return accuracy.stream().anyMatch(series -> DETECTOR.contains(series.name()))
        ? "People found, validation photos"
        : "Joints found, validation people";
  }

  /** Both charts, side by side where there is room. */
  public String html(String metric) {
    return "<div class=\"charts\">\n"
        + new LineChart(found(), "epoch", metric + ", %", accuracy).html()
        + new LineChart("Loss, training people", "epoch", "", List.of(loss)).html()
        + "</div>";
  }
}
