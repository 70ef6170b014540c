package io.sadi.train;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Batch;
import io.sadi.data.BatchPool;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.MetricResult;
import io.sadi.io.Decimal;
import io.sadi.io.Interruption;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.predict.engine.PoseEstimator;
import io.sadi.predict.engine.Refine;
import io.sadi.show.SampleSheet;
import io.sadi.torch.Numerics;
import io.sadi.torch.OutOfMemory;
import io.sadi.torch.Ranks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Trains one network on one dataset into one run folder: epochs of steps, a validation and a
 * checkpoint after each. {@link #run} is the loop. Several processes may train one network
 * together; then each runs this with its share of every step's people.
 */
final class Trainer {
  /** With one there is no telling whether the network still gets better. */
  private static final int FEWEST_VALIDATIONS = 2;

  private final RunConfig config;
  private final TrainConfig settings;
  private final Dataset dataset;
  private final List<Person> people;
  private final List<Person> validationPeople;
  private final RunFolder folder;
  private final Progress progress;
  private final Ranks ranks;
  private final Batches.Share share;
  private final Learner learner;
  private final BatchPool pool;
  private final Snapshots snapshots;
  private final RunLog log;
  private final BadSteps badSteps;
  private Position position = Position.START;
  private Position lastSaved = Position.START;
  private long saved = System.nanoTime();
  private boolean shown;

  Trainer(Training training, RunFolder folder, Learner learner, Ranks ranks, Progress progress) {
    this(training, folder, learner, ranks, progress, LearningCheck.STEPS);
  }

  /**
   * @param patience steps after which a run that does not learn is warned of
   */
  Trainer(
      Training training,
      RunFolder folder,
      Learner learner,
      Ranks ranks,
      Progress progress,
      int patience) {
    this.config = training.config();
    this.settings = config.train();
    this.dataset = training.dataset();
    this.people = training.people();
    this.validationPeople = training.validationPeople();
    this.ranks = ranks;
    this.folder = folder;
    this.progress = progress;
    this.share = settings.share(ranks.rank(), ranks.size());
    this.learner = learner;
    this.pool = new BatchPool(learner.device());
    this.snapshots =
        new Snapshots(config, dataset, training.trainedOn(), folder, learner.weights());
    this.log =
        new RunLog(
            folder,
            progress,
            dataset.metric().label(),
            settings.epochs(),
            learner.device(),
            learner.precision(),
            ranks.first(),
            LearningCheck.of(patience, dataset, people, validationPeople));
    this.badSteps = new BadSteps(settings.onNan(), folder, people, config.model().input());
  }

  /** Trains to the end, or until interrupted; either way the run folder holds all that was done. */
  RunState run() throws IOException {
    if (isComplete()) {
      log.note("the run is complete, after epoch " + position.epoch());
      return RunState.DONE;
    }
    summary(RunState.RUNNING);
    try (Interruption.Guard guard = Interruption.guard()) {
      while (!isComplete()) {
        boolean whole = epoch(guard);
        if (!whole) {
          if (!position.equals(lastSaved)) {
            save();
          }
          summary(RunState.INTERRUPTED);
          log.note("interrupted after step " + position.steps() + "; --resume goes on from here");
          return RunState.INTERRUPTED;
        }
      }
      summary(RunState.DONE);
      return RunState.DONE;
    } catch (IOException | RuntimeException e) {
      summary(RunState.FAILED);
      throw e;
    }
  }

  private void summary(RunState state) throws IOException {
    log.summary(state, position, snapshots.trainedOn());
  }

  private boolean isComplete() {
    if (position.epoch() >= settings.epochs()) {
      return true;
    }
    // In the midst of an epoch the question has been answered before it began.
    return settings.patience() > 0
        && position.best() > 0
        && position.batch() == 0
        && position.epoch() / settings.evalEvery() >= FEWEST_VALIDATIONS
        && position.epoch() - position.best() >= settings.patience();
  }

  /** One pass over the training split; false if it was interrupted before its end. */
  private boolean epoch(Interruption.Guard guard) throws IOException {
    int epoch = position.epoch();
    long begin = System.nanoTime();
    int steps = Batches.steps(people.size(), share);
    int before = position.batch();
    String name = "epoch " + (epoch + 1) + "/" + settings.epochs();
    int images = share.fitting(people.size()).size() * share.parts();
    try (Batches batches =
            Batches.training(
                dataset,
                people,
                config.model().input(),
                config.model().pixels(),
                share,
                config.augmentation(),
                settings.seed(),
                epoch,
                before,
                settings.workers(),
                pool);
        Progress.Work work = progress.start(name, (long) (steps - before) * images, "images")) {
      Sums sums = Sums.NONE;
      int part = 0;
      for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
        show(batch);
        Sums of = backward(batch);
        if (!of.good()) {
          badSteps.add(batch, learner.pictures(batch));
        }
        sums = sums.plus(of);
        part++;
        if (part == share.count()) {
          boolean save = ranks.first() && isTimeToSave();
          Sums all = update(sums.asking(guard.requested(), save), epoch);
          work.advance(images);
          work.message(message());
          sums = Sums.NONE;
          part = 0;
          if (all.interrupted()) {
            return false;
          }
          if (all.timeToSave()) {
            save();
          }
        }
        batches.release(batch);
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    int taken = position.batch() - before;
    // Nothing is known where a process before this one has taken all of the epoch's steps.
    double rate = taken == 0 ? Double.NaN : taken * images / seconds;
    if (!finish(epoch, images, rate)) {
      return false;
    }
    // Several processes have to agree, which they do after the next epoch's first step.
    return !guard.requested() || isComplete() || ranks.size() > 1;
  }

  /** A batch's losses and gradients, or how large a batch there is memory for. */
  private Sums backward(Batch batch) {
    try {
      return learner.backward(batch, position.limit());
    } catch (RuntimeException e) {
      if (!OutOfMemory.is(e)) {
        throw e;
      }
      int fits = learner.fitting(batch);
      String advice =
          String.format(
              Locale.ROOT,
              "--resume --override-config --set train.batch=%d --set train.accumulate=%d takes the"
                  + " same steps, from the last state, which is intact",
              fits,
              fits == 0 ? 0 : settings.accumulate() * ((batch.size() + fits - 1) / fits));
      throw OutOfMemory.failure(batch.size(), fits, advice, e);
    }
  }

  /** Keeps a picture of the first batch, for whoever wants to see what is learned from. */
  private void show(Batch batch) throws IOException {
    if (!shown && ranks.first()) {
      FirstCrops.write(
          folder.augmented(),
          batch,
          learner.pictures(batch),
          config.model().input(),
          people,
          dataset.skeleton());
    }
    shown = true;
  }

  private String message() {
    int steps = Math.max(1, position.counted());
    double rate = settings.rate(position.epoch(), Math.max(0, position.steps() - 1));
    return String.format(
        Locale.ROOT, "loss %s, lr %.2g", Decimal.of(position.loss() / steps, 4), rate);
  }

  /**
   * Ends a step: moves the weights, or deals with a batch that is a fault.
   *
   * @param own sums of this process's batches
   * @return those of all processes
   */
  private Sums update(Sums own, int epoch) throws IOException {
    Sums sums = learner.update(own, settings.rate(epoch, position.steps()));
    if (sums.good()) {
      position = position.step(sums.loss(), sums.lossH1(), sums.lossH2());
      badSteps.forget();
    } else {
      position = position.skip();
      badSteps.handle(position, sums, log);
    }
    return sums;
  }

  /**
   * Validates, records and saves an epoch whose steps are done; false if it was interrupted before
   * its validation's end.
   *
   * @param images of a step
   */
  private boolean finish(int epoch, int images, double imagesPerSecond) throws IOException {
    int done = epoch + 1;
    boolean validate = done % settings.evalEvery() == 0 || done == settings.epochs();
    List<MetricResult> validation = List.of();
    double weight = config.fusionWeight().orElse(position.fusionWeight());
    validate &= !validationPeople.isEmpty();
    if (validate) {
      save(); // whoever has no time for the validation does it when the run goes on
    }
    learner.shareStatistics();
    if (validate) {
      Validation result =
          Validation.of(
              learner.average(),
              dataset,
              validationPeople,
              config.fusionWeight(),
              learner.precision(),
              settings.batch(),
              settings.workers(),
              ranks,
              progress);
      if (result == null) {
        return false;
      }
      validation = result.results();
      weight = result.fusionWeight();
    }
    drawSamples(done, weight);
    int steps = position.counted();
    EpochResult result =
        new EpochResult(
            done,
            position.steps(),
            settings.rate(epoch, Math.max(0, position.steps() - 1)),
            position.loss() / steps,
            position.lossH1() / steps,
            position.lossH2() / steps,
            (long) steps * images,
            imagesPerSecond,
            ProcessMemory.residentMb(),
            validation);
    // Where nothing is validated the latest weights are the best there are.
    boolean latest = validationPeople.isEmpty();
    position = position.nextEpoch(validation.isEmpty() ? null : validation.get(0), weight, latest);
    if (position.best() == done && ranks.first()) {
      snapshots.saveBest(position);
    }
    // Before the state: a run that is killed in between does the epoch again and writes the same
    // row, where it would otherwise lack it for good.
    log.epoch(result);
    save();
    summary(RunState.RUNNING);
    return true;
  }

  /** Draws what the network makes of some people, every few epochs. */
  private void drawSamples(int done, double fusionWeight) throws IOException {
    boolean due = done % settings.sampleEvery() == 0 || done == settings.epochs();
    if (!due || settings.samples() == 0 || validationPeople.isEmpty() || !ranks.first()) {
      return;
    }
    try (PoseEstimator estimator =
        new PoseEstimator(
            learner.average(),
            dataset.skeleton().flipPermutation(),
            false,
            Refine.QUARTER,
            learner.precision())) {
      new SampleSheet(dataset, SampleSheet.some(validationPeople, settings.samples()))
          .write(
              estimator,
              config.model().input(),
              fusionWeight,
              dataset.name() + ", epoch " + done,
              folder.sample(done));
    }
  }

  /** Goes on where the folder's last state stands; from the start where there is none. */
  void resume() throws IOException {
    position = snapshots.restore(progress);
    log.resume(position.epoch());
    if (position.steps() > 0) {
      log.note("resumed after epoch " + position.epoch() + ", step " + position.steps());
    }
  }

  /**
   * Makes all processes of the job stand where the first one does, which alone looks at the run's
   * folder.
   */
  void agree() {
    if (ranks.size() == 1) {
      return;
    }
    position =
        Position.fromJson(
            ranks.share(position.toJson(), 0, learner.device()), Path.of("what rank 0 says"));
    learner.share(position.steps(), snapshots.statistics());
  }

  /**
   * Says what the run is computed with from now on.
   *
   * @param allowMixed whether that may differ from what a resumed run was computed with
   */
  void computing(boolean allowMixed) {
    if (isComplete()) {
      return; // nothing more is computed
    }
    snapshots.computing(
        Numerics.of(
            learner.precision(),
            learner.arithmetic().fallbacks(),
            learner.device(),
            settings.batch()),
        allowMixed);
  }

  /**
   * Starts from another network's weights instead of random ones.
   *
   * @param except prefixes of names that stay random
   */
  void initialise(Checkpoint from, List<String> except, Object origin) {
    learner.weights().raw().load(from.tensors(), except, origin);
    learner.weights().average().load(from.tensors(), except, origin);
    snapshots.startedFrom(from.trainedOn());
  }

  private void save() throws IOException {
    // Between epochs they are the same in all processes.
    List<float[]> statistics = position.batch() > 0 ? learner.statisticsOfAll() : List.of();
    if (ranks.first()) {
      snapshots.save(position, statistics);
    }
    lastSaved = position;
    saved = System.nanoTime();
  }

  private boolean isTimeToSave() {
    long minutes = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - saved);
    return settings.saveMinutes() > 0 && minutes >= settings.saveMinutes();
  }
}
