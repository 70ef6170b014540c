package io.sadi.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.sadi.data.Dataset;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.model.Parameters;
import io.sadi.predict.Checkpoint;
import io.sadi.torch.Numerics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private final RunConfig config;
  private final Dataset dataset;
  private final RunFolder folder;
  private final Weights weights;
  private @Nullable Position saved;

  /** What the steps so far were computed with; one unless mixed. */
  private final Set<Numerics> computed = new LinkedHashSet<>();

  /**
   * What is saved and restored.
   *
   * @param raw the network's parameters as the optimizer moves them
   * @param average their moving average
   */
  record Weights(Parameters raw, Parameters average, Adam optimizer) {}

  Snapshots(RunConfig config, Dataset dataset, RunFolder folder, Weights weights) {
    this.config = config;
    this.dataset = dataset;
    this.folder = folder;
    this.weights = weights;
  }

  /** Everything that resuming needs: the optimizer first, then the checkpoint that names it. */
  void save(Position position) throws IOException {
    OptimizerFile.write(folder.optimizer(position.steps()), weights.optimizer());
    Map<String, Safetensors.Entry> raw = new LinkedHashMap<>();
    weights.raw().toEntries().forEach((name, entry) -> raw.put(Checkpoint.STATE + name, entry));
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
    for (int i = 0; i < states.size(); i++) {
      try {
        return restore(states.get(i));
      } catch (BadInputException e) {
        if (i + 1 == states.size()) {
          throw e;
        }
        progress.warn(e.getMessage() + "; going on from the state before it");
      }
    }
    return Position.START;
  }

  private Position restore(Path file) throws IOException {
    Safetensors last = Safetensors.read(file);
    OptimizerFile.checkSum(last, file);
    Position position = Position.fromJson(last.metadata().getOrDefault(TRAINING, "nothing"), file);
    Map<String, Safetensors.Entry> raw = new LinkedHashMap<>();
    Map<String, Safetensors.Entry> averaged = new LinkedHashMap<>();
    last.tensors()
        .forEach(
            (name, entry) -> {
              if (name.startsWith(Checkpoint.STATE)) {
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
    weights.optimizer().steps(position.steps());
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
        position.fusionWeight(),
        Map.of(),
        weights.average().toEntries());
  }
}
