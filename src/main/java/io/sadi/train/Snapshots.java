package io.sadi.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Dataset;
import io.sadi.data.TrainedOn;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.model.Parameters;
import io.sadi.torch.Numerics;
import io.sadi.torch.Tensors;
import java.io.IOException;
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
 * A run's whole state, saved so that a resumed run is the same run. {@code last.safetensors} holds
 * the averaged and the raw weights and the position; the optimizer's moments are beside it. There
 * is no other state: order and augmentation follow from the seed and the position, and nothing in
 * the network is random. Earlier states are kept too, for the case that a disk damages the last.
 */
final class Snapshots {
  private static final String TRAINING = "training";
  private static final String COMPUTED = "computed";

  /** Begins the names of the running statistics of a job's processes. */
  private static final String STATISTICS = Checkpoint.STATE + "statistics/";

  private final RunConfig config;
  private final Dataset dataset;
  private final RunFolder folder;
  private final Weights weights;
  private TrainedOn trainedOn;
  private @Nullable Position saved;
  private List<float[]> statistics = List.of();

  /** What the steps so far were computed with; one unless mixed. */
  private final Set<Numerics> computed = new LinkedHashSet<>();

  /**
   * What is saved and restored.
   *
   * @param raw the network's parameters as the optimizer moves them
   * @param average their moving average
   */
  record Weights(Parameters raw, Parameters average, Adam optimizer) {
    /** Values that are copied to the CPU at a time. */
    private static final long CHUNK = 1 << 24;

    /** Whether all values are numbers. */
    boolean finite() {
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        return all().stream().allMatch(values -> values.isfinite().all().item_bool());
      }
    }

    /** Everything that learning goes on from, a buffer each. */
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
     * The CRC-32C of what is the same in all processes of a job, so all but the running statistics.
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
   * @param trainedOn the people that the run uses
   */
  Snapshots(
      RunConfig config, Dataset dataset, TrainedOn trainedOn, RunFolder folder, Weights weights) {
    this.config = config;
    this.dataset = dataset;
    this.trainedOn = trainedOn;
    this.folder = folder;
    this.weights = weights;
  }

  /** What the weights are trained on. */
  TrainedOn trainedOn() {
    return trainedOn;
  }

  /** The weights come from a network that was trained on something before. */
  void startedFrom(@Nullable TrainedOn before) {
    if (before != null) {
      trainedOn = trainedOn.after(before);
    }
  }

  /** What is kept for the worst case must not be the worst case. */
  private void checkFinite(Position position) {
    if (!weights.finite()) {
      throw new FailedException(
          "the weights hold values that are no numbers after step "
              + position.steps()
              + ": not saved; the last state is intact: a lower train.lr or train.clip=1 may help");
    }
  }

  /**
   * The running statistics of each process, [rank][m], where the state that was restored has them.
   */
  List<float[]> statistics() {
    return statistics;
  }

  /**
   * Everything that resuming needs: the optimizer first, then the checkpoint that names it.
   *
   * @param statisticsOfAll the running statistics of each process, [rank][m]; empty where they are
   *     the same
   */
  void save(Position position, List<float[]> statisticsOfAll) throws IOException {
    checkFinite(position);
    OptimizerFile.write(folder.optimizer(position.steps()), weights.optimizer());
    Map<String, Safetensors.Entry> raw = new LinkedHashMap<>();
    weights.raw().toEntries().forEach((name, entry) -> raw.put(Checkpoint.STATE + name, entry));
    for (int rank = 0; rank < statisticsOfAll.size(); rank++) {
      float[] values = statisticsOfAll.get(rank);
      raw.put(STATISTICS + rank, Safetensors.Entry.ofFloats(new long[] {values.length}, values));
    }
    if (saved != null && saved.steps() != position.steps()) {
      folder.keepLast(saved.steps());
    }
    Checkpoint checkpoint = checkpoint(position);
    Map<String, Safetensors.Entry> all = new LinkedHashMap<>(checkpoint.tensors());
    all.putAll(raw);
    checkpoint.write(
        folder.last(),
        raw,
        Map.of(
            TRAINING,
            position.toJson(),
            COMPUTED,
            computed(),
            OptimizerFile.SUM,
            Safetensors.sum(all)));
    folder.forgetStatesBut(config.train().keep(), position.steps());
    saved = position;
  }

  /** The averaged weights alone, for use. */
  void saveBest(Position position) throws IOException {
    checkFinite(position);
    checkpoint(position).write(folder.best(), Map.of(), Map.of(COMPUTED, computed()));
  }

  /**
   * Restores the latest state that is whole.
   *
   * @return how far it is; the start where nothing was saved yet
   * @throws BadInputException if there are states and none can be read
   */
  Position restore(Progress progress) throws IOException {
    List<Path> states = folder.states();
    List<Path> rejected = new ArrayList<>();
    for (Path state : states) {
      try {
        Position position = restore(state, progress);
        folder.goBack(state, rejected);
        return position;
      } catch (BadInputException e) {
        rejected.add(state);
        if (rejected.size() == states.size()) {
          throw e;
        }
        progress.warn(
            e.getMessage()
                + "; going on from the state before it, and keeping this one as "
                + folder.damaged(state));
      }
    }
    return Position.START;
  }

  private Position restore(Path file, Progress progress) throws IOException {
    Safetensors last = Safetensors.read(file);
    OptimizerFile.checkSum(last, file);
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
    OptimizerFile.read(optimizer, weights.optimizer());
    weights.optimizer().goOn(position.steps());
    if (!weights.finite()) {
      throw new BadInputException(file + ": holds values that are no numbers");
    }
    statistics = ofRanks;
    TrainedOn before = Checkpoint.trainedOn(last, file);
    if (before == null) {
      progress.warn(
          file
              + ": an older version wrote it, without what it was trained on; going on with "
              + trainedOn);
    } else {
      trainedOn = before.samePeople(trainedOn) ? before : trainedOn.after(before);
    }
    if (position.best() > 0
        && config.model().sfm().enabled()
        && !Position.isCrossFitted(last.metadata().getOrDefault(TRAINING, ""), file)) {
      progress.warn(
          file
              + ": an older version chose the best epoch so far, "
              + position.best()
              + ", with a fusion weight that was chosen on the people it is measured on; later"
              + " epochs are cross-fitted, and have to be better than that number");
    }
    saved = position;
    return position;
  }

  /**
   * Says what the steps that come are computed with.
   *
   * @param allowMixed whether that may differ from what it was so far
   * @throws BadInputException if it differs and may not
   */
  void computing(Numerics now, boolean allowMixed) {
    for (Numerics before : computed) {
      Numerics then = before.ofBatch(now.batch()); // the config's, which has been compared
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

  private Checkpoint checkpoint(Position position) {
    return new Checkpoint(
            config.yaml(),
            config.model(),
            dataset.skeleton(),
            dataset.metric(),
            position.epoch(),
            config.fusionWeight().orElse(position.fusionWeight()),
            Map.of(),
            weights.average().toEntries())
        .learnedFrom(trainedOn);
  }
}
