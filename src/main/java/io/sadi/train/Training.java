package io.sadi.train;

import io.sadi.config.Config;
import io.sadi.convert.TorchImport;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.ChildProcess;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
import io.sadi.io.TorchFile;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.predict.Checkpoint;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Membership;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * @param init what to start from, or null for random weights
 */
public record Training(
    RunConfig config,
    Dataset dataset,
    List<Person> people,
    List<Person> validationPeople,
    Path out,
    Mode mode,
    @Nullable Start init) {

  /**
   * Another network to start from.
   *
   * @param checkpoint of it: one of ours, or a PyTorch file that can be imported
   * @param except prefixes of parameters that are not taken from it, because they differ
   */
  public record Start(Path checkpoint, List<String> except) {
    /** The network, whoever trained it. */
    private Checkpoint read() throws IOException {
      return TorchFile.isOne(checkpoint)
          ? TorchImport.read(checkpoint, null, null).unnamed()
          : Checkpoint.read(checkpoint);
    }
  }

  /** What to do with a run folder that is there. */
  public enum Mode {
    REFUSE,
    OVERWRITE,
    RESUME,
    /** Resume with another config than the run was started with. */
    RESUME_DIFFERENTLY;

    boolean resumes() {
      return this == RESUME || this == RESUME_DIFFERENTLY;
    }
  }

  /**
   * Reads and checks what a run needs.
   *
   * @param config as given on the command line
   * @param configGiven whether it says anything of its own; a resumed run may leave it out
   */
  public static Training prepare(
      Config config, boolean configGiven, Path data, Path out, Mode mode, @Nullable Start init)
      throws IOException {
    if (init != null) {
      // Its maps go on meaning what they meant, unless the config says otherwise.
      config.withDefaults(Map.of(ModelConfig.PIXELS, Config.name(init.read().model().pixels())));
    }
    // A job may be killed before it has made its folder, and is then started again with --resume;
    // who gives no config either has misspelt the folder.
    boolean misspelt = !configGiven && !Files.exists(out);
    RunConfig run =
        mode == Mode.RESUME && (misspelt || !RunFolder.isUnstarted(out))
            ? resumed(config, configGiven, out)
            : RunConfig.from(config);
    Dataset dataset = DatasetReader.read(data);
    run.augmentation().check(dataset.skeleton(), dataset.folder());
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

  /**
   * A run that goes on with another config. Its network must be the same, which the state that is
   * read then holds.
   */
  public static Training resume(Config config, Path data, Path out) throws IOException {
    return prepare(config, true, data, out, Mode.RESUME_DIFFERENTLY, null);
  }

  /** Where a run keeps the config that it was started with. */
  public static Path config(Path run) {
    return RunFolder.open(run).config();
  }

  /**
   * What would be done, for {@code --dry-run}.
   *
   * @param ranks processes that train together
   */
  public String describe(int ranks) {
    TrainConfig train = config.train();
    Batches.Share share = train.share(0, ranks);
    int steps = Batches.steps(people.size(), share);
    String batches = share.parts() > 1 ? share.parts() + " x " : "";
    return String.format(
        Locale.ROOT,
        "%s: %d people to learn from, %d to validate on; %.2f M parameters, %d px;"
            + " %d epochs of %d steps of %s%d crops; into %s",
        dataset.name(),
        people.size(),
        validationPeople.size(),
        SadiNet.describe(config.model(), dataset.skeleton().size()).parameters().count() / 1e6,
        config.model().input(),
        train.epochs(),
        steps,
        batches,
        share.fitting(people.size()).size(),
        out);
  }

  /** Trains. Interrupted, it saves and returns. */
  public RunState run(Progress progress) throws IOException {
    return run(Ranks.ALONE, progress);
  }

  /**
   * Trains on several processes of this machine, each with its share of every step's people.
   *
   * @param size how many
   * @param arguments of this process's command line, which they run
   */
  public RunState run(int size, List<String> arguments) {
    try (Ranks.Host host = new Ranks.Host();
        LocalRanks ranks = LocalRanks.start(arguments, size, host.port())) {
      return ranks.await(patience());
    }
  }

  /** Trains as a process of a job that somebody else started. */
  public RunState run(Membership place, Progress progress) throws IOException {
    ChildProcess.followParent();
    try (Ranks ranks = Ranks.join(place, device(place.size(), place.localRank()), patience())) {
      return run(ranks, place.rank() == 0 ? progress : Progress.NONE);
    }
  }

  private Duration patience() {
    return Duration.ofSeconds(config.train().rankTimeout());
  }

  /**
   * Trains as one process of a job.
   *
   * @param ranks the job; the first writes the run folder and speaks
   */
  RunState run(Ranks ranks, Progress progress) throws IOException {
    ComputeDevice device = device(ranks.size(), ranks.localRank());
    Precision precision = Precision.of(config.train().precision(), device);
    int threads = config.train().threads();
    if (threads == 0 && ranks.size() > 1) {
      threads = Math.max(1, Runtime.getRuntime().availableProcessors() / ranks.size());
    }
    Torch.threads(threads);
    if (people.size() < config.train().share(0, ranks.size()).parts()) {
      throw new BadInputException(
          dataset.folder()
              + ": found "
              + people.size()
              + " people to learn from, fewer than the "
              + config.train().share(0, ranks.size()).parts()
              + " batches of a step");
    }
    if (validationPeople.isEmpty() && ranks.first() && !config.train().valSplit().isEmpty()) {
      progress.warn(
          dataset.folder()
              + ": no split '"
              + config.train().valSplit()
              + "', so nothing is validated and best is the last epoch");
    }
    Checkpoint from = init == null ? null : init.read();
    if (from != null && init != null) {
      // Before the folder is there: what does not fit must leave nothing behind.
      SadiNet.describe(config.model(), dataset.skeleton().size())
          .parameters()
          .check(from.tensors(), init.except(), init.checkpoint());
    }
    boolean goesOn = mode.resumes() && !RunFolder.isUnstarted(out);
    RunFolder folder =
        goesOn || !ranks.first()
            ? RunFolder.at(out)
            : RunFolder.create(out, mode == Mode.OVERWRITE);
    try (ProcessLock lock = ranks.first() ? folder.lock() : null;
        Learner learner =
            new Learner(config, dataset.skeleton().size(), device, precision, ranks)) {
      if (ranks.first() && !goesOn) {
        folder.begin(mode == Mode.OVERWRITE);
      }
      Trainer trainer = new Trainer(this, folder, learner, ranks, progress);
      if (goesOn) {
        trainer.resume();
      } else if (from != null && init != null) {
        trainer.initialise(from, init.except(), init.checkpoint());
      }
      if (ranks.first()) {
        AtomicFile.writeString(folder.config(), config.yaml());
      }
      return trainer.run();
    }
  }

  private ComputeDevice device(int ranks, int localRank) {
    String name = config.train().device();
    ComputeDevice device = ComputeDevice.of(name);
    // "auto" and "cuda" mean a GPU for each process.
    return device.cuda() && ranks > 1 && !name.contains(":")
        ? ComputeDevice.of("cuda:" + localRank)
        : device;
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
    return resumed(config, configGiven, out, "resume with --resume alone, or start a new run");
  }

  /**
   * The same.
   *
   * @param remedy what to do about another config
   */
  public static RunConfig resumed(Config config, boolean configGiven, Path out, String remedy)
      throws IOException {
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
              remedy);
        }
      }
    }
    return before;
  }
}
