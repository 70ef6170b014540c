package io.sadi.ablate.study;

import io.sadi.config.Config;
import io.sadi.data.TrainedOn;
import io.sadi.io.Csv;
import io.sadi.page.LineChart.CurvePoint;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The course of a network's training.
 *
 * @param settings its whole config, by dotted key
 * @param input side of its crops, in pixels
 * @param epochs that it was trained for
 * @param samples crops that it was trained on, counted in every epoch
 * @param hours of training, without validation; NaN if not known
 * @param accuracy joint-weighted percentage on the validation people by epoch, fused
 * @param loss total loss by epoch
 * @param trainedOn the people it was trained on; null if an older version trained it
 */
public record TrainingCourse(
    Map<String, String> settings,
    int input,
    int epochs,
    long samples,
    double hours,
    List<CurvePoint> accuracy,
    List<CurvePoint> loss,
    @Nullable TrainedOn trainedOn) {
  public TrainingCourse {
    settings = Map.copyOf(settings);
    accuracy = List.copyOf(accuracy);
    loss = List.copyOf(loss);
  }

  static TrainingCourse read(CellFolder folder) throws IOException {
    Config yaml = folder.readConfig();
    RunConfig config = RunConfig.from(yaml);
    long batch = (long) config.train().batch() * config.train().accumulate();
    List<CurvePoint> accuracy = new ArrayList<>();
    List<CurvePoint> loss = new ArrayList<>();
    long steps = 0;
    long samples = 0;
    long timed = 0;
    double seconds = 0;
    int epochs = 0;
    try (Csv csv = Csv.open(folder.metrics())) {
      Csv.Column epoch = csv.column("epoch");
      Csv.Column stepsSoFar = csv.column("steps");
      Csv.Column rate = csv.column("img_per_s");
      for (Csv.@Nullable Row row = csv.next(); row != null; row = csv.next()) {
        epochs = row.index(epoch);
        long before = steps;
        steps = row.index(stepsSoFar);
        // Older versions lack it, and had a single process.
        Csv.Column images = csv.find("images");
        long learned = images == null ? (steps - before) * batch : row.index(images);
        samples += learned;
        double perSecond = row.numberOrNaN(rate);
        if (perSecond > 0) { // else the epoch was resumed at its end
          timed += learned;
          seconds += learned / perSecond;
        }
        accuracy.add(
            new CurvePoint(epochs, row.numberOrNaN(csv.find("val_fused_mean_joint_weighted"))));
        loss.add(new CurvePoint(epochs, row.numberOrNaN(csv.find("loss"))));
      }
    }
    return new TrainingCourse(
        yaml.settings(),
        config.model().input(),
        epochs,
        samples,
        seconds / 3600 * samples / timed,
        accuracy,
        loss,
        folder.trainedOn());
  }
}
