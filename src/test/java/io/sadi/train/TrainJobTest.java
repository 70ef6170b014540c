package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.data.TrainedOn;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PoseMetric;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.predict.ModelEvaluation;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import io.sadi.testing.NoisePeople;
import io.sadi.testing.TinyRun;
import io.sadi.testing.Warnings;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is what its config says, and an interrupted run is the same run. */
class TrainJobTest {
  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void drawPeople() throws IOException {
    data = NoisePeople.write(folder.resolve("data"));
  }

  @Test
  void anInterruptedAndResumedRunEndsWithTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    assertThat(training(whole, TrainJob.Mode.REFUSE).run(Progress.NONE)).isEqualTo(RunState.DONE);

    // A run that was stopped by force after its second epoch: what it would have written later is
    // not there, and a part of a file is.
    Path broken = folder.resolve("broken");
    TrainJob first =
        TrainJob.prepare(config("train.epochs=2"), true, data, broken, TrainJob.Mode.REFUSE, null);
    first.run(Progress.NONE);
    Files.copy(
        whole.resolve("config.yaml"),
        broken.resolve("config.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(broken.resolve("checkpoints/last.safetensors.part"), "half");
    TrainJob.prepare(Config.empty(), false, data, broken, TrainJob.Mode.RESUME, null)
        .run(Progress.NONE);

    for (String name : List.of("best", "last")) {
      Path file = Path.of("checkpoints", name + ".safetensors");
      if (name.equals("last")) {
        assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
      } else {
        assertThat(Checkpoint.read(broken.resolve(file)).epoch())
            .isEqualTo(Checkpoint.read(whole.resolve(file)).epoch());
      }
    }
    assertThat(columns(broken)).isEqualTo(columns(whole)).hasSize(4);
  }

  /** The same crops, but for rounding, and so the same first losses. */
  @Test
  void aDeviceThatMakesTheCropsLearnsTheSame() throws IOException {
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      Path run = folder.resolve("device-" + i);
      Config config =
          config(
              "train.epochs=1",
              "augment.half_body=0.5",
              "augment.color=0.4",
              "augment.blur=0.5",
              "augment.occlusion=0.5",
              "augment.device=" + (i == 0 ? "off" : "on"));
      TrainJob.prepare(config, true, data, run, TrainJob.Mode.REFUSE, null).run(Progress.NONE);
      losses[i] = Double.parseDouble(columns(run).get(1).split(",", -1)[3]);
    }
    assertThat(losses[1]).isEqualTo(losses[0], within(0.01 * losses[0]));
  }

  @Test
  void resumingAFinishedRunDoesNothing() throws IOException {
    Path run = folder.resolve("run");
    training(run, TrainJob.Mode.REFUSE).run(Progress.NONE);
    byte[] before = Files.readAllBytes(run.resolve("checkpoints/last.safetensors"));
    assertThat(
            TrainJob.prepare(Config.empty(), false, data, run, TrainJob.Mode.RESUME, null)
                .run(Progress.NONE))
        .isEqualTo(RunState.DONE);
    assertThat(Files.readAllBytes(run.resolve("checkpoints/last.safetensors"))).isEqualTo(before);
  }

  /** Another program finds the state by sadi-formats(5). */
  @Test
  void theLastCheckpointHoldsWhatTheManualSays() throws IOException {
    Path run = folder.resolve("run");
    prepared(run, "train.epochs=1").run(Progress.NONE);
    Safetensors last = Safetensors.read(run.resolve("checkpoints/last.safetensors"));
    String page = Files.readString(Path.of("src/man/sadi-formats.roff"), StandardCharsets.UTF_8);
    int start = page.indexOf(".SH CHECKPOINT\n");
    String section = page.substring(start, page.indexOf("\n.SH ", start + 1));
    assertThat(last.metadata().keySet())
        .contains("training", "crc32c", "computed", "trained_on", "architecture")
        .allMatch(key -> section.contains("\\fI" + key + "\\fR"));
    assertThat(section).contains("\\fIstate/NAME\\fR");
    Set<String> names = new TreeSet<>(last.tensors().keySet());
    names.removeIf(name -> name.startsWith("state/"));
    Set<String> raw = new TreeSet<>(last.tensors().keySet());
    raw.removeAll(names);
    assertThat(raw)
        .isEqualTo(names.stream().map(name -> "state/" + name).collect(Collectors.toSet()));
    try (Stream<Path> state = Files.list(run.resolve("state"))) {
      assertThat(state.map(file -> file.getFileName().toString()))
          .allMatch(name -> name.matches("lock|optimizer-\\d+\\.safetensors"));
    }
    for (String key :
        Json.parse(last.metadata().get("architecture"), "x").getAsJsonObject().keySet()) {
      assertThat(section.replaceAll("\\s+", " ")).contains(key);
    }
  }

  @Test
  void aRunThatIsThereIsNotTouchedWithoutAWord() throws IOException {
    Path run = folder.resolve("run");
    Files.createDirectories(run);
    Files.writeString(run.resolve("config.yaml"), "train: {epochs: 9}\n");
    assertThatThrownBy(() -> training(run, TrainJob.Mode.REFUSE).run(Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--resume continues it, --overwrite replaces it");
    assertThat(run.resolve("config.yaml")).hasContent("train: {epochs: 9}");
  }

  @Test
  void aFolderOfOtherFilesIsNoPlaceForARun() throws IOException {
    Files.createDirectories(folder.resolve("photos"));
    Files.writeString(folder.resolve("photos/a.txt"), "mine");
    assertThatThrownBy(
            () -> training(folder.resolve("photos"), TrainJob.Mode.OVERWRITE).run(Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("holds other files");
  }

  /** Else the running variances become no numbers, and the run ends with nothing saved. */
  @Test
  void aBatchTooSmallForBatchNormIsRefusedBeforeItIsTrained() throws IOException {
    Path run = folder.resolve("run");
    assertThatThrownBy(() -> prepared(run, "train.batch=1"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "train.batch: found 1, expected batches of at least 2, because the network's smallest"
                + " map is a single pixel and batch norm needs two values a channel; or take a"
                + " larger model.input");
    assertThatThrownBy(() -> prepared(run, "data.limit_train=1"))
        .hasMessageStartingWith(
            "train.batch: found 4, but a batch is 1 of 1 person to learn from, expected");
    assertThatThrownBy(() -> prepared(run, "train.accumulate=5"))
        .hasMessageStartingWith(
            "train.batch: found 4, but a batch is 1 of 8 people to learn from in 5 batches a step,");
    assertThat(run).doesNotExist();
    // Two crops, two by two pixels, or statistics that stay, are enough.
    prepared(run, "train.batch=2");
    prepared(run, "train.batch=1", "model.input=128");
    prepared(run, "train.batch=1", "train.freeze=[hourglass]");
    assertThat(prepared(run, "train.batch=1", "train.freeze=[hourglass]").run(Progress.NONE))
        .isEqualTo(RunState.DONE);
  }

  private TrainJob prepared(Path run, String... sets) throws IOException {
    return TrainJob.prepare(config(sets), true, data, run, TrainJob.Mode.REFUSE, null);
  }

  @Test
  void aChangedConfigIsNotResumed() throws IOException {
    Path run = folder.resolve("run");
    training(run, TrainJob.Mode.REFUSE).run(Progress.NONE);
    assertThatThrownBy(
            () ->
                TrainJob.prepare(
                    config("train.lr=0.5"), true, data, run, TrainJob.Mode.RESUME, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("lr: 0.001")
        .hasMessageContaining("lr: 0.5");
  }

  /** Somebody who resumes with the wrong folder would otherwise mix two data sets unseen. */
  @Test
  void aRunGoesOnWithItsOwnPeopleUnlessTold() throws IOException {
    Path run = folder.resolve("run");
    training(run, TrainJob.Mode.REFUSE).run(Progress.NONE);
    Path last = run.resolve("checkpoints/last.safetensors");
    TrainedOn own = Checkpoint.read(last).trainedOn();
    assertThat(own).isNotNull();
    assertThat(own.train().people()).isEqualTo(8);
    assertThat(own.val()).isNotNull();
    assertThat(Checkpoint.read(run.resolve("checkpoints/best.safetensors")).trainedOn())
        .isEqualTo(own);
    assertThat(Json.readObject(run.resolve("summary.json")).get("trained_on"))
        .isEqualTo(own.json());

    Path others = NoisePeople.write(folder.resolve("others"), 4);
    byte[] before = Files.readAllBytes(last);
    assertThatThrownBy(
            () -> TrainJob.prepare(Config.empty(), false, others, run, TrainJob.Mode.RESUME, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(others + ": found split train (8 people, sha256 ")
        .hasMessageContaining(", expected " + own.train() + ", as what " + run + " was trained on")
        .hasMessageContaining("--override-config");
    assertThat(last).hasBinaryContent(before);

    Config longer = Config.load(TrainJob.config(run), List.of("train.epochs=4"), Map.of());
    assertThat(TrainJob.resume(longer, others, run).run(Progress.NONE)).isEqualTo(RunState.DONE);
    TrainedOn both = Checkpoint.read(last).trainedOn();
    assertThat(both).isNotNull();
    assertThat(both.train()).isNotEqualTo(own.train());
    assertThat(both.before()).containsExactly(own);
    // From now on these are its people, and what it had before is kept.
    assertThat(TrainJob.resume(longer, others, run).run(Progress.NONE)).isEqualTo(RunState.DONE);
    Config longest = Config.load(TrainJob.config(run), List.of("train.epochs=5"), Map.of());
    TrainJob.resume(longest, others, run).run(Progress.NONE);
    assertThat(Checkpoint.read(last).trainedOn()).isEqualTo(both);

    Path next = folder.resolve("next");
    TrainJob.prepare(
            config("train.epochs=1"),
            true,
            data,
            next,
            TrainJob.Mode.REFUSE,
            new InitialNetwork(last, List.of()))
        .run(Progress.NONE);
    TrainedOn all = Checkpoint.read(next.resolve("checkpoints/last.safetensors")).trainedOn();
    assertThat(all).isNotNull();
    assertThat(all.train()).isEqualTo(own.train());
    assertThat(all.before())
        .extracting(TrainedOn::train)
        .containsExactly(own.train(), both.train());
  }

  @Test
  void aRunOfAnOlderVersionGoesOnWithAWarning() throws IOException {
    Path whole = folder.resolve("whole");
    training(whole, TrainJob.Mode.REFUSE).run(Progress.NONE);
    Path run = folder.resolve("run");
    TrainJob.prepare(config("train.epochs=2"), true, data, run, TrainJob.Mode.REFUSE, null)
        .run(Progress.NONE);
    Path last = run.resolve("checkpoints/last.safetensors");
    Safetensors state = Safetensors.read(last);
    Map<String, String> metadata = new LinkedHashMap<>(state.metadata());
    metadata.remove("trained_on");
    metadata.remove("crc32c_metadata"); // older versions wrote none
    new Safetensors(metadata, state.tensors()).write(last);
    List<String> warnings = new ArrayList<>();
    TrainJob.resume(config(), data, run).run(Warnings.into(warnings));
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("last.safetensors: an older version wrote it, without what it was trained on")
        .contains("split train (8 people");
    assertThat(last).hasSameBinaryContentAs(whole.resolve("checkpoints/last.safetensors"));
  }

  /** What is reported of fused has to hold for others: not the best of ten on the same people. */
  @Test
  void validationIsCrossFitted() throws IOException {
    Path run = folder.resolve("run");
    TrainJob.prepare(
            config("data.train_split=val", "data.val_split=train"), // the larger one
            true,
            data,
            run,
            TrainJob.Mode.REFUSE,
            null)
        .run(Progress.NONE);
    Path last = run.resolve("checkpoints/last.safetensors");
    Dataset dataset = DatasetReader.read(data);
    List<Person> people = DatasetReader.people(dataset, "train");
    PoseMetric metric = PoseMetric.of(dataset.metric());
    InferenceConfig inference = new InferenceConfig("cpu", "fp32", 4, 1, false, Refine.QUARTER);
    ModelEvaluation.CrossFitted found =
        ModelEvaluation.prepare(last, dataset, people, null, Progress.NONE)
            .crossFitted("train", metric, null, inference, Progress.NONE);
    Map<String, Double> means = new LinkedHashMap<>();
    found
        .predicted()
        .forEach(
            (decode, of) ->
                means.put(
                    decode,
                    MetricResult.of(metric, decode, dataset.skeleton(), people, of, false)
                        .meanJointWeighted()));
    try (Csv csv = Csv.open(run.resolve("metrics.csv"))) {
      Csv.Row row = csv.next();
      for (Csv.Row next = row; next != null; next = csv.next()) {
        row = next;
      }
      assertThat(row).isNotNull();
      for (String decode : List.of("fused", "h1", "h2", "mu")) {
        assertThat((double) row.number(csv.column("val_" + decode + "_mean_joint_weighted")))
            .as(decode)
            .isCloseTo(means.get(decode), within(1e-3));
      }
    }
    // On all eight people w = 0.01 is best, on one of their halves w = 0.
    assertThat(means.get("fused")).isLessThan(means.get("fused-in-sample"));
    assertThat(Checkpoint.read(last).fusionWeight()).isEqualTo(found.network().fusion().weight());
  }

  /** Without people to choose a weight on nothing is fused, unless the config says how much. */
  @Test
  void withoutValidationFusedIsH1AndSaysSo() throws IOException {
    List<String> warnings = new ArrayList<>();
    Path run = folder.resolve("run");
    TrainJob.prepare(
            config("data.val_split=nobody", "train.epochs=1"),
            true,
            data,
            run,
            TrainJob.Mode.REFUSE,
            null)
        .run(Warnings.into(warnings));
    assertThat(warnings)
        .singleElement()
        .asString()
        .endsWith(
            "no split 'nobody', so nothing is validated, fused is h1 (eval.fusion_weight=W sets its"
                + " weight), and best is the last epoch");
    assertThat(Checkpoint.read(run.resolve("checkpoints/best.safetensors")).fusionWeight())
        .isZero();

    warnings.clear();
    Path set = folder.resolve("set");
    TrainJob.prepare(
            config("data.val_split=nobody", "train.epochs=1", "eval.fusion_weight=0.3"),
            true,
            data,
            set,
            TrainJob.Mode.REFUSE,
            null)
        .run(Warnings.into(warnings));
    assertThat(warnings)
        .singleElement()
        .asString()
        .endsWith("validated, and best is the last epoch");
    assertThat(Checkpoint.read(set.resolve("checkpoints/best.safetensors")).fusionWeight())
        .isEqualTo(0.3);
    assertThatThrownBy(() -> RunConfig.from(config("eval.fusion_weight=1.5")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("eval.fusion_weight: found '1.5', expected auto | number 0..1");
  }

  /** A weight that the config sets is that of every epoch and decode, and none is chosen. */
  @Test
  void weightOfTheConfigIsNotChosen() throws IOException {
    Path run = folder.resolve("run");
    TrainJob.prepare(config("eval.fusion_weight=0.3"), true, data, run, TrainJob.Mode.REFUSE, null)
        .run(Progress.NONE);
    for (String name : List.of("best", "last")) {
      assertThat(
              Checkpoint.read(run.resolve("checkpoints/" + name + ".safetensors")).fusionWeight())
          .isEqualTo(0.3);
    }
  }

  /** Two ways to choose the best epoch must not be mixed without a word. */
  @Test
  void bestEpochOfAnOlderVersionIsSaid() throws IOException {
    Path run = folder.resolve("run");
    training(run, TrainJob.Mode.REFUSE).run(Progress.NONE);
    Path last = run.resolve("checkpoints/last.safetensors");
    Safetensors state = Safetensors.read(last);
    Map<String, String> metadata = new LinkedHashMap<>(state.metadata());
    assertThat(metadata.get("training")).contains(",\"cross_fitted\":true");
    metadata.computeIfPresent(
        "training", (key, json) -> json.replace(",\"cross_fitted\":true", ""));
    metadata.remove("crc32c_metadata"); // older versions wrote none
    new Safetensors(metadata, state.tensors()).write(last);
    List<String> warnings = new ArrayList<>();
    Config longer = Config.load(TrainJob.config(run), List.of("train.epochs=4"), Map.of());
    TrainJob.resume(longer, data, run).run(Warnings.into(warnings));
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("last.safetensors: an older version chose the best epoch so far, ")
        .contains("with a fusion weight that was chosen on the people it is measured on");
    warnings.clear();
    longer = Config.load(TrainJob.config(run), List.of("train.epochs=5"), Map.of());
    TrainJob.resume(longer, data, run).run(Warnings.into(warnings));
    assertThat(warnings).isEmpty();
  }

  @Test
  void aCheckpointOfAnotherArchitectureIsNamed() throws IOException {
    Path run = folder.resolve("run");
    training(run, TrainJob.Mode.REFUSE).run(Progress.NONE);
    Path best = run.resolve("checkpoints/best.safetensors");
    assertThatThrownBy(
            () ->
                TrainJob.prepare(
                    config("model.features=6"),
                    true,
                    data,
                    folder.resolve("other"),
                    TrainJob.Mode.REFUSE,
                    new InitialNetwork(best, List.of())))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("head.0.features.conv.weight")
        .hasMessageContaining("architecture differs");
    assertThat(folder.resolve("other")).doesNotExist();
  }

  @Test
  void aCheckpointHoldsWhatItsUseTakes() throws IOException {
    Path run = folder.resolve("run");
    training(run, TrainJob.Mode.REFUSE).run(Progress.NONE);
    Checkpoint checkpoint = Checkpoint.read(run.resolve("checkpoints/last.safetensors"));
    assertThat(checkpoint.skeleton()).isEqualTo(Skeleton.lsp14());
    assertThat(checkpoint.metric()).isEqualTo(Metric.PCK_02);
    assertThat(checkpoint.epoch()).isEqualTo(3);
    assertThat(checkpoint.tensors().keySet())
        .contains("stem.conv.conv.weight", "stem.conv.bn.running_mean", "dlm.flow.scale.0.0.weight")
        .noneMatch(name -> name.startsWith("state/") || name.contains("num_batches_tracked"));
    checkpoint.network(ComputeDevice.CPU, run).close();
    try (Image crops = Image.read(run.resolve("augmented.jpg"))) {
      // Four crops of 64 px, enlarged to 192, three in a row.
      assertThat(crops.width()).isBetween(3 * 192, 3 * 210);
      assertThat(crops.height()).isBetween(2 * 192, 2 * 240);
    }
    assertThat(Files.readString(run.resolve("summary.json"), StandardCharsets.UTF_8))
        .contains("\"state\": \"done\"");
  }

  /** 8 people: 2 processes with 2 batches of 2 each see all of them in a step. */
  @Test
  void saysHowManyCropsAStepHasOverAllProcesses() throws IOException {
    Path out = folder.resolve("x");
    assertThat(training(out, TrainJob.Mode.REFUSE).describe(1))
        .contains("3 epochs of 2 steps of 4 crops;");
    TrainJob accumulating =
        TrainJob.prepare(
            config("train.batch=2", "train.accumulate=2"),
            true,
            data,
            out,
            TrainJob.Mode.REFUSE,
            null);
    assertThat(accumulating.describe(1)).contains("3 epochs of 2 steps of 2 x 2 crops;");
    assertThat(accumulating.describe(2)).contains("3 epochs of 1 steps of 4 x 2 crops;");
  }

  @Test
  void anEmptySplitIsNoTrainingData() {
    assertThatThrownBy(
            () ->
                TrainJob.prepare(
                    config("data.train_split=nobody"),
                    true,
                    data,
                    folder.resolve("x"),
                    TrainJob.Mode.REFUSE,
                    null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("nobody");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  /** The same people every other epoch and at the end: their annotations are where they were. */
  @Test
  void somePeopleAreDrawnEveryFewEpochs() throws IOException {
    Path run = folder.resolve("run");
    TrainJob.prepare(
            config("train.samples=3", "train.sample_every=2"),
            true,
            data,
            run,
            TrainJob.Mode.REFUSE,
            null)
        .run(Progress.NONE);
    assertThat(TinyRun.filesIn(run.resolve("samples")))
        .containsExactly("", "epoch-002.jpg", "epoch-003.jpg");
    try (Image early = Image.read(run.resolve("samples/epoch-002.jpg"));
        Image late = Image.read(run.resolve("samples/epoch-003.jpg"))) {
      assertThat(late.width()).isEqualTo(early.width()).isGreaterThan(1000);
      assertThat(late.height()).isEqualTo(early.height()).isGreaterThan(380);
      // The first picture is of the annotations, and the second of what the network finds.
      assertThat(part(late, 20)).isEqualTo(part(early, 20));
      assertThat(part(late, 200)).isNotEqualTo(part(early, 200));
    }
    TrainJob.prepare(config("train.samples=0"), true, data, run, TrainJob.Mode.OVERWRITE, null)
        .run(Progress.NONE);
    assertThat(run.resolve("samples")).doesNotExist();
  }

  private static byte[] part(Image image, int left) {
    try (Image part = image.warp(new Affine(1, 0, left, 0, 1, 60), 144, 112)) {
      return part.rgb();
    }
  }

  private TrainJob training(Path out, TrainJob.Mode mode) throws IOException {
    return TrainJob.prepare(config(), true, data, out, mode, null);
  }

  private static Config config(String... sets) {
    Config config = Config.parse(NoisePeople.CONFIG, "tiny");
    for (String set : sets) {
      config.set(set);
    }
    return config;
  }

  /** metrics.csv without the columns that tell of the machine. */
  private static List<String> columns(Path run) throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.csv"), StandardCharsets.UTF_8)) {
      List<String> cells = new ArrayList<>(Arrays.asList(line.split(",", -1)));
      cells.subList(7, 9).clear();
      rows.add(String.join(",", cells));
    }
    return rows;
  }
}
