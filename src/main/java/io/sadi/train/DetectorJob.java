package io.sadi.train;

import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.config.Config;
import io.sadi.data.CocoFile;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.FoundPeople;
import io.sadi.data.LabelledPhoto;
import io.sadi.data.Person;
import io.sadi.data.SceneBatches;
import io.sadi.data.TrainedOn;
import io.sadi.data.TrainedOn.TeacherFile;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
import io.sadi.model.DetectorNet;
import io.sadi.model.Parameters;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A detector's training that has been asked for, as {@link TrainJob} is one of a network of joints.
 * {@code prepare} reads and checks all input; {@code run} then computes and writes.
 *
 * @param config resolved
 * @param dataset what to learn from
 * @param photos of the training split
 * @param validationPhotos of the validation split; empty where the dataset has none
 * @param trainedOn fingerprints of them and of the people in them
 * @param out the run folder
 * @param mode whether the folder is new, replaced or continued
 * @param init the initial weights; null for random ones
 */
public record DetectorJob(
    DetectorRunConfig config,
    Dataset dataset,
    List<LabelledPhoto> photos,
    List<LabelledPhoto> validationPhotos,
    TrainedOn trainedOn,
    Path out,
    TrainJob.Mode mode,
    @Nullable InitialNetwork init) {

  /**
   * Reads and checks the input of a run.
   *
   * @param config as given on the command line
   * @param configGiven whether the command line gives one; a resumed run may leave it out
   * @throws BadInputException also if a run would be resumed with other people
   */
  public static DetectorJob prepare(
      Config config,
      boolean configGiven,
      Path data,
      Path out,
      TrainJob.Mode mode,
      @Nullable InitialNetwork init)
      throws IOException {
    boolean misspelt = !configGiven && !Files.exists(out);
    DetectorRunConfig run =
        mode == TrainJob.Mode.RESUME && (misspelt || !RunFolder.isUnstarted(out))
            ? resumed(config, configGiven, out)
            : DetectorRunConfig.from(config);
    DetectorJob job = read(run, data, out, mode, init);
    job.check();
    return job;
  }

  private static DetectorRunConfig resumed(Config config, boolean configGiven, Path out)
      throws IOException {
    Path file = RunFolder.open(out).config();
    DetectorRunConfig before = DetectorRunConfig.from(Config.load(file, List.of(), Map.of()));
    if (configGiven) {
      TrainJob.requireSame(file, before.yaml(), DetectorRunConfig.from(config).yaml());
    }
    return before;
  }

  private static DetectorJob read(
      DetectorRunConfig run, Path data, Path out, TrainJob.Mode mode, @Nullable InitialNetwork init)
      throws IOException {
    Dataset dataset = DatasetReader.read(data);
    String trainSplit = run.train().trainSplit();
    String valSplit = run.train().valSplit();
    if (!DatasetReader.hasSplit(dataset, trainSplit)) {
      DatasetReader.people(dataset, trainSplit); // says which there are
    }
    CocoFile train = DatasetReader.file(dataset, trainSplit);
    CocoFile val =
        DatasetReader.hasSplit(dataset, valSplit) ? DatasetReader.file(dataset, valSplit) : null;
    List<LabelledPhoto> photos = LabelledPhoto.of(train, dataset.imageRoot());
    List<TeacherFile> found = new ArrayList<>();
    if (!run.found().isEmpty()) {
      Path file = Path.of(run.found());
      photos = FoundPeople.read(file).addTo(photos);
      found.add(TeacherFile.of(file));
    }
    int limit = run.train().limitTrain();
    if (limit > 0 && limit < photos.size()) {
      photos = photos.subList(0, limit);
    }
    if (photos.stream().allMatch(photo -> photo.people().isEmpty())) {
      throw new BadInputException(
          data + ": split '" + trainSplit + "' has nobody with a box to learn from");
    }
    Set<String> learned = photos.stream().map(LabelledPhoto::image).collect(Collectors.toSet());
    List<Person> people =
        train.everybody().stream().filter(person -> learned.contains(person.image())).toList();
    List<LabelledPhoto> validation =
        val == null ? List.of() : LabelledPhoto.of(val, dataset.imageRoot());
    return new DetectorJob(
        run,
        dataset,
        photos,
        validation,
        TrainedOn.of(
                dataset, trainSplit, people, valSplit, val == null ? List.of() : val.everybody())
            .with(photos, validation)
            .with(found),
        out,
        mode,
        init);
  }

  /** Checks the frozen parameters, the initial network, and that a resumed run keeps its people. */
  private void check() throws IOException {
    DetectorNet net = DetectorNet.describe(config.model());
    Parameters parameters = net.parameters();
    parameters.checkParts(config.train().freeze(), "train.freeze");
    config
        .train()
        .checkBatch(
            Math.min(config.train().batch(), photos.size()),
            net.fewestToTrain(config.train().freeze()),
            photos.size() + (photos.size() == 1 ? " photo" : " photos") + " to learn from");
    if (init != null && !goesOn()) {
      parameters.check(
          DetectorCheckpoint.read(init.checkpoint()).tensors(), init.except(), init.checkpoint());
    }
    TrainedOn before = mode == TrainJob.Mode.RESUME ? RunFolder.at(out).trainedOn() : null;
    if (before != null) {
      before.check(
          trainedOn,
          dataset.folder(),
          "what " + out + " was trained on",
          "name that dataset with --data, or go on with this one with --override-config");
    }
  }

  private static long people(List<LabelledPhoto> photos) {
    return photos.stream().mapToLong(photo -> photo.people().size()).sum();
  }

  /** A line for {@code --dry-run}. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%s: %d people in %d photos to learn from, %d in %d to validate on; a detector of %.2f M"
            + " parameters, %d px; %d epochs of %d steps of %d images; into %s",
        dataset.name(),
        people(photos),
        photos.size(),
        people(validationPhotos),
        validationPhotos.size(),
        DetectorNet.describe(config.model()).parameters().count() / 1e6,
        config.model().input(),
        config.train().epochs(),
        SceneBatches.count(photos.size(), config.train().batch()) / config.train().accumulate(),
        Math.min(config.train().batch(), photos.size()) * config.train().accumulate(),
        out);
  }

  /**
   * Trains. If interrupted, it saves and returns. A resumed run must use the same arithmetic as
   * before.
   *
   * @param allowMixed whether a resumed run may compute otherwise than before
   */
  public RunState run(boolean allowMixed, Progress progress) throws IOException {
    ComputeDevice device = ComputeDevice.of(config.train().device());
    Precision precision = Precision.of(config.train().precision(), device);
    Torch.threads(config.train().threads());
    if (SceneBatches.count(photos.size(), config.train().batch()) < config.train().accumulate()) {
      throw new BadInputException(
          dataset.folder()
              + ": found "
              + photos.size()
              + " photos to learn from, fewer than the "
              + config.train().accumulate()
              + " batches of a step");
    }
    if (validationPhotos.isEmpty()) {
      progress.warn(
          dataset.folder()
              + ": no split '"
              + config.train().valSplit()
              + "', so nothing is validated, and best is the last epoch");
    }
    boolean goesOn = goesOn();
    boolean overwrite = mode == TrainJob.Mode.OVERWRITE;
    RunFolder folder = goesOn ? RunFolder.at(out) : RunFolder.create(out, overwrite);
    try (ProcessLock lock = folder.lock();
        DetectorTrainer trainer = new DetectorTrainer(config, device, precision)) {
      trainer.warnings().forEach(progress::warn);
      if (!goesOn) {
        folder.begin(overwrite);
      }
      DetectorRun run = new DetectorRun(this, folder, trainer, progress);
      if (goesOn) {
        run.resume();
      } else if (init != null) {
        run.initialise(
            DetectorCheckpoint.read(init.checkpoint()), init.except(), init.checkpoint());
      }
      run.computing(allowMixed);
      AtomicFile.writeString(folder.config(), config.yaml());
      return run.run();
    }
  }

  /** Whether there is a run to resume. */
  private boolean goesOn() throws IOException {
    return mode.resumes() && !RunFolder.isUnstarted(out);
  }
}
