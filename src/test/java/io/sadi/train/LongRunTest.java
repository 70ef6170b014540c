package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Batch;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.FailedException;
import io.sadi.io.Interruption;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.model.Losses.Loss;
import io.sadi.model.SadiNet.Output;
import io.sadi.testing.NoisePeople;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run meets that goes on for a week. */
class LongRunTest {
  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void drawPeople() throws IOException {
    data = NoisePeople.write(folder.resolve("data"));
  }

  private static Config config(String... sets) {
    Config config = Config.parse(NoisePeople.CONFIG, "tiny");
    for (String set : sets) {
      config.set(set);
    }
    return config;
  }

  private Path train(String name, String... sets) throws IOException {
    Path run = folder.resolve(name);
    TrainJob.prepare(config(sets), true, data, run, TrainJob.Mode.REFUSE, null).run(Progress.NONE);
    return run;
  }

  private RunState resume(Path run) throws IOException {
    return TrainJob.prepare(Config.empty(), false, data, run, TrainJob.Mode.RESUME, null)
        .run(Progress.NONE);
  }

  private static Path last(Path run) {
    return run.resolve("checkpoints/last.safetensors");
  }

  private static List<String> state(Path run) throws IOException {
    try (var files = Files.list(run.resolve("state"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static float[] values(Path file, String name) throws IOException {
    Safetensors.Entry entry = Safetensors.read(file).tensors().get(name);
    assertThat(entry).as(name).isNotNull();
    return entry.floats();
  }

  @Test
  void keepsAsManyStatesAsAskedFor() throws IOException {
    assertThat(state(train("two", "train.epochs=4")))
        .containsExactly(
            "last-000000006.safetensors",
            "lock",
            "optimizer-000000006.safetensors",
            "optimizer-000000008.safetensors");
    assertThat(state(train("one", "train.epochs=4", "train.keep=1")))
        .containsExactly("lock", "optimizer-000000008.safetensors");
  }

  @Test
  void aDamagedStateIsReplacedByTheOneBeforeIt() throws IOException {
    Path whole = train("whole");
    Path damaged = train("damaged");
    byte[] bytes = Files.readAllBytes(last(damaged));
    Files.write(last(damaged), Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(resume(damaged)).isEqualTo(RunState.DONE);
    assertThat(last(damaged)).hasSameBinaryContentAs(last(whole));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 101] ^= 1;
    Files.write(file, bytes);
  }

  /** Of two good states the one was lost with the other: the damaged file took its name. */
  @Test
  void aDamagedStateTakesNoGoodOneWithIt() throws IOException {
    Path whole = train("whole");
    Path run = train("run");
    flip(last(run));
    Path good = run.resolve("state/last-000000004.safetensors");
    byte[] before = Files.readAllBytes(good);
    // The first save comes to nothing, as in a process that is killed at it.
    Path inTheWay = Files.createDirectory(run.resolve("checkpoints/last.safetensors.part"));
    assertThatThrownBy(() -> resume(run)).isInstanceOf(IOException.class);
    assertThat(good).hasBinaryContent(before);
    Files.delete(inTheWay);
    assertThat(resume(run)).isEqualTo(RunState.DONE);
    assertThat(last(run)).hasSameBinaryContentAs(last(whole));
    assertThat(state(run)).contains("damaged-last.safetensors", "last-000000004.safetensors");
    assertThat(good).hasBinaryContent(before);
  }

  /** States that cannot be gone on from do not stand in the place of some that can. */
  @Test
  void damagedStatesAreSetAsideAndNotCounted() throws IOException {
    Path whole = train("whole", "train.epochs=5", "train.keep=3");
    Path run = train("run", "train.epochs=4", "train.keep=3");
    Files.copy(
        whole.resolve("config.yaml"),
        run.resolve("config.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    flip(last(run));
    flip(run.resolve("state/last-000000006.safetensors"));
    assertThat(resume(run)).isEqualTo(RunState.DONE);
    assertThat(last(run)).hasSameBinaryContentAs(last(whole));
    assertThat(state(run))
        .containsExactly(
            "damaged-last-000000006.safetensors",
            "damaged-last.safetensors",
            "last-000000006.safetensors",
            "last-000000008.safetensors",
            "lock",
            "optimizer-000000006.safetensors",
            "optimizer-000000008.safetensors",
            "optimizer-000000010.safetensors");
    for (String steps : List.of("6", "8")) {
      Path kept = Path.of("state/last-00000000" + steps + ".safetensors");
      assertThat(run.resolve(kept)).hasSameBinaryContentAs(whole.resolve(kept));
    }
  }

  /** One bit of one weight: a number like any other, and the run would be another one. */
  @Test
  void aFlippedBitIsSeen() throws IOException {
    Path whole = train("whole");
    Path damaged = train("damaged");
    byte[] bytes = Files.readAllBytes(last(damaged));
    bytes[bytes.length - 101] ^= 1;
    Files.write(last(damaged), bytes);
    assertThat(resume(damaged)).isEqualTo(RunState.DONE);
    assertThat(last(damaged)).hasSameBinaryContentAs(last(whole));
  }

  @Test
  void damagedMetricsAreNamedAndCanBeDoneWithout() throws IOException {
    Path whole = train("whole");
    Path run = train("run");
    Path metrics = run.resolve("metrics.csv");
    Files.writeString(metrics, Files.readString(metrics) + "\n \u0001");
    assertThatThrownBy(() -> resume(run))
        .isInstanceOf(BadInputException.class)
        .hasMessageContainingAll("metrics.csv: damaged", "remove it and resume");
    Files.delete(metrics);
    assertThat(resume(run)).isEqualTo(RunState.DONE);
    assertThat(last(run)).hasSameBinaryContentAs(last(whole));
  }

  @Test
  void withoutAnyWholeStateItSaysSo() throws IOException {
    Path run = train("run", "train.keep=1");
    Files.writeString(last(run), "none");
    assertThatThrownBy(() -> resume(run))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("last.safetensors");
  }

  @Test
  void killedBeforeItsFirstStateItStartsOver() throws IOException {
    Path whole = train("whole");
    Path unsaved = folder.resolve("unsaved");
    Files.createDirectories(unsaved.resolve("checkpoints"));
    Files.createDirectories(unsaved.resolve("state"));
    Files.writeString(unsaved.resolve("state/lock"), "");
    TrainJob.prepare(config(), true, data, unsaved, TrainJob.Mode.RESUME, null).run(Progress.NONE);
    assertThat(last(unsaved)).hasSameBinaryContentAs(last(whole));
    Path without = folder.resolve("without");
    Files.createDirectories(without.resolve("checkpoints"));
    Files.createDirectories(without.resolve("state"));
    Files.copy(whole.resolve("config.yaml"), without.resolve("config.yaml"));
    assertThat(resume(without)).isEqualTo(RunState.DONE);
    assertThat(last(without)).hasSameBinaryContentAs(last(whole));
  }

  @Test
  void twoProcessesDoNotTrainOneRun() throws IOException {
    Path run = train("run");
    try (FileChannel channel =
            FileChannel.open(run.resolve("state/lock"), StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(() -> resume(run))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("another process is training this run");
      // Nor does who may replace a run take it away from the process that trains it.
      byte[] before = Files.readAllBytes(last(run));
      TrainJob other = TrainJob.prepare(config(), true, data, run, TrainJob.Mode.OVERWRITE, null);
      assertThatThrownBy(() -> other.run(Progress.NONE))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("another process is training this run");
      assertThat(last(run)).hasBinaryContent(before);
      assertThat(run.resolve("config.yaml")).exists();
    }
    assertThat(resume(run)).isEqualTo(RunState.DONE);
    assertThat(
            TrainJob.prepare(config(), true, data, run, TrainJob.Mode.OVERWRITE, null)
                .run(Progress.NONE))
        .isEqualTo(RunState.DONE);
  }

  /** A checkpoint with a weight that is no number. */
  private Path broken() throws IOException {
    Path start = train("start", "train.epochs=1").resolve("checkpoints/best.safetensors");
    Safetensors whole = Safetensors.read(start);
    Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>(whole.tensors());
    tensors.computeIfPresent(
        "stem.conv.bn.weight",
        (name, entry) -> {
          float[] values = entry.floats();
          values[0] = Float.NaN;
          return Safetensors.Entry.ofFloats(entry.shape(), values);
        });
    Path file = folder.resolve("broken.safetensors");
    new Safetensors(whole.metadata(), tensors).write(file);
    return file;
  }

  private void trainFrom(Path checkpoint, Path run, String... sets) throws IOException {
    TrainJob.prepare(
            config(sets),
            true,
            data,
            run,
            TrainJob.Mode.REFUSE,
            new InitialNetwork(checkpoint, List.of()))
        .run(Progress.NONE);
  }

  @Test
  void aLossThatIsNoNumberStopsTheRunAndShowsItsImages() throws IOException {
    Path broken = broken();
    Path run = folder.resolve("run");
    assertThatThrownBy(() -> trainFrom(broken, run))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("epoch 1, batch 1: the loss is no number for ")
        .hasMessageContaining(".png")
        .hasMessageContaining("train.on_nan=skip");
    assertThat(run.resolve("summary.json")).content().contains("\"failed\"");
    Path evidence = run.resolve("nan/epoch-0001-batch-000001");
    assertThat(Files.readAllLines(evidence.resolve("images.txt"))).hasSize(4);
    assertThat(evidence.resolve("003.png")).isNotEmptyFile();
  }

  /** The evidence is what the network saw, also where the device made it. */
  @Test
  void picturesOfALossThatIsNoNumberAreTheCrops() throws IOException {
    Path broken = broken();
    List<byte[]> crops = new ArrayList<>();
    for (String device : List.of("off", "on")) {
      Path run = folder.resolve(device);
      assertThatThrownBy(() -> trainFrom(broken, run, "augment.device=" + device))
          .isInstanceOf(FailedException.class);
      try (Image crop = Image.read(run.resolve("nan/epoch-0001-batch-000001/003.png"))) {
        assertThat(crop.width()).isEqualTo(64);
        crops.add(crop.rgb());
      }
    }
    for (int i = 0; i < crops.get(0).length; i++) {
      int difference = (crops.get(0)[i] & 0xFF) - (crops.get(1)[i] & 0xFF);
      assertThat(Math.abs(difference)).isLessThan(40); // noise, as sharp as can be
    }
  }

  /** A network whose losses or whose memory are a test's. */
  private RunState trainWith(Path run, Config config, TrainerOf trainer) throws IOException {
    TrainJob training =
        TrainJob.prepare(config, true, data, run, TrainJob.Mode.RESUME_DIFFERENTLY, null);
    RunFolder folder = RunFolder.at(run);
    Files.createDirectories(run.resolve("checkpoints"));
    Files.createDirectories(run.resolve("state"));
    Files.writeString(folder.config(), training.config().yaml());
    try (Trainer made = trainer.of(training.config())) {
      TrainRun resumed = new TrainRun(training, folder, made, Ranks.ALONE, Progress.NONE);
      resumed.resume(true);
      return resumed.run();
    }
  }

  private interface TrainerOf {
    Trainer of(RunConfig config);
  }

  /** A trainer of the config's network whose batches go through {@code before}. */
  private static Trainer trainer(RunConfig config, Consumer<Batch> before, DoubleUnaryOperator of) {
    return new Trainer(config, 14, ComputeDevice.CPU, Precision.FP32, Ranks.ALONE) {
      @Override
      Output<Tensor> forward(Batch batch) {
        before.accept(batch);
        return super.forward(batch);
      }

      @Override
      LossValues values(Loss loss) {
        LossValues values = super.values(loss);
        return new LossValues(of.applyAsDouble(values.total()), values.h1(), values.h2());
      }
    };
  }

  @Test
  void aBatchThatDoesNotFitIsSaidWithOneThatDoes() throws IOException {
    Path run = train("run", "train.epochs=1");
    byte[] before = Files.readAllBytes(last(run));
    TrainerOf room =
        config ->
            trainer(
                config,
                batch -> {
                  if (batch.size() > 3) {
                    throw new RuntimeException(
                        "CUDA out of memory. Tried to allocate 2 GiB.\nframe #0: c10::Error");
                  }
                },
                loss -> loss);
    assertThatThrownBy(() -> trainWith(run, config("train.batch=8"), room))
        .isInstanceOf(FailedException.class)
        .hasMessage(
            "out of memory: a batch of 8 crops does not fit, one of 2 does: --resume"
                + " --override-config --set train.batch=2 --set train.accumulate=4 takes the same"
                + " steps, from the last state, which is intact (CUDA out of memory. Tried to"
                + " allocate 2 GiB.)");
    assertThat(run.resolve("summary.json")).content().contains("\"failed\"");
    assertThat(Files.readAllBytes(last(run))).isEqualTo(before);
    // A batch of one is too few for this network's batch norm.
    TrainerOf narrow =
        config ->
            trainer(
                config,
                batch -> {
                  if (batch.size() > 1) {
                    throw new RuntimeException("CUDA out of memory.");
                  }
                },
                loss -> loss);
    assertThatThrownBy(() -> trainWith(run, config("train.batch=8"), narrow))
        .hasMessage(
            "out of memory: a batch of 8 crops does not fit, nor does one of 2, the fewest: take a"
                + " smaller network or model.input (CUDA out of memory.)");
    // What it says to do is done.
    assertThat(trainWith(run, config("train.batch=2", "train.accumulate=4"), room))
        .isEqualTo(RunState.DONE);
  }

  /** Losses that are numbers still, but no more what they were, would end as none. */
  @Test
  void aLossThatExplodesIsAFaultBeforeItIsNoNumber() throws IOException {
    int[] steps = {0};
    TrainerOf exploding =
        config -> {
          steps[0] = 0;
          return trainer(config, batch -> steps[0]++, loss -> steps[0] == 4 ? 1e6 : loss);
        };
    Path run = folder.resolve("run");
    assertThatThrownBy(() -> trainWith(run, config(), exploding))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("epoch 2, batch 2: the loss is 1.00e+06, usually ")
        .hasMessageContaining(".png")
        .hasMessageContaining("train.on_nan=skip");
    assertThat(run.resolve("nan/epoch-0002-batch-000002/003.png")).isNotEmptyFile();
    Path skipping = folder.resolve("skipping");
    assertThat(trainWith(skipping, config("train.on_nan=skip"), exploding))
        .isEqualTo(RunState.DONE);
    assertThat(state(skipping)).contains("optimizer-000000005.safetensors"); // of 6 steps
  }

  /** A loss that is a number with gradients that are none, and with statistics that are none. */
  private static Trainer badlyLearning(RunConfig config, long badStep) {
    return new Trainer(config, 14, ComputeDevice.CPU, Precision.FP32, Ranks.ALONE) {
      private long step;

      @Override
      Output<Tensor> forward(Batch batch) {
        boolean bad = ++step == badStep;
        Output<Tensor> output = super.forward(batch);
        if (bad) {
          weights().raw().gradients().fill_(Tensors.scalar(Double.NaN));
          // variable_data: autograd must not see it, or backward() refuses.
          weights().raw().statistics().variable_data().fill_(Tensors.scalar(Double.NaN));
        }
        return output;
      }
    };
  }

  /** Adam would keep them for good, in every weight, and the next state would, too. */
  @Test
  void gradientsThatAreNoNumbersAreAFaultOfTheirBatch() throws IOException {
    Path run = folder.resolve("run");
    assertThatThrownBy(() -> trainWith(run, config(), config -> badlyLearning(config, 4)))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("epoch 2, batch 2: the gradients are no numbers for ")
        .hasMessageContaining(".png")
        .hasMessageContaining("train.on_nan=skip");
    assertThat(run.resolve("nan/epoch-0002-batch-000002/003.png")).isNotEmptyFile();
    Path skipping = folder.resolve("skipping");
    for (String clip : List.of("0", "1")) {
      Config config = config("train.on_nan=skip", "train.clip=" + clip);
      assertThat(trainWith(skipping, config, c -> badlyLearning(c, 4))).isEqualTo(RunState.DONE);
      Safetensors.read(last(skipping))
          .tensors()
          .forEach(
              (name, entry) -> {
                for (float value : entry.floats()) {
                  assertThat(Float.isFinite(value)).as(name).isTrue();
                }
              });
      assertThat(skipping.resolve("metrics.csv")).content().doesNotContain("NaN");
      Files.delete(last(skipping));
      for (String name : state(skipping)) {
        Files.delete(skipping.resolve("state").resolve(name));
      }
    }
  }

  /** Whatever made them so: a state that is kept for the worst case must not be the worst case. */
  @Test
  void weightsThatAreNoNumbersAreNotSaved() throws IOException {
    Path run = train("run");
    byte[] before = Files.readAllBytes(last(run));
    TrainerOf lost =
        config ->
            new Trainer(config, 14, ComputeDevice.CPU, Precision.FP32, Ranks.ALONE) {
              @Override
              Step step(Iterable<Batch> batches, double rate, double limit) {
                Step step = super.step(batches, rate, limit);
                weights().optimizer().square().narrow(0, 0, 1).fill_(Tensors.scalar(Double.NaN));
                return step;
              }
            };
    assertThatThrownBy(() -> trainWith(run, config("train.epochs=4"), lost))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("not saved");
    assertThat(last(run)).hasBinaryContent(before);
  }

  @Test
  void lostWeightsAreNotSkippedForever() throws IOException {
    Config config = config("train.epochs=50", "train.on_nan=skip", "train.eval_every=50");
    assertThatThrownBy(
            () ->
                trainWith(
                    folder.resolve("run"),
                    config,
                    c -> trainer(c, batch -> {}, loss -> Double.NaN)))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("epoch 10, batch 2")
        .hasMessageContaining("20th in a row");
  }

  @Test
  void patienceEndsARunThatGetsNoBetter() throws IOException {
    Path run = train("run", "train.epochs=40", "train.patience=2", "train.lr=0");
    assertThat(run.resolve("summary.json")).content().contains("\"epochs\": 3", "\"done\"");
    byte[] before = Files.readAllBytes(last(run));
    assertThat(resume(run)).isEqualTo(RunState.DONE);
    assertThat(Files.readAllBytes(last(run))).isEqualTo(before);
  }

  /** What is called the best was chosen among at least two that were validated. */
  @Test
  void patienceWaitsForValidations() throws IOException {
    Path run =
        train(
            "run",
            "train.epochs=40",
            "train.patience=2",
            "train.eval_every=3",
            "train.lr=0",
            "eval.fusion_weight=1"); // moving statistics change H1, and mu hardly
    assertThat(Json.readObject(run.resolve("summary.json")).get("epochs").getAsInt()).isEqualTo(6);
    JsonObject best = Json.readObject(run.resolve("summary.json")).getAsJsonObject("best");
    assertThat(best.get("epoch").getAsInt()).isEqualTo(3);
    assertThat(best.get("mean_joint_weighted").isJsonNull()).isFalse();
    assertThat(Checkpoint.read(run.resolve("checkpoints/best.safetensors")).epoch()).isEqualTo(3);
  }

  /** The moments of a weight that was learned before move it on. */
  @Test
  void whatIsFrozenWhenARunGoesOnStays() throws IOException {
    Path run = train("run", "train.epochs=2");
    String stem = Checkpoint.STATE + "stem.conv.conv.weight";
    String head = Checkpoint.STATE + "head.0.features.conv.weight";
    float[] frozen = values(last(run), stem);
    float[] learned = values(last(run), head);
    TrainJob.resume(config("train.freeze=[stem]", "train.epochs=4"), data, run).run(Progress.NONE);
    assertThat(values(last(run), stem)).isEqualTo(frozen);
    assertThat(values(last(run), head)).isNotEqualTo(learned);
  }

  /** Asks to stop when something begins, as a signal would. */
  private static Progress stoppingAt(String work) {
    return new Progress() {
      @Override
      public Work start(String what, long total, String unit) {
        if (what.equals(work)) {
          Interruption.request();
        }
        return Work.NONE;
      }

      @Override
      public void note(String line) {}

      @Override
      public void warn(String line) {}
    };
  }

  /** A scheduler gives half a minute, and a validation may take ten. */
  @Test
  void aSignalIsHeardWhileTheRunIsValidated() throws IOException {
    Path whole = train("whole");
    Path run = folder.resolve("run");
    TrainJob training = TrainJob.prepare(config(), true, data, run, TrainJob.Mode.REFUSE, null);
    assertThat(training.run(stoppingAt("evaluating"))).isEqualTo(RunState.INTERRUPTED);
    assertThat(run.resolve("summary.json")).content().contains("interrupted");
    assertThat(run.resolve("metrics.csv")).doesNotExist();
    assertThat(Safetensors.read(last(run)).metadata().get("training"))
        .contains("\"epoch\":0,\"batch\":2");
    assertThat(resume(run)).isEqualTo(RunState.DONE);
    assertThat(last(run)).hasSameBinaryContentAs(last(whole));
  }

  /** Nothing was learned after it went on, so nothing is known of how fast. */
  @Test
  void anEpochThatGoesOnAtItsEndIsTheSameAndHasNoRate() throws IOException {
    Path whole = train("whole");
    Path run = folder.resolve("run");
    Path photo = data.resolve("images/11.png");
    byte[] bytes = Files.readAllBytes(photo);
    Files.delete(photo);
    assertThatThrownBy(() -> train("run")).isInstanceOf(BadInputException.class);
    Files.write(photo, bytes);
    assertThat(Safetensors.read(last(run)).metadata().get("training"))
        .contains("\"epoch\":0,\"batch\":2");
    assertThat(resume(run)).isEqualTo(RunState.DONE);
    assertThat(last(run)).hasSameBinaryContentAs(last(whole));
    try (Csv csv = Csv.open(run.resolve("metrics.csv"))) {
      Csv.Row first = csv.next();
      assertThat(first).isNotNull();
      assertThat(first.text(csv.column("img_per_s"))).isEmpty();
      assertThat(first.text(csv.column("images"))).isEqualTo("8");
      Csv.Row second = csv.next();
      assertThat(second).isNotNull();
      assertThat(second.number(csv.column("img_per_s"))).isPositive();
    }
  }

  @Test
  void frozenParametersStay() throws IOException {
    Path start = train("start", "train.epochs=1");
    Path best = start.resolve("checkpoints/best.safetensors");
    Path run = folder.resolve("run");
    TrainJob.prepare(
            config("train.freeze=[stem]", "train.weight_decay=0.1"),
            true,
            data,
            run,
            TrainJob.Mode.REFUSE,
            new InitialNetwork(best, List.of()))
        .run(Progress.NONE);
    for (String name : List.of("stem.conv.conv.weight", "stem.conv.bn.running_mean")) {
      assertThat(values(last(run), name)).as(name).isEqualTo(values(best, name));
    }
    String moving = "head.0.features.conv.weight";
    assertThat(values(last(run), moving)).isNotEqualTo(values(best, moving));
    // Before anything is computed: --dry-run says it, too.
    Config typo = config("train.freeze=[stm]");
    assertThatThrownBy(
            () ->
                TrainJob.prepare(
                    typo, true, data, folder.resolve("typo"), TrainJob.Mode.REFUSE, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("'stm'")
        .hasMessageContaining("stem");
  }

  @Test
  void aNetworkForOtherJointsStartsFromWhatIsAlike() throws IOException {
    Path start = train("start", "train.epochs=1");
    Path best = start.resolve("checkpoints/best.safetensors");
    Path run = folder.resolve("run");
    TrainJob.prepare(
            config("model.features=6", "train.lr=0", "train.epochs=1"),
            true,
            data,
            run,
            TrainJob.Mode.REFUSE,
            new InitialNetwork(best, List.of("head", "sfm", "dlm")))
        .run(Progress.NONE);
    assertThat(values(last(run), "stem.conv.conv.weight"))
        .isEqualTo(values(best, "stem.conv.conv.weight"));
  }

  @Test
  void anotherConfigIsTakenWhenTold() throws IOException {
    Path run = train("run");
    Config longer = Config.load(TrainJob.config(run), List.of("train.epochs=5"), Map.of());
    assertThat(TrainJob.resume(longer, data, run).run(Progress.NONE)).isEqualTo(RunState.DONE);
    assertThat(Checkpoint.read(last(run)).epoch()).isEqualTo(5);
    assertThat(run.resolve("config.yaml")).content().contains("epochs: 5");
  }

  /**
   * The first step's gradient: Adam's first moment is a tenth of it. Batch norms keep their
   * statistics, as those of a small batch are not those of a large one.
   */
  @Test
  void smallBatchesAddUpToALargeOne() throws IOException {
    String[] common = {
      "train.epochs=1", "train.freeze=[stem, hourglass, sfm, head.0.features]",
    };
    Path large = train("large", with(common, "train.batch=8"));
    Path small = train("small", with(common, "train.batch=2", "train.accumulate=4"));
    Path file = Path.of("state/optimizer-000000001.safetensors");
    float[] expected = values(large.resolve(file), "mean");
    float[] found = values(small.resolve(file), "mean");
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isPositive();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5 * largest));
    }
  }

  private static String[] with(String[] common, String... more) {
    String[] all = Arrays.copyOf(common, common.length + more.length);
    System.arraycopy(more, 0, all, common.length, more.length);
    return all;
  }
}
