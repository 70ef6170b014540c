package io.sadi.train;

import io.sadi.config.Config;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Sides;
import io.sadi.data.TrainedOn;
import io.sadi.data.TrainingSet;
import io.sadi.eval.OksTruth;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.ChildProcess;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
import io.sadi.model.ModelConfig;
import io.sadi.model.Parameters;
import io.sadi.model.SadiNet;
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
 * A training that has been asked for. {@code prepare} reads and checks all input; {@code run} then
 * computes and writes.
 *
 * @param config resolved
 * @param dataset what to learn from
 * @param people of the training split
 * @param learned these people with the joints to learn, which a teacher may change
 * @param remarks on the teacher, a line each
 * @param validationPeople of the validation split; empty where the dataset has none
 * @param trainedOn fingerprints of these people
 * @param out the run folder
 * @param mode whether the folder is new, replaced or continued
 * @param init the initial weights; null for random ones
 */
public record TrainJob(
    RunConfig config,
    Dataset dataset,
    List<Person> people,
    TrainingSet learned,
    List<String> remarks,
    List<Person> validationPeople,
    TrainedOn trainedOn,
    Path out,
    Mode mode,
    @Nullable InitialNetwork init) {

  private static final String RESUME_ALONE = "resume with --resume alone, or start a new run";

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
   * Reads and checks the input of a run.
   *
   * @param config as given on the command line
   * @param configGiven whether the command line gives one; a resumed run may leave it out
   * @throws BadInputException also if a run would be resumed with other people
   */
  public static TrainJob prepare(
      Config config,
      boolean configGiven,
      Path data,
      Path out,
      Mode mode,
      @Nullable InitialNetwork init)
      throws IOException {
    if (init != null) {
      // The pixel convention is the initial network's, unless the config sets one.
      config.withDefaults(
          Map.of(ModelConfig.PIXELS, Config.name(init.read().model().pixels())),
          String.valueOf(init.checkpoint()));
    }
    // A scheduler may kill a job before it has made its folder, and start it again with --resume.
    // Without a config too, the folder is misspelt.
    boolean misspelt = !configGiven && !Files.exists(out);
    RunConfig run =
        mode == Mode.RESUME && (misspelt || !RunFolder.isUnstarted(out))
            ? resumed(config, configGiven, out)
            : RunConfig.from(config);
    return read(run, data, out, mode, init).checked();
  }

  private static TrainJob read(
      RunConfig run, Path data, Path out, Mode mode, @Nullable InitialNetwork init)
      throws IOException {
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
    return of(
        run,
        dataset,
        people,
        validation,
        TrainedOn.of(dataset, run.train().trainSplit(), people, val, validation),
        out,
        mode,
        init);
  }

  /** Lets the teacher look at the labels. */
  private static TrainJob of(
      RunConfig run,
      Dataset dataset,
      List<Person> people,
      List<Person> validation,
      TrainedOn plain,
      Path out,
      Mode mode,
      @Nullable InitialNetwork init)
      throws IOException {
    Teacher.Lesson lesson = Teacher.of(run.teacher(), dataset, run.train().trainSplit(), people);
    return new TrainJob(
        run,
        dataset,
        people,
        lesson.set().withUpright(run.train().upright(), dataset.skeleton()),
        lesson.remarks(),
        validation,
        plain.with(lesson.files()),
        out,
        mode,
        init);
  }

  /** Checks the frozen parameters, the initial network, and that a resumed run keeps its people. */
  private TrainJob checked() throws IOException {
    Parameters parameters =
        SadiNet.describe(config.model(), dataset.skeleton().size()).parameters();
    parameters.checkParts(config.train().freeze(), "train.freeze");
    checkBatch(1);
    if (init != null && !goesOn()) {
      init.check(parameters, dataset);
    }
    TrainedOn before = mode == Mode.RESUME ? RunFolder.at(out).trainedOn() : null;
    if (before != null) {
      before.check(
          trainedOn,
          dataset.folder(),
          "what " + out + " was trained on",
          "name that dataset with --data, or go on with this one with --override-config");
    }
    return this;
  }

  private void checkBatch(int ranks) {
    Batches.Share share = config.train().share(0, ranks);
    config
        .train()
        .checkBatch(
            share.fitting(people.size()).size(),
            SadiNet.describe(config.model(), dataset.skeleton().size())
                .fewestToTrain(config.train().freeze()),
            people.size()
                + (people.size() == 1 ? " person" : " people")
                + " to learn from"
                + (share.parts() > 1 ? " in " + share.parts() + " batches a step" : ""));
  }

  /**
   * A run that is resumed with another config. The network must be the same: reading the state
   * checks it.
   */
  public static TrainJob resume(Config config, Path data, Path out) throws IOException {
    return prepare(config, true, data, out, Mode.RESUME_DIFFERENTLY, null);
  }

  /** The file of the config that a run was started with. */
  public static Path config(Path run) {
    return RunFolder.open(run).config();
  }

  /**
   * A line for {@code --dry-run}.
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

  /**
   * Trains. If interrupted, it saves and returns. A resumed run must use the same arithmetic as
   * before.
   */
  public RunState run(Progress progress) throws IOException {
    return run(false, progress);
  }

  /**
   * The same.
   *
   * @param allowMixed whether a resumed run may compute otherwise than before
   */
  public RunState run(boolean allowMixed, Progress progress) throws IOException {
    return run(Ranks.ALONE, allowMixed, progress);
  }

  /**
   * Trains on several processes of this machine, each with its share of every step.
   *
   * @param size how many
   * @param arguments of this process's command line, which they run
   */
  public RunState run(int size, List<String> arguments) {
    try (Ranks.RankHost host = new Ranks.RankHost();
        LocalRanks ranks = LocalRanks.start(arguments, size, host.port())) {
      return ranks.await(patience());
    }
  }

  /**
   * Trains as the first process of a job that was started from outside, such as by torchrun.
   *
   * @param allowMixed whether a resumed run may compute otherwise than before
   */
  public RunState run(Membership place, boolean allowMixed, Progress progress) throws IOException {
    ChildProcess.followParent();
    try (Ranks.Meeting meeting = Ranks.meet(place, patience())) {
      meeting.ofFirst(config.yaml());
      try (Ranks ranks = meeting.join(device(place.size(), place.localRank()))) {
        return run(ranks, allowMixed, progress);
      }
    }
  }

  /**
   * Trains as another process of a job. The first process alone looks at the run folder and decides
   * whether the run is resumed.
   *
   * @param config as given on the command line; null for the first process's
   * @throws BadInputException in all processes, where one of them has another config or other
   *     people
   */
  public static RunState follow(@Nullable Config config, Path data, Path out, Membership place)
      throws IOException {
    ChildProcess.followParent();
    RunConfig alone = RunConfig.from(config == null ? Config.empty() : config);
    Duration patience = Duration.ofSeconds(alone.train().rankTimeout());
    try (Ranks.Meeting meeting = Ranks.meet(place, patience)) {
      RunConfig first = RunConfig.from(Config.parse(meeting.ofFirst(""), "the config of rank 0"));
      if (config != null) { // what rank 0 has from an initial network
        config.withDefaults(
            Map.of(ModelConfig.PIXELS, Config.name(first.model().pixels())), "rank 0");
      }
      RunConfig run = config == null ? first : RunConfig.from(config);
      TrainJob job = read(run, data, out, Mode.REFUSE, null);
      try (Ranks ranks = meeting.join(job.device(place.size(), place.localRank()))) {
        return job.run(ranks, true, Progress.NONE); // rank 0 reports
      }
    }
  }

  private Duration patience() {
    return Duration.ofSeconds(config.train().rankTimeout());
  }

  /**
   * Trains as one process of a job.
   *
   * @param ranks the job; the first process writes the run folder and reports
   * @param allowMixed whether a resumed run may compute otherwise than before
   */
  RunState run(Ranks ranks, boolean allowMixed, Progress progress) throws IOException {
    ComputeDevice device = device(ranks.size(), ranks.localRank());
    Precision precision = Precision.of(config.train().precision(), device);
    Torch.threads(config.train().threads(), ranks.localSize());
    if (people.size() < config.train().share(0, ranks.size()).parts()) {
      throw new BadInputException(
          dataset.folder()
              + ": found "
              + people.size()
              + " people to learn from, fewer than the "
              + config.train().share(0, ranks.size()).parts()
              + " batches of a step");
    }
    checkBatch(ranks.size());
    JobConsistency.check(this, ranks, device);
    if (ranks.first()) {
      warn(progress);
    }
    boolean goesOn = ranks.first() && goesOn();
    RunFolder folder =
        goesOn || !ranks.first()
            ? RunFolder.at(out)
            : RunFolder.create(out, mode == Mode.OVERWRITE);
    try (ProcessLock lock = ranks.first() ? folder.lock() : null;
        Trainer trainer =
            new Trainer(config, dataset.skeleton().size(), device, precision, ranks)) {
      trainer.warnings(Validation.share(validationPeople.size(), ranks)).forEach(progress::warn);
      if (ranks.first() && !goesOn) {
        folder.begin(mode == Mode.OVERWRITE);
      }
      TrainRun run = new TrainRun(this, folder, trainer, ranks, progress);
      if (goesOn) {
        run.resume(mode == Mode.RESUME_DIFFERENTLY);
      } else if (init != null) {
        run.initialise(init.read(), init.except(), init.checkpoint());
      }
      run.agree();
      run.computing(allowMixed);
      if (ranks.first()) {
        AtomicFile.writeString(folder.config(), config.yaml());
      }
      return run.run();
    }
  }

  /** Warns of what may surprise in this dataset and config. */
  private void warn(Progress progress) {
    remarks.forEach(progress::note);
    if (validationPeople.isEmpty()) {
      String fused =
          config.model().sfm().enabled() && config.fusionWeight().isEmpty()
              ? "fused is h1 (eval.fusion_weight=W sets its weight), and "
              : "";
      if (!config.train().valSplit().isEmpty()) {
        progress.warn(
            dataset.folder()
                + ": no split '"
                + config.train().valSplit()
                + "', so nothing is validated, "
                + (fused.isEmpty() ? "and " : fused)
                + "best is the last epoch");
      } else if (!fused.isEmpty()) {
        progress.note("nothing is validated: " + fused + "best is the last epoch");
      }
    }
    String sides = Sides.warning(dataset.skeleton(), people);
    if (sides != null) {
      progress.warn(
          dataset.folder()
              + ": "
              + (config.augmentation().flip() > 0
                  ? sides
                  : "flip_pairs lacks joints; this run mirrors nothing (augment.flip=0), but --flip of"
                      + " eval and predict does; name the pairs with 'sadi prepare --flip-pairs"
                      + " LEFT:RIGHT,...'"));
    }
    if (dataset.metric() == Metric.OKS) {
      OksTruth.of(validationPeople, dataset.skeleton()).warnings().forEach(progress::warn);
    }
  }

  /** Whether there is a run to resume. */
  private boolean goesOn() throws IOException {
    return mode.resumes() && !RunFolder.isUnstarted(out);
  }

  private ComputeDevice device(int ranks, int localRank) {
    String name = config.train().device();
    ComputeDevice device = ComputeDevice.of(name);
    // "auto" and "cuda": a GPU for each process.
    return device.cuda() && ranks > 1 && !name.contains(":")
        ? ComputeDevice.of("cuda:" + localRank)
        : device;
  }

  /** The same people for another run. */
  public TrainJob with(RunConfig other, Path folder, Mode how) throws IOException {
    return of(other, dataset, people, validationPeople, trainedOn, folder, how, null).checked();
  }

  /** The file of a run's best weights. */
  public static Path best(Path run) {
    return RunFolder.open(run).best();
  }

  /** The file of a run's last weights, averaged. */
  public static Path last(Path run) {
    return RunFolder.open(run).last();
  }

  /**
   * The config that a run was started with.
   *
   * @throws BadInputException if another one is given now
   */
  static RunConfig resumed(Config config, boolean configGiven, Path out) throws IOException {
    return resumed(config, configGiven, out, RESUME_ALONE);
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
    requireSame(file, before.yaml(), RunConfig.from(config).yaml(), remedy);
    return before;
  }

  /**
   * Refuses another config than a run was started with.
   *
   * @param file the run's
   * @param before what it says, resolved
   * @param now the config that is given, resolved
   */
  static void requireSame(Path file, String before, String now) {
    requireSame(file, before, now, RESUME_ALONE);
  }

  private static void requireSame(Path file, String before, String now, String remedy) {
    List<String> then = before.lines().toList();
    List<String> lines = now.lines().toList();
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
}
