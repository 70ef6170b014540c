package io.sadi.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.io.AtomicFile;
import io.sadi.io.FailedException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import io.sadi.train.TrainJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures training with several splits of the cores, in processes as {@code sadi train} starts
 * them. The second of two short epochs counts, as the first includes setup.
 *
 * @param config of the network and its data
 * @param data the dataset folder
 * @param batch crops of a step, over all processes
 * @param steps of an epoch
 * @param rounds of each split
 */
record SplitBench(RunConfig config, Path data, int batch, int steps, int rounds) {
  /** Rates that differ by less count as equal. */
  private static final double NOISE = 0.03;

  /** The speed of a split. */
  record Rate(CoreSplit split, double imagesPerSecond) {}

  /**
   * The result.
   *
   * @param batch crops of a step
   * @param rates in the order that was asked for, at least one
   */
  record SplitResult(int batch, List<Rate> rates) {
    String recommendation() {
      Comparator<Rate> speed = Comparator.comparingDouble(Rate::imagesPerSecond);
      Rate best = Collections.max(rates, speed);
      Rate worst = Collections.min(rates, speed);
      if (worst.imagesPerSecond() >= (1 - NOISE) * best.imagesPerSecond()) {
        return String.format(
            Locale.ROOT, "all splits train alike, at %.1f img/s", best.imagesPerSecond());
      }
      return String.format(
          Locale.ROOT,
          "fastest split: %s, %.1f img/s; the slowest, %s, %.1f",
          String.join(" ", best.split().options(batch)),
          best.imagesPerSecond(),
          worst.split(),
          worst.imagesPerSecond());
    }

    JsonArray json() {
      JsonArray array = new JsonArray();
      for (Rate rate : rates) {
        JsonObject one = new JsonObject();
        one.addProperty("processes", rate.split().processes());
        one.addProperty("threads", rate.split().threads());
        one.addProperty("workers", rate.split().workers());
        one.addProperty("step", batch);
        one.add("img_per_s", Json.number(rate.imagesPerSecond(), 2));
        array.add(one);
      }
      return array;
    }

    String table() {
      StringBuilder text =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "%9s %8s %8s %6s %12s%n",
                  "processes",
                  "threads",
                  "workers",
                  "step",
                  "img/s"));
      for (Rate rate : rates) {
        text.append(
            String.format(
                Locale.ROOT,
                "%9d %8d %8d %6d %12.2f%n",
                rate.split().processes(),
                rate.split().threads(),
                rate.split().workers(),
                batch,
                rate.imagesPerSecond()));
      }
      return text.toString().stripTrailing();
    }
  }

  /**
   * Measures.
   *
   * @param scratch an empty folder
   */
  SplitResult run(List<CoreSplit> splits, Path scratch, Progress progress) throws IOException {
    Path file = scratch.resolve("config.yaml");
    AtomicFile.writeString(file, config.yaml());
    Map<CoreSplit, double[]> rates = new LinkedHashMap<>();
    splits.forEach(split -> rates.put(split, new double[rounds]));
    try (Progress.Work work =
        progress.start("splits", (long) rounds * rates.size(), "measurements")) {
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<CoreSplit, double[]> entry : rates.entrySet()) {
          entry.getValue()[round] = train(entry.getKey(), file, scratch.resolve("run"));
          work.advance(1);
        }
      }
    }
    List<Rate> medians = new ArrayList<>();
    rates.forEach(
        (split, all) -> {
          Arrays.sort(all);
          medians.add(new Rate(split, all[all.length / 2]));
        });
    return new SplitResult(batch, medians);
  }

  private double train(CoreSplit split, Path file, Path run) throws IOException {
    List<String> sets =
        List.of(
            "train.epochs=2",
            "train.accumulate=1",
            "train.save_minutes=0",
            "train.samples=0",
            "data.val_split=",
            "data.limit_train=" + steps * batch);
    List<String> arguments = new ArrayList<>(List.of("train", "--quiet", "--overwrite"));
    arguments.addAll(List.of("--config", file.toString(), "--data", data.toString()));
    arguments.addAll(List.of("--out", run.toString()));
    sets.forEach(set -> arguments.add("--set=" + set));
    arguments.addAll(split.options(batch));
    Config all = Config.load(file, sets, Map.of());
    TrainJob training = TrainJob.prepare(all, true, data, run, TrainJob.Mode.OVERWRITE, null);
    if (training.run(split.processes(), arguments) != RunState.DONE) {
      throw new FailedException("interrupted");
    }
    return Json.readObject(run.resolve("summary.json")).get("img_per_s").getAsDouble();
  }
}
