package io.sadi.demo;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.eval.Details;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Predictions;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.model.SadiNet;
import io.sadi.predict.ModelEvaluation;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import io.sadi.prepare.SyntheticPeople;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.show.Gallery.Exhibit;
import io.sadi.torch.ComputeDevice;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import io.sadi.train.TrainConfig;
import io.sadi.train.TrainJob;
import io.sadi.train.TrainingCurves;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Draws people, trains a network on some of them, chooses its best epoch on others, and measures it
 * on a third group, on which nothing was chosen.
 *
 * @param folder to write
 * @param overwrite whether an earlier demo there is replaced
 * @param seed of the drawings and of the training
 * @param people number of training people
 * @param config of the network and its training
 * @param expected fused PCKh of the held-out people, in %, below which the network has not learned;
 *     0 for a demo too small to expect anything
 */
public record Demo(
    DemoFolder folder, boolean overwrite, int seed, int people, RunConfig config, double expected) {
  /** Default number of training people. */
  public static final int PEOPLE = 2500;

  /** Lower bound for a whole demo on every machine with every seed; 79 is usual. */
  static final double LEAST_PCKH = 60;

  private static final String HELD_OUT = "test";
  private static final int LEAST = 8;
  private static final int MOST = 1_000_000;
  private static final int EXHIBITS = 12;
  private static final int PICTURE = 256;
  private static final int BATCH = 32;

  /**
   * How long each step took, in seconds.
   *
   * @param drawing the people
   * @param training the network
   * @param measuring on held-out people
   */
  record Times(double drawing, double training, double measuring) {
    double total() {
      return drawing + training + measuring;
    }
  }

  /**
   * Checks what is asked for before anything is written.
   *
   * @param config not yet read; the demo sets its data splits and seed
   * @param epochs that the network needs; with fewer, or fewer than {@link #PEOPLE}, no result is
   *     expected
   */
  public static Demo prepare(
      Path out, boolean overwrite, int seed, int people, Config config, int epochs)
      throws IOException {
    if (people < LEAST || people > MOST) {
      throw BadInputException.at("--people", String.valueOf(people), LEAST + ".." + MOST, "");
    }
    config.set("train.seed=" + seed);
    config.set("data.train_split=train");
    config.set("data.val_split=val");
    RunConfig run = RunConfig.from(config);
    DemoFolder folder = new DemoFolder(out);
    folder.check(overwrite);
    boolean whole = people >= PEOPLE && run.train().epochs() >= epochs;
    return new Demo(folder, overwrite, seed, people, run, whole ? LEAST_PCKH : 0);
  }

  /** People that the best epoch is chosen on. */
  private int validated() {
    return Math.min(150, Math.max(4, people / 10));
  }

  /** People that the report is about. */
  private int heldOut() {
    return Math.min(300, Math.max(4, people / 8));
  }

  /** A line for {@code --dry-run}. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%d drawn people to learn from, %d to choose the best epoch on, %d held out;"
            + " %d epochs at %d px; into %s",
        people,
        validated(),
        heldOut(),
        config.train().epochs(),
        config.model().input(),
        folder.path());
  }

  /**
   * Runs the demo; null if the training was interrupted.
   *
   * @throws FailedException if the network has not learned; all files are written nevertheless
   */
  public @Nullable Evaluation run(Progress progress) throws IOException {
    Stopwatch watch = new Stopwatch();
    folder.clear();
    draw(progress);
    double drawing = watch.lap();

    TrainJob training =
        TrainJob.prepare(
            Config.parse(config.yaml(), "the demo's config"),
            true,
            folder.data(),
            folder.run(),
            overwrite ? TrainJob.Mode.OVERWRITE : TrainJob.Mode.REFUSE,
            null);
    Dataset dataset = training.dataset();
    List<Person> heldOut = DatasetReader.people(dataset, HELD_OUT);
    MetricResult before = untrained(dataset, heldOut, progress);
    watch.lap();
    if (training.run(progress) == RunState.INTERRUPTED) {
      return null;
    }
    double learning = watch.lap();

    ModelEvaluation model =
        ModelEvaluation.prepare(TrainJob.best(folder.run()), dataset, heldOut, null, progress);
    Map<String, Predictions> predicted = model.run(inference(), progress);
    Evaluation evaluation =
        Evaluation.of(dataset, HELD_OUT, heldOut, predicted, List.of(metric(dataset)), Details.NONE)
            .withNetwork(model.network(HELD_OUT, heldOut, inference()));
    model.save(folder.predictionsCsv(), predicted, inference(), Map.of());
    model.save(folder.predictionsJson(), predicted, inference(), Map.of());
    List<Exhibit> exhibits =
        model.gallery(
            heldOut.subList(0, Math.min(EXHIBITS, heldOut.size())),
            model.decodes().get(0),
            PICTURE,
            inference());
    Times times = new Times(drawing, learning, watch.lap());
    DemoResult result =
        new DemoResult(
            config,
            seed,
            people,
            training.validationPeople().size(),
            expected,
            before,
            evaluation,
            exhibits,
            TrainingCurves.read(folder.run().resolve("metrics.csv")),
            times);
    AtomicFile.writeString(folder.report(), new DemoPage(folder, dataset, result).html());
    // Last, as its existence means that all is complete.
    Json.write(folder.summary(), EvaluationFormat.json(evaluation));
    tell(result, progress);
    if (!result.learned()) {
      throw new FailedException(
          String.format(
              Locale.ROOT,
              "the network did not learn: found %s %s %.1f on held-out people, expected at least"
                  + " %.0f; run 'sadi doctor', and see %s",
              result.fused().decode(),
              result.fused().metric().label(),
              result.fused().meanJointWeighted(),
              expected,
              folder.report()));
    }
    return evaluation;
  }

  private void draw(Progress progress) throws IOException {
    int val = people + validated();
    int test = val + heldOut();
    List<Split> splits =
        List.of(
            new Split.Range("train", 1, people),
            new Split.Range("val", people + 1, val),
            new Split.Range(HELD_OUT, val + 1, test));
    Map<String, ?> options =
        Map.of(
            "kind",
            "synthetic",
            "count",
            test,
            "splits",
            splits.stream().map(Split::toString).toList(),
            "seed",
            seed);
    new SyntheticPeople(test, splits, seed)
        .run(new DatasetOutput(folder.data(), overwrite, false, options), progress);
  }

  /** The result of the untrained network: chance alone. */
  private MetricResult untrained(Dataset dataset, List<Person> heldOut, Progress progress) {
    ComputeDevice device = ComputeDevice.of(config.train().device());
    try (SadiNet net =
        SadiNet.create(
            config.model(), dataset.skeleton().size(), device, false, config.train().seed())) {
      Checkpoint checkpoint =
          new Checkpoint(
              config.yaml(),
              config.model(),
              dataset.skeleton(),
              dataset.metric(),
              0,
              0,
              Map.of(),
              net.parameters().toEntries());
      Path nowhere = Path.of("the untrained network");
      Decode first = checkpoint.decodes().get(0);
      Map<String, Predictions> predicted =
          new ModelEvaluation(nowhere, checkpoint, dataset, heldOut, List.of(first))
              .run(inference(), progress);
      return Evaluation.of(
              dataset, HELD_OUT, heldOut, predicted, List.of(metric(dataset)), Details.NONE)
          .results()
          .get(0);
    }
  }

  private static PoseMetric metric(Dataset dataset) {
    return PoseMetric.of(dataset.metric());
  }

  private InferenceConfig inference() {
    TrainConfig train = config.train();
    return new InferenceConfig(
        train.device(), train.precision(), BATCH, train.threads(), false, Refine.QUARTER);
  }

  private void tell(DemoResult result, Progress progress) {
    MetricResult before = result.before();
    MetricResult after = result.fused();
    progress.note(
        String.format(
            Locale.ROOT,
            "%d people that the network never saw: %s %s %.1f before training, %.1f after"
                + " (joint-weighted mean; unweighted %.1f and %.1f)",
            result.after().people(),
            after.decode(),
            after.metric().label(),
            before.meanJointWeighted(),
            after.meanJointWeighted(),
            before.meanUnweighted(),
            after.meanUnweighted()));
    progress.note("open " + folder.report() + " in a browser");
    progress.note("next:");
    for (NextStep next : result.nextSteps(folder)) {
      progress.note("  " + next.what() + ":");
      next.commands().forEach(command -> progress.note("    " + command));
    }
  }

  private static final class Stopwatch {
    private long last = System.nanoTime();

    /** Seconds since the last lap. */
    double lap() {
      long now = System.nanoTime();
      double seconds = (now - last) / 1e9;
      last = now;
      return seconds;
    }
  }
}
