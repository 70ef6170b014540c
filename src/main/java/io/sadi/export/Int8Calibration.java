package io.sadi.export;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Fingerprint;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.model.Quantizer;
import io.sadi.model.Quantizer.CropBatch;
import io.sadi.model.Quantizer.Deviation;
import io.sadi.model.Quantizer.FloatPart;
import io.sadi.model.Quantizer.Quantized;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes a checkpoint that can be used in int8: {@code prepare} reads the people whose crops are
 * shown to it, {@code run} shows them.
 */
public final class Int8Calibration {
  /** Of fewer crops the ranges say little. */
  public static final int LEAST = 50;

  /** More change the ranges no more. */
  public static final int MOST = 256;

  private static final int BATCH = 16;

  private final Checkpoint checkpoint;
  private final Path file;
  private final Dataset dataset;
  private final String split;
  private final List<Person> people;
  private final double budget;

  private Int8Calibration(
      Checkpoint checkpoint,
      Path file,
      Dataset dataset,
      String split,
      List<Person> people,
      double budget) {
    this.checkpoint = checkpoint;
    this.file = file;
    this.dataset = dataset;
    this.split = split;
    this.people = people;
    this.budget = budget;
  }

  /**
   * Reads and checks what it needs, before a native library is loaded.
   *
   * @param checkpoint with the weights that will be used, as precise as they will be
   * @param file it was read from, for messages
   * @param data a dataset folder
   * @param split of it: {@value #MOST} people from its whole length, or all where there are fewer
   * @param budget how far the network may be off; see {@link Deviation#worst}
   * @throws BadInputException if there are fewer than {@value #LEAST} people
   */
  public static Int8Calibration prepare(
      Checkpoint checkpoint, Path file, Path data, String split, double budget) throws IOException {
    Dataset dataset = DatasetReader.read(data);
    List<Person> all = DatasetReader.people(dataset, split);
    if (all.size() < LEAST) {
      throw BadInputException.at(
          data + ": split " + split,
          all.size() + " people",
          "at least " + LEAST + ", whose crops the ranges are found on",
          "name another with --split");
    }
    int count = Math.min(MOST, all.size());
    List<Person> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(all.get((int) ((long) i * all.size() / count)));
    }
    return new Int8Calibration(checkpoint, file, dataset, split, some, budget);
  }

  /** What would be done, for {@code --dry-run}. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "would find ranges for int8 on the crops of %d people of %s, split %s",
        people.size(),
        dataset.name(),
        split);
  }

  /**
   * Finds the ranges. The same crops give the same ranges on the same machine.
   *
   * @param progress is told how far the network is off, and which parts stay in floating point
   * @throws io.sadi.torch.DeviceUnavailableException on a processor without int8
   */
  public Checkpoint run(Progress progress) {
    Precision.ofInference("int8", ComputeDevice.CPU);
    try (SadiNet net = checkpoint.network(ComputeDevice.CPU, file)) {
      Quantized found = new Quantizer(net, crops(progress), progress).run(budget);
      say(found, progress);
      return checkpoint.quantized(
          found.quantization(),
          Fingerprint.of(split, people, dataset.skeleton()),
          budget,
          found.deviation().worst());
    }
  }

  private List<CropBatch> crops(Progress progress) {
    List<CropBatch> crops = new ArrayList<>();
    int threads = Runtime.getRuntime().availableProcessors();
    try (Progress.Work work = progress.start("cutting", people.size(), "crops");
        Batches batches =
            Batches.inOrder(
                dataset,
                people,
                checkpoint.model().input(),
                checkpoint.model().pixels(),
                BATCH,
                threads)) {
      for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
        crops.add(new CropBatch(batch.rgb(), batch.size()));
        work.advance(batch.size());
      }
    }
    return crops;
  }

  private void say(Quantized found, Progress progress) {
    int layers = found.quantization().layers().size();
    progress.note(
        String.format(
            Locale.ROOT,
            "%d of %d convolutions in int8: off by %s on %d crops of split %s; the budget is %s",
            layers,
            found.convolutions(),
            text(found.deviation()),
            people.size(),
            split,
            percent(budget)));
    if (!found.floats().isEmpty()) {
      progress.note("with all that can be: " + text(found.all()));
    }
    for (FloatPart part : found.floats()) {
      progress.note(
          String.format(
              Locale.ROOT,
              "%s stays in floating point: alone in int8 it is off by %s",
              part.path(),
              percent(part.alone())));
    }
    progress.detail("in floating point by rule: " + String.join(", ", found.byRule()));
  }

  private static String text(Deviation deviation) {
    String h1 = "h1 " + percent(deviation.h1());
    return deviation.mu() == 0
        ? h1
        : String.format(
            Locale.ROOT,
            "%s, mu %s of its sigma, sigma %s",
            h1,
            percent(deviation.mu()),
            percent(deviation.sigma()));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
