package io.sadi.train;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.data.TrainedOn;
import io.sadi.io.Json;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The reports of a detector's run, as {@link RunLog} has those of a pose run. */
final class DetectorLog {
  /** What decides which epoch is the best. */
  static final String METRIC = "AP50";

  private final RunFolder folder;
  private final Progress progress;
  private final int epochs;
  private final ComputeDevice device;
  private final Precision precision;
  private final LearningCheck learning;
  private final List<List<String>> rows = new ArrayList<>();
  private final long started = System.nanoTime();
  private double imagesPerSecond = Double.NaN;

  /**
   * @param epochs in all
   */
  DetectorLog(
      RunFolder folder, Progress progress, int epochs, ComputeDevice device, Precision precision) {
    this.folder = folder;
    this.progress = progress;
    this.epochs = epochs;
    this.device = device;
    this.precision = precision;
    this.learning = LearningCheck.ofLosses(LearningCheck.STEPS);
  }

  /** Continues after the first epochs of a run. */
  void resume(int done) throws IOException {
    rows.addAll(folder.metrics(DetectorEpoch.COLUMNS, done));
    imagesPerSecond = EpochResult.lastRate(DetectorEpoch.COLUMNS, rows);
    for (List<String> row : rows) { // whose warning has been given
      learning.after(
          (long) DetectorEpoch.number(row, "steps"), DetectorEpoch.number(row, "loss"), List.of());
    }
  }

  void note(String line) throws IOException {
    progress.note(line);
    folder.log(line);
  }

  void warn(String line) throws IOException {
    progress.warn(line);
    folder.log(line);
  }

  /** Records an epoch. */
  void epoch(DetectorEpoch result) throws IOException {
    if (!Double.isNaN(result.imagesPerSecond())) {
      imagesPerSecond = result.imagesPerSecond();
    }
    rows.add(result.row());
    folder.metrics(DetectorEpoch.COLUMNS, rows);
    folder.curves(METRIC);
    note(result.describe(epochs));
    Optional<String> warning = learning.after(result.steps(), result.loss().total(), List.of());
    if (warning.isPresent()) {
      warn(warning.get());
    }
  }

  void summary(RunState state, Position position, TrainedOn trainedOn) throws IOException {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("task", Task.DETECT.toString());
    json.addProperty("state", Config.name(state));
    json.addProperty("epochs", position.epoch());
    if (position.best().epoch() > 0) {
      JsonObject best = new JsonObject();
      best.addProperty("epoch", position.best().epoch());
      best.addProperty("metric", METRIC);
      best.add("ap50", Json.number(position.best().weighted(), 4));
      best.add("ap", Json.number(position.best().unweighted(), 4));
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
}
