package io.sadi.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.NetworkFile;
import io.sadi.data.TrainedOn;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.model.Parameters;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Numerics;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Saves and restores the states of a run. A state is a checkpoint, {@code last.safetensors}, with
 * the averaged weights, the raw weights and the position, and a file with the optimizer's moments.
 * Nothing else is needed to continue: order and augmentation follow from the seed and the position,
 * and nothing in the network is random. Earlier states are kept in case a disk damages the last.
 */
final class StateFiles {
  private static final String TRAINING = "training";
  private static final String COMPUTED = "computed";

  /** Metadata with the number of the job's processes. */
  private static final String PROCESSES = "processes";

  private static final String MEAN = "mean";
  private static final String SQUARE = "square";

  /** Prefix of the running statistics of a job's processes. */
  private static final String STATISTICS = Checkpoint.STATE + "statistics/";

  private final StateContent content;
  private final int keep;
  private final boolean crossFitted;
  private final int processes;
  private final RunFolder folder;
  private final Weights weights;
  private TrainedOn trainedOn;
  private @Nullable Position saved;

  /** Of the restored state; empty if it does not say. */
  private String processesBefore = "";

  private List<float[]> statistics = List.of();

  /** The arithmetic of the steps so far; one unless mixed. */
  private final Set<Numerics> computed = new LinkedHashSet<>();

  /**
   * The tensors of a state.
   *
   * @param raw the network's parameters as the optimizer moves them
   * @param average their moving average
   */
  record Weights(Parameters raw, Parameters average, Adam optimizer) {
    /** Values copied to the CPU at a time. */
    private static final long CHUNK = 1 << 24;

    /** Whether all values are finite. */
    boolean finite() {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        return all().stream().allMatch(values -> values.isfinite().all().item_bool());
      }
    }

    /** All buffers. */
    List<Tensor> all() {
      return List.of(
          raw.weights(),
          raw.statistics(),
          average.weights(),
          average.statistics(),
          optimizer.mean(),
          optimizer.square());
    }

    /**
     * The CRC-32C of the buffers that are the same in all processes of a job: all but the running
     * statistics.
     */
    String checksum() {
      CRC32C sum = new CRC32C();
      for (Tensor values :
          List.of(raw.weights(), average.weights(), optimizer.mean(), optimizer.square())) {
        for (long at = 0; at < values.numel(); at += CHUNK) {
          try (PointerScope scope = new PointerScope();
              NoGradGuard noGrad = new NoGradGuard()) {
            sum.update(Tensors.bytes(values.narrow(0, at, Math.min(CHUNK, values.numel() - at))));
          }
        }
      }
      return Long.toHexString(sum.getValue());
    }
  }

  /**
   * What a state consists of beside what resuming alone needs: the network, with averaged weights.
   */
  @FunctionalInterface
  interface StateContent {
    NetworkFile of(Position position, TrainedOn trainedOn);
  }

  /**
   * @param content of a state
   * @param keep states that stay, the last one included
   * @param crossFitted whether the best epoch is chosen by a cross-fitted number
   * @param trainedOn the people of the run
   * @param processes of the job
   */
  StateFiles(
      StateContent content,
      int keep,
      boolean crossFitted,
      TrainedOn trainedOn,
      int processes,
      RunFolder folder,
      Weights weights) {
    this.content = content;
    this.keep = keep;
    this.crossFitted = crossFitted;
    this.trainedOn = trainedOn;
    this.processes = processes;
    this.folder = folder;
    this.weights = weights;
  }

  /** The people that the weights were trained on. */
  TrainedOn trainedOn() {
    return trainedOn;
  }

  /**
   * Notes what the initial weights were trained on.
   *
   * @param network their file
   * @param before what it says; null where it says nothing
   */
  void startedFrom(Path network, @Nullable TrainedOn before) {
    trainedOn = before == null ? trainedOn.afterUnknown(network) : trainedOn.after(before);
  }

  /** A state with NaN must not replace a good one. */
  private void checkFinite(Position position) {
    if (!weights.finite()) {
      throw new FailedException(
          "the weights hold values that are no numbers after step "
              + position.steps()
              + ": not saved; the last state is intact: a lower train.lr or train.clip=1 may help");
    }
  }

  /**
   * The running statistics of each process in the restored state, [rank][m]; empty if it has none.
   */
  List<float[]> statistics() {
    return statistics;
  }

  /**
   * Saves a state: first the optimizer, then the checkpoint that refers to it.
   *
   * @param statisticsOfAll the running statistics of each process, [rank][m]; empty if they are the
   *     same
   */
  void save(Position position, List<float[]> statisticsOfAll) throws IOException {
    checkFinite(position);
    writeMoments(folder.optimizer(position.steps()), weights.optimizer());
    Map<String, Safetensors.Entry> raw = new LinkedHashMap<>();
    weights.raw().toEntries().forEach((name, entry) -> raw.put(Checkpoint.STATE + name, entry));
    for (int rank = 0; rank < statisticsOfAll.size(); rank++) {
      float[] values = statisticsOfAll.get(rank);
      raw.put(STATISTICS + rank, Safetensors.Entry.ofFloats(new long[] {values.length}, values));
    }
    if (saved != null && saved.steps() != position.steps()) {
      folder.keepLast(saved.steps());
    }
    Map<String, String> notes =
        Map.of(
            TRAINING,
            position.toJson(),
            COMPUTED,
            computed(),
            PROCESSES,
            String.valueOf(processes));
    content.of(position, trainedOn).content(raw, notes).withSums().write(folder.last());
    folder.forgetStatesBut(keep, position.steps());
    saved = position;
  }

  /** The averaged weights alone, for use. */
  void saveBest(Position position) throws IOException {
    checkFinite(position);
    content.of(position, trainedOn).write(folder.best(), Map.of(), Map.of(COMPUTED, computed()));
  }

  /**
   * Restores the latest state that is intact.
   *
   * @return its position; the start if nothing was saved
   * @throws BadInputException if there are states and none can be read
   * @throws UncheckedIOException if the disk cannot read any of them
   */
  Position restore(Progress progress) throws IOException {
    List<Path> states = folder.states();
    List<Path> rejected = new ArrayList<>();
    for (Path state : states) {
      try {
        Position position = restore(state, progress);
        folder.goBack(state, rejected);
        return position;
      } catch (BadInputException | UncheckedIOException e) {
        rejected.add(state);
        if (rejected.size() == states.size()) {
          throw e;
        }
        progress.warn(
            reason(e)
                + "; going on from the state before it, and keeping this one as "
                + folder.damaged(state));
      }
    }
    return Position.START;
  }

  private static String reason(RuntimeException e) {
    return String.valueOf(
        e instanceof UncheckedIOException && e.getCause() != null
            ? e.getCause().getMessage()
            : e.getMessage());
  }

  private Position restore(Path file, Progress progress) throws IOException {
    Safetensors last = folder.read(file);
    last.checkSums(file);
    Position position = Position.fromJson(last.metadata().getOrDefault(TRAINING, "nothing"), file);
    Map<String, Safetensors.Entry> raw = new LinkedHashMap<>();
    Map<String, Safetensors.Entry> averaged = new LinkedHashMap<>();
    List<float[]> ofRanks = new ArrayList<>();
    last.tensors()
        .forEach(
            (name, entry) -> {
              if (name.startsWith(STATISTICS)) {
                ofRanks.add(entry.floats()); // in the order of the ranks, as written
              } else if (name.startsWith(Checkpoint.STATE)) {
                raw.put(name.substring(Checkpoint.STATE.length()), entry);
              } else {
                averaged.put(name, entry);
              }
            });
    readComputed(last.metadata().getOrDefault(COMPUTED, "[]"), file); // older states have none
    Path optimizer = folder.optimizer(position.steps());
    if (!Files.exists(optimizer)) {
      throw new BadInputException(optimizer + ": missing; it belongs to " + file);
    }
    weights.raw().load(raw, file);
    weights.average().load(averaged, file);
    readMoments(optimizer);
    weights.optimizer().goOn(position.steps());
    if (!weights.finite()) {
      throw new BadInputException(file + ": holds values that are no numbers");
    }
    statistics = ofRanks;
    processesBefore = last.metadata().getOrDefault(PROCESSES, "");
    TrainedOn learned = Checkpoint.trainedOn(last, file);
    if (learned == null) {
      progress.warn(
          file
              + ": an older version wrote it, without what it was trained on; going on with "
              + trainedOn);
    } else {
      trainedOn = learned.same(trainedOn) ? learned : trainedOn.after(learned);
    }
    if (position.best().epoch() > 0
        && crossFitted
        && !Position.isCrossFitted(last.metadata().getOrDefault(TRAINING, ""), file)) {
      progress.warn(
          file
              + ": an older version chose the best epoch so far, "
              + position.best().epoch()
              + ", with a fusion weight that was chosen on the people it is measured on; later"
              + " epochs are cross-fitted, and have to be better than that number");
    }
    saved = position;
    return position;
  }

  /**
   * Refuses to go on with another number of processes, each of which adds its batches to a step:
   * the steps would be others, and with them the run. States of older versions do not say theirs.
   *
   * @throws BadInputException if the restored state is of another number
   */
  void checkProcesses() {
    if (!processesBefore.isEmpty() && !processesBefore.equals(String.valueOf(processes))) {
      throw BadInputException.at(
          folder.last(),
          "steps of " + count(processesBefore),
          count(String.valueOf(processes)) + " as now",
          "start as many as before (--nproc), or take steps of another size with"
              + " --override-config");
    }
  }

  private static String count(String processes) {
    return processes.equals("1") ? "1 process" : processes + " processes";
  }

  /**
   * Sets the arithmetic of the following steps.
   *
   * @param allowMixed whether it may differ from that of the steps so far
   * @throws BadInputException if it differs and may not
   */
  void computing(Numerics now, boolean allowMixed) {
    for (Numerics before : computed) {
      Numerics then =
          before.ofBatch(now.batch()); // the batch is the config's, which has been compared
      String differing = then.where(now);
      if (!differing.isEmpty() && !allowMixed) {
        throw BadInputException.at(
            folder.last(),
            "steps computed with " + differing,
            now.where(then) + " as now",
            "resume where and as it was begun, or mix the two with --allow-mixed");
      }
    }
    computed.add(now);
  }

  private static void writeMoments(Path file, Adam optimizer) throws IOException {
    Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>();
    tensors.put(MEAN, entry(optimizer.mean()));
    tensors.put(SQUARE, entry(optimizer.square()));
    new Safetensors(Map.of(), tensors).withSums().write(file);
  }

  private void readMoments(Path file) throws IOException {
    Safetensors content = folder.read(file);
    content.checkSums(file);
    copy(content, MEAN, weights.optimizer().mean(), file);
    copy(content, SQUARE, weights.optimizer().square(), file);
  }

  private static Safetensors.Entry entry(Tensor tensor) {
    return Safetensors.Entry.ofFloats(new long[] {tensor.numel()}, Tensors.floats(tensor));
  }

  private static void copy(Safetensors content, String name, Tensor into, Path file) {
    Safetensors.Entry entry = content.tensors().get(name);
    if (entry == null || entry.shape().length != 1 || entry.shape()[0] != into.numel()) {
      throw new BadInputException(
          file + ": tensor " + name + " does not fit this network; the run cannot be resumed");
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      into.copy_(Tensors.of(entry.floats(), ComputeDevice.CPU, into.numel()));
    }
  }

  private String computed() {
    JsonArray array = new JsonArray();
    computed.forEach(numerics -> array.add(numerics.json()));
    return Json.compact(array);
  }

  private void readComputed(String text, Path file) {
    computed.clear();
    try {
      for (JsonElement numerics : Json.parse(text, file).getAsJsonArray()) {
        computed.add(Numerics.of(numerics.getAsJsonObject()));
      }
    } catch (RuntimeException e) {
      throw new BadInputException(file + ": metadata 'computed': cannot be read", e);
    }
  }
}
