package io.sadi.train;

import io.sadi.data.Dataset;
import io.sadi.data.TrainedOn;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.model.Parameters;
import io.sadi.predict.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run's whole state, saved so that a resumed run is the same run. {@code last.safetensors} holds
 * the averaged and the raw weights and the position; the optimizer's moments are beside it. There
 * is no other state: order and augmentation follow from the seed and the position, and nothing in
 * the network is random. Earlier states are kept too, for the case that a disk damages the last.
 */
final class Snapshots {
  private static final String TRAINING = "training";

  private final RunConfig config;
  private final Dataset dataset;
  private final RunFolder folder;
  private final Weights weights;
  private TrainedOn trainedOn;
  private @Nullable Position saved;

  /**
   * What is saved and restored.
   *
   * @param raw the network's parameters as the optimizer moves them
   * @param average their moving average
   */
  record Weights(Parameters raw, Parameters average, Adam optimizer) {}

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
        Map.of(TRAINING, position.toJson(), OptimizerFile.SUM, Safetensors.sum(all)));
    folder.forgetStatesBut(config.train().keep(), position.steps());
    saved = position;
  }

  /** The averaged weights alone, for use. */
  void saveBest(Position position) throws IOException {
    checkpoint(position).write(folder.best(), Map.of(), Map.of());
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
        return restore(states.get(i), progress);
      } catch (BadInputException e) {
        if (i + 1 == states.size()) {
          throw e;
        }
        progress.warn(e.getMessage() + "; going on from the state before it");
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
    last.tensors()
        .forEach(
            (name, entry) -> {
              if (name.startsWith(Checkpoint.STATE)) {
                raw.put(name.substring(Checkpoint.STATE.length()), entry);
              } else {
                averaged.put(name, entry);
              }
            });
    Path optimizer = folder.optimizer(position.steps());
    if (!Files.exists(optimizer)) {
      throw new BadInputException(optimizer + ": missing; it belongs to " + file);
    }
    weights.raw().load(raw, file);
    weights.average().load(averaged, file);
    OptimizerFile.read(optimizer, weights.optimizer());
    weights.optimizer().steps(position.steps());
    TrainedOn before = Checkpoint.trainedOn(last, file);
    if (before == null) {
      progress.warn(
          file
              + ": an older version wrote it, without what it was trained on; going on with "
              + trainedOn);
    } else {
      trainedOn = before.samePeople(trainedOn) ? before : trainedOn.after(before);
    }
    saved = position;
    return position;
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
            weights.average().toEntries())
        .learnedFrom(trainedOn);
  }
}
