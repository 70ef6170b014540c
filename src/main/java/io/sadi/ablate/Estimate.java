package io.sadi.ablate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.ablate.report.Text;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.NetworkSize;
import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.io.Json;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.io.Timing;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import io.sadi.torch.Torch;
import io.sadi.train.BatchStream;
import io.sadi.train.RunConfig;
import io.sadi.train.TrainConfig;
import io.sadi.train.TrainJob;
import io.sadi.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * The estimated cost of a study on this machine, from a few timed steps of each variant.
 *
 * @param device that the steps ran on
 * @param rows one a variant
 */
public record Estimate(String device, List<VariantEstimate> rows) {
  private static final double RATE = 1e-3;
  private static final int MOST_STEPS = 5;
  private static final double ENOUGH_SECONDS = 10;

  /** A forward pass takes a third of a training step's arithmetic. */
  private static final double VALIDATION = 1.0 / 3;

  /**
   * The cost of a variant.
   *
   * @param cells how many networks are still to be trained
   * @param steps of each of them
   * @param secondsPerStep as measured
   * @param hours that each of them takes, validation included
   * @param peakMb peak memory of the process in training
   */
  public record VariantEstimate(
      String variant,
      int cells,
      NetworkSize size,
      long steps,
      double secondsPerStep,
      double hours,
      long peakMb) {}

  /**
   * Measures.
   *
   * @param plan the networks
   * @param unfinished the cells that are still to be trained
   * @param sample some training people, at least a batch
   * @param learners number of people in a split to learn from
   * @param measured number of people to validate on
   */
  static Estimate measure(
      StudyPlan plan,
      List<Cell> unfinished,
      TrainJob sample,
      ToIntFunction<String> learners,
      int measured,
      Progress progress)
      throws IOException {
    Map<String, RunConfig> variants = new LinkedHashMap<>();
    plan.configs().forEach((cell, config) -> variants.putIfAbsent(cell.variant(), config));
    List<VariantEstimate> rows = new ArrayList<>();
    String device = "";
    try (Progress.Work work = progress.start("trying", variants.size(), "variants")) {
      for (Map.Entry<String, RunConfig> entry : variants.entrySet()) {
        RunConfig config = entry.getValue();
        TrainConfig train = config.train();
        ComputeDevice on = ComputeDevice.of(train.device());
        Torch.threads(train.threads());
        device = on + (on.cuda() ? "" : ", " + Torch.threads() + " threads");
        ProcessMemory.resetPeak();
        double seconds = secondsPerStep(config, sample, on);
        int all = learners.applyAsInt(train.trainSplit());
        int people = train.limitTrain() > 0 ? Math.min(train.limitTrain(), all) : all;
        long steps =
            (long) train.epochs()
                * Batches.steps(
                    people,
                    new Batches.Share(train.batch(), train.accumulate(), 0, train.accumulate()));
        long validations = 1L + (train.epochs() + train.evalEvery() - 1) / train.evalEvery();
        double perImage = seconds / (Math.min(train.batch(), people) * train.accumulate());
        rows.add(
            new VariantEstimate(
                entry.getKey(),
                (int) unfinished.stream().filter(c -> c.variant().equals(entry.getKey())).count(),
                NetworkSize.of(config.model(), sample.dataset().skeleton().size()),
                steps,
                seconds,
                (steps * seconds + VALIDATION * validations * measured * perImage) / 3600,
                ProcessMemory.peakMb()));
        work.advance(1);
      }
    }
    return new Estimate(device, rows);
  }

  private static double secondsPerStep(RunConfig config, TrainJob sample, ComputeDevice device) {
    TrainConfig train = config.train();
    Precision precision = Precision.of(train.precision(), device);
    int joints = sample.dataset().skeleton().size();
    try (Trainer trainer = new Trainer(config, joints, device, precision, Ranks.ALONE);
        BatchStream batches =
            new BatchStream(config, sample.dataset(), sample.people(), train.batch(), device)) {
      Runnable step =
          () -> {
            Batch batch = batches.next();
            trainer.step(batch, RATE);
            batches.release(batch);
          };
      step.run(); // not timed, as the first step includes setup
      return train.accumulate() * Timing.secondsEach(step, MOST_STEPS, ENOUGH_SECONDS);
    }
  }

  /** Hours for all networks that are still to be trained, one after the other. */
  double hours() {
    return rows.stream().mapToDouble(row -> row.cells() * row.hours()).sum();
  }

  /** A table for the console, a line for each variant. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    String form = "%-24s %8s %12s %8s %9s %8s %9s %8s";
    lines.add(
        String.format(
            Locale.ROOT,
            form,
            "variant",
            "networks",
            "parameters",
            "GMAC",
            "steps",
            "s/step",
            "each",
            "MB"));
    for (VariantEstimate row : rows) {
      lines.add(
          String.format(
              Locale.ROOT,
              form,
              row.variant(),
              row.cells(),
              String.format(Locale.ROOT, "%.2f M", row.size().parameters() / 1e6),
              String.format(Locale.ROOT, "%.2f", row.size().macs() / 1e9),
              row.steps(),
              String.format(Locale.ROOT, "%.3g", row.secondsPerStep()),
              Text.hours(row.hours()),
              row.peakMb()));
    }
    int cells = rows.stream().mapToInt(VariantEstimate::cells).sum();
    long most = rows.stream().mapToLong(VariantEstimate::peakMb).max().orElse(0);
    lines.add(
        String.format(
            Locale.ROOT,
            "about %s for %d %s, one after the other on %s; %d MB of memory at most",
            Text.hours(hours()),
            cells,
            cells == 1 ? "network" : "networks",
            device,
            most));
    return lines;
  }

  /** For programs. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("device", device);
    JsonArray variants = new JsonArray();
    for (VariantEstimate row : rows) {
      JsonObject variant = new JsonObject();
      variant.addProperty("variant", row.variant());
      variant.addProperty("networks", row.cells());
      variant.addProperty("parameters", row.size().parameters());
      variant.addProperty("macs", row.size().macs());
      variant.addProperty("steps", row.steps());
      variant.add("seconds_per_step", Json.number(row.secondsPerStep(), 5));
      variant.add("hours", Json.number(row.hours(), 4));
      variant.addProperty("peak_rss_mb", row.peakMb());
      variants.add(variant);
    }
    json.add("variants", variants);
    json.add("hours", Json.number(hours(), 4));
    return json;
  }
}
