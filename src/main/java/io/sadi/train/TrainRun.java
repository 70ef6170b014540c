package io.sadi.train;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Batch;
import io.sadi.data.BatchPool;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.TrainedOn;
import io.sadi.data.TrainingSet;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training run in its folder: epochs of steps, after each a validation and a saved state. What a
 * step does is {@link Trainer#step}. Each process of a job runs this with its share of every step's
 * people; the first one writes.
 */
final class TrainRun extends EpochLoop {
  private final RunConfig config;
  private final TrainConfig settings;
  private final Dataset dataset;
  private final List<Person> people;
  private final TrainingSet learned;
  private final List<Person> validationPeople;
  private final RunFolder folder;
  private final Progress progress;
  private final Ranks ranks;
  private final Batches.Share share;
  private final Trainer trainer;
  private final BatchPool pool;
  private final StateFiles states;
  private final RunLog log;
  private final BadSteps badSteps;
  private boolean shown;

  TrainRun(TrainJob job, RunFolder folder, Trainer trainer, Ranks ranks, Progress progress) {
    this(job, folder, trainer, ranks, progress, LearningCheck.STEPS);
  }

  /**
   * @param patience steps after which a run that does not learn is warned of
   */
  TrainRun(
      TrainJob job,
      RunFolder folder,
      Trainer trainer,
      Ranks ranks,
      Progress progress,
      int patience) {
    super(job.config().train(), folder);
    this.config = job.config();
    this.settings = config.train();
    this.dataset = job.dataset();
    this.people = job.people();
    this.learned = job.learned();
    this.validationPeople = job.validationPeople();
    this.ranks = ranks;
    this.folder = folder;
    this.progress = progress;
    this.share = settings.share(ranks.rank(), ranks.size());
    this.trainer = trainer;
    this.pool = new BatchPool(trainer.device());
    this.states =
        new StateFiles(
            this::checkpoint,
            settings.keep(),
            config.model().sfm().enabled(),
            job.trainedOn(),
            ranks.size(),
            folder,
            trainer.weights());
    this.log =
        new RunLog(
            folder,
            progress,
            dataset.metric().label(),
            settings.epochs(),
            trainer.device(),
            trainer.precision(),
            ranks.first(),
            LearningCheck.of(patience, dataset, people, validationPeople));
    this.badSteps =
        new BadSteps(
            settings.onNan(),
            folder,
            people.stream().map(Person::image).toList(),
            config.model().input(),
            ranks,
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

  /** One pass over the training split; false if it was interrupted before its end. */
  @Override
  boolean epoch(Interruption.Guard guard) throws IOException {
    int epoch = position().epoch();
    long begin = System.nanoTime();
    int steps = Batches.steps(people.size(), share);
    int before = position().current().steps();
    // Fewer than none where an epoch goes on with larger steps, which end it.
    int left = Math.max(0, steps - before);
    int images = share.fitting(people.size()).size() * share.parts();
    try (Batches batches = batches(epoch, before);
        Progress.Work work =
            progress.start(
                "epoch " + (epoch + 1) + "/" + settings.epochs(), (long) left * images, "images")) {
      for (int i = before; i < steps; i++) {
        show(batches);
        step(batches, images);
        work.advance(images);
        work.message(message());
        boolean[] any =
            ranks.any(trainer.device(), guard.requested(), ranks.first() && isTimeToSave());
        if (any[0]) {
          return false;
        }
        if (any[1]) {
          save();
        }
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    // No rate is known if an earlier process did all steps of the epoch.
    double rate = left == 0 ? Double.NaN : (double) left * images / seconds;
    if (!finish(epoch, images, rate)) {
      return false;
    }
    // Several processes have to agree, which they do after the next epoch's first step.
    return !guard.requested() || isComplete() || ranks.size() > 1;
  }

  /** The batches of an epoch, from a step on. */
  private Batches batches(int epoch, int step) {
    return Batches.training(
        dataset,
        learned,
        config.model().input(),
        config.model().pixels(),
        share,
        config.augmentation(),
        settings.seed(),
        epoch,
        step,
        settings.workers(),
        pool);
  }

  private void step(Batches batches, int images) throws IOException {
    double rate = settings.rate(position().epoch(), position().steps());
    Trainer.Step step;
    try {
      step = trainer.step(batches.next(share.count()), rate, position().limit());
    } catch (RuntimeException e) {
      throw OutOfMemory.is(e) ? outOfMemory(batches.latest(), e) : e;
    }
    StepLoss loss = step.loss();
    moveTo(loss.isGood() ? position().goodStep(loss.mean(), images) : position().badStep());
    badSteps.after(step, position(), log::warn);
  }

  /** Says which batch there would be memory for. */
  private RuntimeException outOfMemory(@Nullable Batch batch, RuntimeException e) {
    if (batch == null) {
      return e;
    }
    int fewest = trainer.fewest();
    int fits = trainer.fitting(batch);
    int parts = fits == 0 ? 1 : (batch.size() + fits - 1) / fits;
    int step = settings.share(0, ranks.size()).parts() * parts;
    if (people.size() / step < fewest) {
      parts = 1; // with as many batches a step none would be large enough
    }
    String advice =
        String.format(
            Locale.ROOT,
            "--resume --override-config --set train.batch=%d --set train.accumulate=%d takes the"
                + " same steps, from the last state, which is intact",
            fits,
            settings.accumulate() * parts);
    return OutOfMemory.failure(batch.size(), fewest, fits, advice, e);
  }

  /** Writes a picture of the run's first batch, for people to check what is learned from. */
  private void show(Batches batches) throws IOException {
    Batch batch = shown || !ranks.first() ? null : batches.peek();
    if (batch != null) {
      FirstCrops.write(
          folder.augmented(),
          batch,
          trainer.pictures(batch),
          config.model().input(),
          people,
          dataset.skeleton());
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
    boolean validate = done % settings.evalEvery() == 0 || done == settings.epochs();
    List<MetricResult> validation = List.of();
    double weight = config.fusionWeight().orElse(position().fusionWeight());
    validate &= !validationPeople.isEmpty();
    if (validate) {
      save(); // if the validation is interrupted, the resumed run begins with it
    }
    trainer.averageStatistics();
    if (validate) {
      Validation result =
          Validation.of(
              trainer.average(),
              dataset,
              validationPeople,
              config.fusionWeight(),
              trainer.precision(),
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
    int steps = position().current().good();
    EpochResult result =
        new EpochResult(
            done,
            position().steps(),
            settings.rate(epoch, Math.max(0, position().steps() - 1)),
            position().current().losses().dividedBy(steps),
            position().current().images(images),
            imagesPerSecond,
            ProcessMemory.residentMb(),
            validation);
    // Without validation the latest weights count as the best.
    boolean latest = validationPeople.isEmpty();
    moveTo(position().nextEpoch(validation.isEmpty() ? null : validation.get(0), weight, latest));
    if (position().best().epoch() == done && ranks.first()) {
      states.saveBest(position());
    }
    // Before the state: a run that is killed in between repeats the epoch and writes the same row.
    // In the other order the row would be lost.
    log.epoch(result);
    save();
    summary(RunState.RUNNING);
    return true;
  }

  /** Draws the network's answers for some people, every few epochs. */
  private void drawSamples(int done, double fusionWeight) throws IOException {
    boolean due = done % settings.sampleEvery() == 0 || done == settings.epochs();
    if (!due || settings.samples() == 0 || validationPeople.isEmpty() || !ranks.first()) {
      return;
    }
    try (PoseEstimator estimator =
        new PoseEstimator(
            trainer.average(),
            dataset.skeleton().flipPermutation(),
            false,
            Refine.QUARTER,
            trainer.precision())) {
      new SampleSheet(dataset, SampleSheet.some(validationPeople, settings.samples()))
          .write(
              estimator,
              config.model().input(),
              fusionWeight,
              dataset.name() + ", epoch " + done,
              folder.sample(done));
    }
  }

  /**
   * Continues from the folder's last state; from the start if there is none.
   *
   * @param differently whether steps may have another size than before
   */
  void resume(boolean differently) throws IOException {
    moveTo(states.restore(progress));
    if (!differently && !isComplete()) {
      states.checkProcesses();
    }
    log.resume(position().epoch());
    if (position().steps() > 0) {
      log.note("resumed after epoch " + position().epoch() + ", step " + position().steps());
    }
  }

  /** Gives all processes the state of the first one, which alone reads the run folder. */
  void agree() {
    if (ranks.size() == 1) {
      return;
    }
    moveTo(
        Position.fromJson(
            ranks.share(position().toJson(), 0, trainer.device()), Path.of("what rank 0 says")));
    trainer.share(position().steps(), states.statistics());
  }

  /**
   * Records the arithmetic of the steps to come.
   *
   * @param allowMixed whether it may differ between the processes, and from that of the run so far;
   *     what the first one is told counts
   */
  void computing(boolean allowMixed) {
    if (isComplete()) {
      return; // no more steps
    }
    Numerics own =
        Numerics.of(
            trainer.precision(),
            trainer.arithmetic().fallbacks(),
            trainer.device(),
            settings.batch());
    for (Numerics one : JobConsistency.check(own, allowMixed, ranks, trainer.device())) {
      states.computing(one, allowMixed);
    }
  }

  /**
   * Starts from another network's weights instead of random ones.
   *
   * @param except prefixes of names that stay random
   */
  void initialise(Checkpoint from, List<String> except, Path origin) {
    trainer.weights().raw().load(from.tensors(), except, origin);
    trainer.weights().average().load(from.tensors(), except, origin);
    states.startedFrom(origin, from.trainedOn());
  }

  private Checkpoint checkpoint(Position at, TrainedOn trainedOn) {
    return new Checkpoint(
            config.yaml(),
            config.model(),
            dataset.skeleton(),
            dataset.metric(),
            at.epoch(),
            config.fusionWeight().orElse(at.fusionWeight()),
            Map.of(),
            trainer.average().parameters().toEntries())
        .learnedFrom(trainedOn);
  }

  @Override
  void writeState() throws IOException {
    // Between epochs the statistics are the same in all processes.
    List<float[]> statistics =
        position().current().steps() > 0 ? trainer.statisticsOfAll() : List.of();
    if (ranks.first()) {
      states.save(position(), statistics);
    }
  }
}
