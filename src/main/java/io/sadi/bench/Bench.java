package io.sadi.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.FileTree;
import io.sadi.io.Json;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.io.Timing;
import io.sadi.model.NetworkCost;
import io.sadi.prepare.SyntheticPeople;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Gpu;
import io.sadi.torch.OutOfMemory;
import io.sadi.torch.Precision;
import io.sadi.torch.QuantizedConvolution;
import io.sadi.torch.Torch;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures how fast this machine trains and predicts. The workloads take turns, round after round,
 * so that a disturbance of the machine affects all of them; the results are medians.
 *
 * @param config of the network and its data
 * @param data a dataset folder; null to draw people
 * @param batches sizes to try
 * @param rounds an odd number
 * @param seconds of each workload in a round, at least
 * @param only the workloads to measure
 * @param splits of the cores to try; empty: none; null: those that suit the machine
 * @param detector whose stages are measured; null for none
 */
public record Bench(
    RunConfig config,
    @Nullable Path data,
    List<Integer> batches,
    int rounds,
    double seconds,
    Set<What> only,
    @Nullable List<CoreSplit> splits,
    @Nullable Path detector) {
  public Bench {
    if (detector == null) {
      only = EnumSet.copyOf(only);
      only.removeAll(What.WITH_DETECTOR);
    }
  }

  /** Without a detector. */
  public Bench(
      RunConfig config,
      @Nullable Path data,
      List<Integer> batches,
      int rounds,
      double seconds,
      Set<What> only,
      @Nullable List<CoreSplit> splits) {
    this(config, data, batches, rounds, seconds, only, splits, null);
  }

  /** A workload, in the order in which they run. */
  public enum What {
    STACK,
    FORWARD,
    INT8,
    PREDICT,
    STEP,
    PIPELINE,
    TRAIN,
    /** A detector on photos in memory. */
    DETECT,
    /** Photos decoded and people's crops cut, without any network. */
    CROP,
    /** The network on crops: as {@link #FORWARD}, in turn with the other stages. */
    ESTIMATE,
    /** Photos on disk to rows of joints of whom the detector finds. */
    ALL;

    /** The stages of predicting with a detector, and all of them side by side. */
    public static final Set<What> WITH_DETECTOR =
        Collections.unmodifiableSet(EnumSet.of(DETECT, CROP, ESTIMATE, ALL));

    /** As options are written: lower case. */
    @Override
    public String toString() {
      return Config.name(this);
    }
  }

  private static final int DRAWN = 64;

  /** If the data costs less than this share of the speed, it keeps up. */
  private static final double KEEPS_UP = 0.97;

  /**
   * A measurement.
   *
   * @param what stack, forward, predict, step, pipeline or train
   * @param batch images at a time
   * @param imagesPerSecond crops a second; photos a second of detect and all
   * @param peoplePerImage on average: more than 1 where images are photos of several people
   * @param gflopPerSecond 1e9 multiplications and additions a second; NaN for the pipeline
   * @param peakRssMb of the process up to now
   */
  public record BenchRow(
      String what,
      Precision precision,
      int batch,
      double imagesPerSecond,
      double peoplePerImage,
      double gflopPerSecond,
      long peakRssMb) {}

  /**
   * The result.
   *
   * @param device that it ran on
   * @param threads of LibTorch
   * @param rows in order of batch sizes
   * @param splits of the cores; null if not asked for
   * @param gpuMb memory in use on the GPU at the end; null without a GPU
   */
  public record BenchResult(
      String device,
      int threads,
      List<BenchRow> rows,
      SplitBench.@Nullable SplitResult splits,
      @Nullable Long gpuMb) {
    /**
     * The batch size that trains fastest and whether the data keeps up; then the fastest split.
     * Empty if these were not measured.
     */
    public List<String> recommendation() {
      if (!has(What.STEP, What.PIPELINE, What.TRAIN)) {
        return List.of();
      }
      BenchRow best = fastest();
      String line =
          String.format(
              Locale.ROOT,
              "fastest here: --set train.batch=%d, %.1f img/s; %s",
              best.batch(),
              best.imagesPerSecond(),
              data(best));
      return splits == null ? List.of(line) : List.of(line, splits.recommendation());
    }

    private boolean has(What... measured) {
      return Arrays.stream(measured)
          .allMatch(what -> rows.stream().anyMatch(row -> row.what().equals(what.toString())));
    }

    private BenchRow fastest() {
      return rows.stream()
          .filter(row -> row.what().equals("train"))
          .max(Comparator.comparingDouble(BenchRow::imagesPerSecond))
          .orElseThrow();
    }

    /** The cost of real data compared with a constant batch, and advice. */
    private String data(BenchRow train) {
      double step = rate("step", train.batch(), train.precision());
      double pipeline = rate("pipeline", train.batch(), train.precision());
      String constant = String.format(Locale.ROOT, "a constant batch %.1f, so ", step);
      if (train.imagesPerSecond() >= KEEPS_UP * step) {
        return constant + "the data keeps up";
      }
      if (pipeline < step) {
        return String.format(
            Locale.ROOT,
            "%sthe network waits for the data, which alone comes at %.1f: more data.workers where"
                + " there are cores for them, or prepare --pack",
            constant,
            pipeline);
      }
      return String.format(
          Locale.ROOT,
          "%smaking crops, alone %.1f img/s, takes %.0f %% of the cores' time from the network:"
              + " prepare --pack where photos are larger than crops%s",
          constant,
          pipeline,
          100 * (1 - train.imagesPerSecond() / step),
          splits == null ? ", and --splits=auto for how to share the cores" : "");
    }

    /**
     * The cost of reading photos, cutting crops, decoding and writing, at the fastest batch; empty
     * if not measured.
     */
    public String overhead() {
      if (!has(What.PREDICT)) {
        return "";
      }
      BenchRow best =
          rows.stream()
              .filter(row -> row.what().equals("predict"))
              .max(Comparator.comparingDouble(BenchRow::imagesPerSecond))
              .orElseThrow();
      double network = rate("forward", best.batch(), best.precision());
      if (Double.isNaN(network)) { // measured in int8 alone
        return "";
      }
      return String.format(
          Locale.ROOT,
          "predict, from photos to rows: %.1f img/s at --batch %d, %.0f %% of the network's own %.1f",
          best.imagesPerSecond(),
          best.batch(),
          100 * best.imagesPerSecond() / network,
          network);
    }

    /**
     * How well the stages of predicting with a detector run side by side, at the fastest batch;
     * empty if not measured.
     */
    public String sideBySide() {
      if (!has(What.DETECT, What.CROP, What.ESTIMATE, What.ALL)) {
        return "";
      }
      BenchRow best =
          rows.stream()
              .filter(row -> row.what().equals("all"))
              .max(Comparator.comparingDouble(BenchRow::imagesPerSecond))
              .orElseThrow();
      double slowest = Double.POSITIVE_INFINITY;
      double seconds = 0;
      double people = best.peoplePerImage();
      for (String stage : List.of("detect", "crop", "estimate")) {
        // The latter two have a crop for each person.
        double crops = stage.equals("detect") ? 1 : people;
        double photos = rate(stage, best.batch(), best.precision()) / crops;
        slowest = Math.min(slowest, photos);
        seconds += 1 / photos;
      }
      return String.format(
          Locale.ROOT,
          "with the detector: %.1f photos/s of %.1f people each at --batch %d, %.2f of the slowest"
              + " stage's own %.1f, and %.2f of the %.1f that stages which share all cores can have",
          best.imagesPerSecond(),
          people,
          best.batch(),
          best.imagesPerSecond() / slowest,
          slowest,
          best.imagesPerSecond() * seconds,
          1 / seconds);
    }

    private double rate(String what, int batch, Precision precision) {
      return rows.stream()
          .filter(row -> row.what().equals(what) && row.batch() == batch)
          .filter(row -> row.precision() == precision)
          .mapToDouble(BenchRow::imagesPerSecond)
          .findFirst()
          .orElse(Double.NaN);
    }

    public JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty(Json.SCHEMA_VERSION, 1);
      json.addProperty("device", device);
      json.addProperty("threads", threads);
      JsonArray array = new JsonArray();
      for (BenchRow row : rows) {
        JsonObject one = new JsonObject();
        one.addProperty("what", row.what());
        one.addProperty("precision", Config.name(row.precision()));
        one.addProperty("batch", row.batch());
        one.add("img_per_s", Json.number(row.imagesPerSecond(), 2));
        one.add("people_per_img", Json.number(row.peoplePerImage(), 2));
        one.add("gflop_per_s", Json.number(row.gflopPerSecond(), 1));
        one.addProperty("peak_rss_mb", row.peakRssMb());
        array.add(one);
      }
      json.add("rows", array);
      if (splits != null) {
        json.add("splits", splits.json());
      }
      if (gpuMb != null) {
        json.addProperty("gpu_memory_mb", gpuMb);
      }
      return json;
    }

    public String table() {
      StringBuilder text =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "%-10s %-9s %6s %12s %12s %12s%n",
                  "what",
                  "precision",
                  "batch",
                  "img/s",
                  "GFLOP/s",
                  "peak MB"));
      for (BenchRow row : rows) {
        String gflop =
            Double.isNaN(row.gflopPerSecond())
                ? "-"
                : String.format(Locale.ROOT, "%.1f", row.gflopPerSecond());
        text.append(
            String.format(
                Locale.ROOT,
                "%-10s %-9s %6d %12.2f %12s %12d%n",
                row.what(),
                Config.name(row.precision()),
                row.batch(),
                row.imagesPerSecond(),
                gflop,
                row.peakRssMb()));
      }
      if (splits != null) {
        text.append(String.format("%n%s", splits.table()));
      }
      if (gpuMb != null) {
        text.append(String.format(Locale.ROOT, "%nGPU memory in use: %d MB%n", gpuMb));
      }
      return text.toString().stripTrailing();
    }
  }

  /** Measures. */
  public BenchResult run(Progress progress) throws IOException {
    ComputeDevice device = ComputeDevice.of(config.train().device());
    Precision precision = Precision.of(config.train().precision(), device);
    int threads = config.train().threads();
    Torch.threads(threads);
    if (data != null) {
      return measure(DatasetReader.read(data), device, precision, progress);
    }
    Path drawn = Files.createTempDirectory("sadi-bench");
    try {
      DatasetOutput output = new DatasetOutput(drawn.resolve("people"), false, false, Map.of());
      new SyntheticPeople(Math.max(DRAWN, largest()), List.of(), 1).run(output, Progress.NONE);
      return measure(DatasetReader.read(drawn.resolve("people")), device, precision, progress);
    } finally {
      FileTree.delete(drawn);
    }
  }

  private int largest() {
    return batches.stream().mapToInt(Integer::intValue).max().orElse(1) * 2;
  }

  private BenchResult measure(
      Dataset dataset, ComputeDevice device, Precision precision, Progress progress)
      throws IOException {
    List<Person> people = DatasetReader.people(dataset, config.train().trainSplit());
    for (int batch : batches) {
      if (people.size() < batch) {
        throw BadInputException.at(
            "--batch",
            String.valueOf(batch),
            "at most the " + people.size() + " people there are",
            "");
      }
    }
    double gflop = 2e-9 * NetworkCost.of(config.model(), dataset.skeleton().size()).macs();
    NetworkBench network = new NetworkBench(config, dataset, people, device, precision, gflop);
    DetectorBench stages =
        detector == null ? null : new DetectorBench(config, dataset, people, precision, detector);
    List<BenchRow> rows = new ArrayList<>();
    for (int batch : batches) {
      Map<What, Workload> workloads = new EnumMap<>(What.class);
      try {
        for (What what : measured(device)) {
          workloads.put(what, workload(what, network, stages, batch, device, precision));
        }
        rows.addAll(measure(workloads, precision, batch, progress));
      } catch (RuntimeException e) {
        if (rows.isEmpty() || !OutOfMemory.is(e)) {
          throw e;
        }
        progress.warn("batches of " + batch + " do not fit into the memory, and are left out");
      } finally {
        workloads.values().forEach(Workload::close);
      }
    }
    Long gpuMb = device.cuda() ? Gpu.usedMb(device.index()) : null;
    int threads = Torch.threads();
    BenchResult result = new BenchResult(device.toString(), threads, rows, null, gpuMb);
    SplitBench.SplitResult shared = splits(dataset, people.size(), device, result, progress);
    return new BenchResult(device.toString(), threads, rows, shared, gpuMb);
  }

  /** What was asked for; among all that there is int8 only where the processor has it. */
  private Set<What> measured(ComputeDevice device) {
    if (!only.contains(What.INT8) || QuantizedConvolution.available(device)) {
      return only;
    }
    if (only.equals(EnumSet.of(What.INT8))) {
      Precision.ofInference("int8", device); // which says why not
    }
    Set<What> fewer = EnumSet.copyOf(only);
    fewer.remove(What.INT8);
    return fewer;
  }

  private static Workload workload(
      What what,
      NetworkBench network,
      @Nullable DetectorBench stages,
      int batch,
      ComputeDevice device,
      Precision precision)
      throws IOException {
    if (stages != null && What.WITH_DETECTOR.contains(what)) {
      return switch (what) {
        case DETECT -> stages.detect(batch);
        case CROP -> stages.crop(batch);
        case ESTIMATE -> network.forward(batch);
        default -> stages.all(batch);
      };
    }
    return switch (what) {
      case STACK -> new StackBench(device, precision);
      case FORWARD -> network.forward(batch);
      case INT8 -> network.int8(batch);
      case PREDICT -> network.predict(batch);
      case STEP -> network.step(batch);
      case PIPELINE -> network.pipeline(batch);
      case TRAIN -> network.train(batch);
      case DETECT, CROP, ESTIMATE, ALL -> throw new IllegalStateException("no detector");
    };
  }

  /** Measures splits of the cores with the fastest batch. */
  private SplitBench.@Nullable SplitResult splits(
      Dataset dataset, int people, ComputeDevice device, BenchResult so, Progress progress)
      throws IOException {
    List<CoreSplit> ways =
        splits == null ? CoreSplit.of(Runtime.getRuntime().availableProcessors(), device) : splits;
    if (ways.isEmpty()) {
      return null;
    }
    BenchRow best = so.fastest();
    List<CoreSplit> even = ways.stream().filter(way -> way.divides(best.batch())).toList();
    if (even.size() < ways.size() && splits != null) {
      List<CoreSplit> uneven = ways.stream().filter(way -> !even.contains(way)).toList();
      progress.warn(
          "--splits: left out "
              + uneven.stream().map(CoreSplit::toString).collect(Collectors.joining(", "))
              + ", whose processes cannot have equal shares of a batch of "
              + best.batch());
    }
    if (even.isEmpty()) {
      return null;
    }
    double steps = Math.ceil(seconds * best.imagesPerSecond() / best.batch());
    int most = people / best.batch();
    SplitBench bench =
        new SplitBench(
            config,
            dataset.folder(),
            best.batch(),
            (int) Math.max(1, Math.min(most, steps)),
            rounds);
    Path scratch = Files.createTempDirectory("sadi-bench");
    try {
      return bench.run(even, scratch, progress);
    } finally {
      FileTree.delete(scratch);
    }
  }

  private List<BenchRow> measure(
      Map<What, Workload> workloads, Precision precision, int batch, Progress progress) {
    Map<What, double[]> rates = new EnumMap<>(What.class);
    workloads.forEach(
        (what, workload) -> {
          workload.once(); // not timed, as it includes setup
          workload.rest();
          rates.put(what, new double[rounds]);
        });
    try (Progress.Work work =
        progress.start("batch " + batch, (long) rounds * workloads.size(), "measurements")) {
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<What, Workload> entry : workloads.entrySet()) {
          double[] all = rates.get(entry.getKey());
          if (all != null) {
            all[round] = timesPerSecond(entry.getValue());
          }
          work.advance(1);
        }
      }
    }
    List<BenchRow> rows = new ArrayList<>();
    workloads.forEach(
        (what, workload) -> {
          double[] all = rates.getOrDefault(what, new double[0]);
          Arrays.sort(all);
          double median = all[all.length / 2];
          rows.add(
              new BenchRow(
                  (what == What.INT8 ? What.FORWARD : what).toString(),
                  what == What.INT8 ? Precision.INT8 : precision,
                  workload.batch(),
                  median * workload.images(),
                  workload.peoplePerImage(),
                  median * workload.gflop(),
                  ProcessMemory.peakMb()));
        });
    return rows;
  }

  private double timesPerSecond(Workload workload) {
    // Not timed either: allocating the memory that the last workload gave back takes as long as a
    // step of a large network.
    workload.once();
    workload.settle();
    double each = Timing.secondsEach(workload::once, Integer.MAX_VALUE, seconds);
    workload.rest();
    return 1 / each;
  }
}
