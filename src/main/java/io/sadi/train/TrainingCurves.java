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
 * @param accuracy joint-weighted percentage by epoch, for every decode that was validated
 */
public record TrainingCurves(Series loss, List<Series> accuracy) {
  private static final List<String> DECODES = List.of("fused", "h1", "h2", "mu");

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
          double value = row.numberOrNaN(csv.find("val_" + decode + "_mean_joint_weighted"));
          if (!Double.isNaN(value)) {
            accuracy
                .computeIfAbsent(decode, name -> new ArrayList<>())
                .add(new CurvePoint(row.number(epoch), value));
          }
        }
      }
    }
    List<Series> lines = new ArrayList<>();
    accuracy.forEach((decode, points) -> lines.add(new Series(decode, points)));
    return new TrainingCurves(new Series("total loss", loss), lines);
  }

  /** A page of its own. */
  String page(Path run, String metric) {
    return new Page("sadi: " + run.getFileName())
        .add("<h1>" + Page.escape(String.valueOf(run.getFileName())) + "</h1>")
        .add(html(metric))
        .html();
  }

  /** Both charts, side by side where there is room. */
  public String html(String metric) {
    return "<div class=\"charts\">\n"
        + new LineChart("Joints found, validation people", "epoch", metric + ", %", accuracy).html()
        + new LineChart("Loss, training people", "epoch", "", List.of(loss)).html()
        + "</div>";
  }
}
