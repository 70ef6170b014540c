package io.sadi.train;

import io.sadi.checkpoint.Checkpoint.Origin;
import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.data.LabelledPhoto;
import io.sadi.data.SceneBatch;
import io.sadi.data.SceneBatches;
import io.sadi.data.TrainedOn;
import io.sadi.eval.BoxPrecision;
import io.sadi.io.Decimal;
import io.sadi.io.Interruption;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.io.Workers;
import io.sadi.predict.engine.DatasetDetector;
import io.sadi.predict.engine.PersonDetector;
import io.sadi.torch.Numerics;
import io.sadi.torch.OutOfMemory;
import io.sadi.torch.Ranks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A detector's training in its folder: epochs of steps, after each a validation and a saved state,
 * as {@link TrainRun} has it for networks of joints, in one process. What a step does is {@link
 * DetectorTrainer#step}.
 */
final class DetectorRun extends EpochLoop {
  private final DetectorRunConfig config;
  private final TrainConfig settings;
  private final Path root;
  private final String name;
  private final List<LabelledPhoto> photos;
  private final List<LabelledPhoto> validationPhotos;
  private final RunFolder folder;
  private final Progress progress;
  private final DetectorTrainer trainer;
  private final StateFiles states;
  private final DetectorLog log;
  private final BadSteps badSteps;
  private boolean shown;

  DetectorRun(DetectorJob job, RunFolder folder, DetectorTrainer trainer, Progress progress) {
    super(job.config().train(), folder);
    this.config = job.config();
    this.settings = config.train();
    this.root = job.dataset().imageRoot();
    this.name = job.dataset().name();
    this.photos = job.photos();
    this.validationPhotos = job.validationPhotos();
    this.folder = folder;
    this.progress = progress;
    this.trainer = trainer;
    this.states =
        new StateFiles(
            this::checkpoint,
            settings.keep(),
            false,
            job.trainedOn(),
            1,
            folder,
            trainer.weights());
    this.log =
        new DetectorLog(folder, progress, settings.epochs(), trainer.device(), trainer.precision());
    this.badSteps =
        new BadSteps(
            settings.onNan(),
            folder,
            photos.stream().map(LabelledPhoto::image).toList(),
            config.model().input(),
            Ranks.ALONE,
            trainer.device());
  }

  @Override
  void summary(RunState state) throws IOException {
    log.summary(state, position(), states.trainedOn());
  }

  @Override
  void note(String line) throws IOException {
    log.note(line);
  }

  /** One pass over the training photos; false if it was interrupted before its end. */
  @Override
  boolean epoch(Interruption.Guard guard) throws IOException {
    int epoch = position().epoch();
    long begin = System.nanoTime();
    int accumulate = settings.accumulate();
    int batch = Math.min(settings.batch(), photos.size());
    int steps = SceneBatches.count(photos.size(), settings.batch()) / accumulate;
    int before = position().current().steps();
    int left = Math.max(0, steps - before);
    int images = batch * accumulate;
    try (SceneBatches batches = batches(epoch, before * accumulate);
        Progress.Work work =
            progress.start(
                "epoch " + (epoch + 1) + "/" + settings.epochs(), (long) left * images, "images")) {
      for (int i = before; i < steps; i++) {
        show(batches);
        step(batches, images);
        work.advance(images);
        work.message(message());
        if (guard.requested()) {
          return false;
        }
        if (isTimeToSave()) {
          save();
        }
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (!finish(epoch, images, left == 0 ? Double.NaN : (double) left * images / seconds)) {
      return false;
    }
    return !guard.requested() || isComplete();
  }

  private SceneBatches batches(int epoch, int skip) {
    return new SceneBatches(
        root,
        photos,
        config.model().input(),
        settings.batch(),
        config.augmentation(),
        settings.seed(),
        epoch,
        skip,
        settings.workers(),
        trainer.device());
  }

  private void step(SceneBatches batches, int images) throws IOException {
    List<SceneBatch> taken = new ArrayList<>();
    for (int i = 0; i < settings.accumulate(); i++) {
      SceneBatch batch = batches.next();
      if (batch != null) {
        taken.add(batch);
      }
    }
    double rate = settings.rate(position().epoch(), position().steps());
    Trainer.Step step;
    try {
      step = trainer.step(taken, rate, position().limit());
    } catch (RuntimeException e) {
      throw OutOfMemory.is(e) ? OutOfMemory.failure(settings.batch(), 1, 0, "", e) : e;
    }
    taken.forEach(batches::release);
    StepLoss loss = step.loss();
    moveTo(loss.isGood() ? position().goodStep(loss.mean(), images) : position().badStep());
    badSteps.after(step, position(), log::warn);
  }

  /** Writes a picture of the run's first batch, for people to check what is learned from. */
  private void show(SceneBatches batches) throws IOException {
    SceneBatch batch = shown ? null : batches.peek();
    if (batch != null) {
      DetectorPictures.learned(folder.augmented(), batch, trainer.pictures(batch));
    }
    shown = true;
  }

  private String message() {
    int steps = Math.max(1, position().current().good());
    double rate = settings.rate(position().epoch(), Math.max(0, position().steps() - 1));
    double loss = position().current().losses().total() / steps;
    return String.format(Locale.ROOT, "loss %s, lr %.2g", Decimal.of(loss, 4), rate);
  }

  /**
   * Validates, records and saves an epoch whose steps are done; false if it was interrupted before
   * its validation's end.
   *
   * @param images of a step
   */
  private boolean finish(int epoch, int images, double imagesPerSecond) throws IOException {
    int done = epoch + 1;
    boolean last = done == settings.epochs();
    BoxPrecision validation = null;
    if (!validationPhotos.isEmpty() && (last || done % settings.evalEvery() == 0)) {
      save(); // if the validation is interrupted, the resumed run begins with it
      try (PersonDetector detector = detector()) {
        validation =
            DatasetDetector.measure(
                detector, root, validationPhotos, settings.workers(), false, progress);
      }
      if (validation == null) {
        return false;
      }
    }
    drawSamples(done, last);
    int steps = position().current().good();
    DetectorEpoch result =
        new DetectorEpoch(
            done,
            position().steps(),
            settings.rate(epoch, Math.max(0, position().steps() - 1)),
            position().current().losses().dividedBy(steps),
            position().current().images(images),
            imagesPerSecond,
            ProcessMemory.residentMb(),
            validation);
    moveTo(
        position()
            .nextEpoch(
                validation != null,
                validation == null ? Double.NaN : validation.ap50(),
                validation == null ? Double.NaN : validation.ap(),
                0,
                validationPhotos
                    .isEmpty())); // without validation the latest weights count as the best
    if (position().best().epoch() == done) {
      states.saveBest(position());
    }
    log.epoch(result); // before the state: a run that is killed in between repeats the epoch
    save();
    summary(RunState.RUNNING);
    return true;
  }

  private PersonDetector detector() {
    return PersonDetector.of(
        trainer.average(), trainer.precision(), DatasetDetector.MIN_SCORE, DatasetDetector.OVERLAP);
  }

  /** Draws what is found in some photos, every few epochs. */
  private void drawSamples(int done, boolean last) throws IOException {
    int count = Math.min(settings.samples(), validationPhotos.size());
    if (count == 0 || !(last || done % settings.sampleEvery() == 0)) {
      return;
    }
    int all = validationPhotos.size();
    List<LabelledPhoto> some =
        IntStream.range(0, count)
            .mapToObj(i -> validationPhotos.get((int) ((long) i * all / count)))
            .toList();
    Path file = folder.sample(done);
    // In a thread of its own, as a detector leaves LibTorch one thread in those that use it.
    try (PersonDetector detector = detector();
        Workers<Path> worker = new Workers<>("sadi-detector", 1)) {
      worker.submit(
          () -> {
            DetectorPictures.found(file, detector, root, some, name + ", epoch " + done);
            return file;
          });
      worker.next();
    }
  }

  /** Continues from the folder's last state; from the start if there is none. */
  void resume() throws IOException {
    moveTo(states.restore(progress));
    log.resume(position().epoch());
    if (position().steps() > 0) {
      log.note("resumed after epoch " + position().epoch() + ", step " + position().steps());
    }
  }

  /**
   * Records the arithmetic of the steps to come.
   *
   * @param allowMixed whether it may differ from that of the run so far
   */
  void computing(boolean allowMixed) {
    if (isComplete()) {
      return; // no more steps
    }
    states.computing(
        Numerics.of(
            trainer.precision(),
            trainer.arithmetic().fallbacks(),
            trainer.device(),
            settings.batch()),
        allowMixed);
  }

  /**
   * Starts from another detector's weights instead of random ones.
   *
   * @param except parts of names that stay random
   */
  void initialise(DetectorCheckpoint from, List<String> except, Path origin) {
    trainer.weights().raw().load(from.tensors(), except, origin);
    trainer.weights().average().load(from.tensors(), except, origin);
    states.startedFrom(origin, from.trainedOn());
  }

  private DetectorCheckpoint checkpoint(Position at, @Nullable TrainedOn trainedOn) {
    return new DetectorCheckpoint(
        config.yaml(),
        config.model(),
        trainer.average().parameters().toEntries(),
        new Origin(at.epoch(), "", trainedOn));
  }

  @Override
  void writeState() throws IOException {
    states.save(position(), List.of());
  }
}
