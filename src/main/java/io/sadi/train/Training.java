package io.sadi.train;

import io.sadi.config.Config;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.model.SadiNet;
import io.sadi.predict.Checkpoint;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training run that has been asked for, checked before anything is computed or written: {@code
 * prepare} reads what it needs, {@code run} does it.
 *
 * @param config resolved
 * @param dataset what to learn from
 * @param people of the training split
 * @param validationPeople of the validation split; empty where the dataset has none
 * @param out the run folder
 * @param mode whether the folder is new, replaced or continued
 * @param init a checkpoint to start from, or null for random weights
 */
public record Training(
    RunConfig config,
    Dataset dataset,
    List<Person> people,
    List<Person> validationPeople,
    Path out,
    Mode mode,
    @Nullable Path init) {

  /** What to do with a run folder that is there. */
  public enum Mode {
    REFUSE,
    OVERWRITE,
    RESUME
  }

  /**
   * Reads and checks what a run needs.
   *
   * @param config as given on the command line
   * @param configGiven whether it says anything of its own; a resumed run may leave it out
   */
  public static Training prepare(
      Config config, boolean configGiven, Path data, Path out, Mode mode, @Nullable Path init)
      throws IOException {
    RunConfig run =
        mode == Mode.RESUME ? resumed(config, configGiven, out) : RunConfig.from(config);
    Dataset dataset = DatasetReader.read(data);
    List<Person> people = DatasetReader.people(dataset, run.train().trainSplit());
    int limit = run.train().limitTrain();
    if (limit > 0 && limit < people.size()) {
      people = people.subList(0, limit);
    }
    if (people.isEmpty()) {
      throw new BadInputException(
          data + ": split '" + run.train().trainSplit() + "' has no people to learn from");
    }
    String val = run.train().valSplit();
    List<Person> validation =
        dataset.splits().containsKey(val) ? DatasetReader.people(dataset, val) : List.of();
    return new Training(run, dataset, people, validation, out, mode, init);
  }

  /** What would be done, for {@code --dry-run}. */
  public String describe() {
    TrainConfig train = config.train();
    int steps = Batches.count(people.size(), train.batch());
    return String.format(
        Locale.ROOT,
        "%s: %d people to learn from, %d to validate on; %.2f M parameters, %d px;"
            + " %d epochs of %d steps of %d crops; into %s",
        dataset.name(),
        people.size(),
        validationPeople.size(),
        SadiNet.describe(config.model(), dataset.skeleton().size()).parameters().count() / 1e6,
        config.model().input(),
        train.epochs(),
        steps,
        Math.min(train.batch(), people.size()),
        out);
  }

  /** Trains. Interrupted, it saves and returns. */
  public RunState run(Progress progress) throws IOException {
    ComputeDevice device = ComputeDevice.of(config.train().device());
    Precision precision = Precision.of(config.train().precision(), device);
    if (config.train().threads() > 0) {
      Torch.threads(config.train().threads());
    }
    if (validationPeople.isEmpty()) {
      progress.warn(
          dataset.folder()
              + ": no split '"
              + config.train().valSplit()
              + "', so nothing is validated and best is the last epoch");
    }
    Checkpoint from = init == null ? null : Checkpoint.read(init);
    if (from != null && init != null) {
      // Before the folder is there: what does not fit must leave nothing behind.
      SadiNet.describe(config.model(), dataset.skeleton().size())
          .parameters()
          .check(from.tensors(), init);
    }
    RunFolder folder =
        mode == Mode.RESUME ? RunFolder.open(out) : RunFolder.create(out, mode == Mode.OVERWRITE);
    try (Trainer trainer =
        new Trainer(
            config, dataset, people, validationPeople, folder, device, precision, progress)) {
      if (mode == Mode.RESUME) {
        trainer.resume();
      } else {
        if (from != null && init != null) {
          trainer.initialise(from, init);
        }
        AtomicFile.writeString(folder.config(), config.yaml());
      }
      return trainer.run();
    }
  }

  /** The same people for another run. */
  public Training with(RunConfig other, Path folder, Mode how) {
    return new Training(other, dataset, people, validationPeople, folder, how, null);
  }

  /** Where a run keeps its best weights once it has any. */
  public static Path best(Path run) {
    return RunFolder.open(run).best();
  }

  /**
   * The config that a run was started with.
   *
   * @throws BadInputException if another one is given now
   */
  public static RunConfig resumed(Config config, boolean configGiven, Path out) throws IOException {
    Path file = RunFolder.open(out).config();
    RunConfig before = RunConfig.from(Config.load(file, List.of(), Map.of()));
    if (!configGiven) {
      return before;
    }
    RunConfig now = RunConfig.from(config);
    if (!now.yaml().equals(before.yaml())) {
      List<String> then = before.yaml().lines().toList();
      List<String> lines = now.yaml().lines().toList();
      for (int i = 0; i < Math.min(then.size(), lines.size()); i++) {
        if (!then.get(i).equals(lines.get(i))) {
          throw BadInputException.at(
              file + ":" + (i + 1),
              "'"
                  + then.get(i).strip()
                  + "', where the config given now says '"
                  + lines.get(i).strip()
                  + "'",
              "the same config as the run's",
              "resume with --resume alone, or start a new run");
        }
      }
    }
    return before;
  }
}
