package io.sadi.train;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.data.TrainedOn;
import io.sadi.eval.MetricResult;
import io.sadi.io.Decimal;
import io.sadi.io.Json;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The reports of a run: {@code summary.json}, {@code metrics.csv}, {@code events.*}, {@code
 * curves.html}, {@code train.log}, and progress on the console.
 */
final class RunLog {
  private final RunFolder folder;
  private final Progress progress;
  private final String metric;
  private final int epochs;
  private final ComputeDevice device;
  private final Precision precision;
  private final boolean writes;
  private final LearningCheck learning;
  private final List<List<String>> rows = new ArrayList<>();
  private final long started = System.nanoTime();
  private double imagesPerSecond = Double.NaN;

  /**
   * @param metric its label
   * @param epochs in all
   * @param writes whether this process writes the run's files
   * @param learning asked after each epoch
   */
  RunLog(
      RunFolder folder,
      Progress progress,
      String metric,
      int epochs,
      ComputeDevice device,
      Precision precision,
      boolean writes,
      LearningCheck learning) {
    this.folder = folder;
    this.progress = progress;
    this.metric = metric;
    this.epochs = epochs;
    this.device = device;
    this.precision = precision;
    this.writes = writes;
    this.learning = learning;
  }

  /** Continues after the first epochs of a run. */
  void resume(int done) throws IOException {
    rows.addAll(folder.metrics(EpochResult.columns(), done));
    imagesPerSecond = EpochResult.lastRate(EpochResult.columns(), rows);
    learning.resume(rows);
  }

  void note(String line) throws IOException {
    progress.note(line);
    if (writes) {
      folder.log(line);
    }
  }

  void warn(String line) throws IOException {
    progress.warn(line);
    if (writes) {
      folder.log(line);
    }
  }

  /** Records an epoch, and warns if the run does not learn. */
  void epoch(EpochResult result) throws IOException {
    if (!Double.isNaN(result.imagesPerSecond())) {
      imagesPerSecond = result.imagesPerSecond();
    }
    rows.add(result.row());
    if (writes) {
      folder.metrics(EpochResult.columns(), rows);
      folder.curves(metric);
    }
    note(describe(result));
    Optional<String> doubt =
        learning.after(result.steps(), result.loss().total(), result.validation());
    if (doubt.isPresent()) {
      warn(doubt.get());
    }
  }

  void summary(RunState state, Position position, TrainedOn trainedOn) throws IOException {
    if (!writes) {
      return;
    }
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("state", Config.name(state));
    json.addProperty("epochs", position.epoch());
    if (position.best().epoch() > 0) {
      JsonObject best = new JsonObject();
      best.addProperty("epoch", position.best().epoch());
      best.addProperty("metric", metric);
      best.addProperty("decode", Config.name(Decode.FUSED));
      best.add("mean_joint_weighted", Json.number(position.best().weighted(), 4));
      best.add("mean_unweighted", Json.number(position.best().unweighted(), 4));
      json.add("best", best);
    } else {
      json.add("best", JsonNull.INSTANCE);
    }
    json.add("trained_on", trainedOn.json());
    json.addProperty("last", folder.path().relativize(folder.last()).toString());
    json.add("img_per_s", Json.number(imagesPerSecond, 1));
    json.addProperty("peak_rss_mb", ProcessMemory.peakMb());
    json.addProperty("device", device.toString());
    json.addProperty("precision", Config.name(precision));
    json.add("wall_s", Json.number((System.nanoTime() - started) / 1e9, 1));
    folder.summary(json);
  }

  private String describe(EpochResult result) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "epoch %d/%d: loss %s, L_H1 %s",
            result.epoch(),
            epochs,
            Decimal.of(result.loss().total(), 4),
            Decimal.of(result.loss().h1(), 5)));
    if (!Double.isNaN(result.loss().h2())) {
      line.append(", L_H2 ").append(Decimal.of(result.loss().h2(), 3));
    }
    for (MetricResult of : result.validation()) {
      line.append(
          String.format(
              Locale.ROOT,
              ", %s %s %.2f",
              of.decode(),
              of.metric().label(),
              of.meanJointWeighted()));
    }
    line.append(String.format(Locale.ROOT, ", lr %.2g", result.rate()));
    if (!Double.isNaN(result.imagesPerSecond())) {
      line.append(String.format(Locale.ROOT, ", %.0f img/s", result.imagesPerSecond()));
    }
    line.append(String.format(Locale.ROOT, ", %d MB", result.residentMb()));
    return line.toString();
  }
}
