package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.config.Config;
import io.sadi.data.TrainedOn;
import io.sadi.eval.BoxPrecision;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.predict.DetectorEvaluation;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import io.sadi.prepare.SyntheticPeople;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A detector learns to find people, and an interrupted run is the same run. */
class DetectorJobTest {
  /** 3 epochs of 2 steps. */
  private static final String TINY =
      """
      model: {input: 64, stem: 4, channels: [4, 4, 8], blocks: [1, 1, 1], features: 4}
      train: {task: detect, epochs: 3, batch: 4, lr: 0.001, milestones: [2], threads: 1,
        precision: fp32, samples: 2}
      """;

  @TempDir Path folder;

  private static Config config(String yaml, String... sets) {
    Config config = Config.parse(yaml, "test");
    for (String set : sets) {
      config.set(set);
    }
    return config;
  }

  private static DetectorJob job(Config config, Path data, Path out, TrainJob.Mode mode)
      throws IOException {
    return DetectorJob.prepare(config, true, data, out, mode, null);
  }

  private static List<String> rows(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.csv"), StandardCharsets.UTF_8).stream()
        .map(row -> row.replaceAll("(([^,]*,){7})[^,]*,[^,]*", "$1")) // without speed and memory
        .toList();
  }

  @Test
  void anInterruptedAndResumedRunEndsWithTheSameBytes() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path whole = folder.resolve("whole");
    RunState state = job(config(TINY), data, whole, TrainJob.Mode.REFUSE).run(false, Progress.NONE);
    assertThat(state).isEqualTo(RunState.DONE);
    assertThat(whole.resolve("augmented.jpg")).exists();
    assertThat(whole.resolve("curves.html")).content().contains("People found");
    assertThat(Json.readObject(whole.resolve("summary.json")).get("task").getAsString())
        .isEqualTo("detect");

    // Stopped by force after its second epoch.
    Path broken = folder.resolve("broken");
    job(config(TINY, "train.epochs=2"), data, broken, TrainJob.Mode.REFUSE)
        .run(false, Progress.NONE);
    Files.copy(
        whole.resolve("config.yaml"),
        broken.resolve("config.yaml"),
        StandardCopyOption.REPLACE_EXISTING);
    DetectorJob.prepare(Config.empty(), false, data, broken, TrainJob.Mode.RESUME, null)
        .run(false, Progress.NONE);
    Path last = Path.of("checkpoints/last.safetensors");
    assertThat(broken.resolve(last)).hasSameBinaryContentAs(whole.resolve(last));
    assertThat(rows(broken)).isEqualTo(rows(whole)).hasSize(4);

    // Another config or other people need a word.
    assertThatThrownBy(() -> job(config(TINY, "train.lr=0.5"), data, whole, TrainJob.Mode.RESUME))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the same config as the run's");
    Path others = NoisePeople.write(folder.resolve("others"), 9);
    assertThatThrownBy(
            () ->
                DetectorJob.prepare(
                    Config.empty(), false, others, whole, TrainJob.Mode.RESUME, null))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("was trained on");
  }

  @Test
  void aBatchTooSmallForBatchNormIsRefused() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path run = folder.resolve("run");
    String one = "model.input=32"; // 1x1 at the bottom of three levels
    String levels = "model.channels=[4, 4, 8, 8]";
    String blocks = "model.blocks=[1, 1, 1, 1]";
    for (String few : List.of("train.batch=1", "data.limit_train=1")) {
      assertThatThrownBy(
              () -> job(config(TINY, one, levels, blocks, few), data, run, TrainJob.Mode.REFUSE))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("train.batch: found ")
          .hasMessageContaining("expected batches of at least 2");
      job(config(TINY, few), data, run, TrainJob.Mode.REFUSE);
    }
    assertThatThrownBy(
            () ->
                job(
                    config(TINY, one, levels, blocks, "data.limit_train=1"),
                    data,
                    run,
                    TrainJob.Mode.REFUSE))
        .hasMessageContaining("found 4, but a batch is 1 of 1 photo to learn from");
    job(config(TINY, one, levels, blocks), data, run, TrainJob.Mode.REFUSE);
  }

  /** With a single validation nothing was compared yet. */
  @Test
  void patienceWaitsForTwoValidations() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path run = folder.resolve("run");
    Config config =
        config(
            TINY,
            "train.epochs=6",
            "train.milestones=[6]",
            "train.eval_every=3",
            "train.patience=1");
    job(config, data, run, TrainJob.Mode.REFUSE).run(false, Progress.NONE);
    assertThat(rows(run)).as("a header, and at least two validations' epochs").hasSize(7);
  }

  /** What is recorded is what was learned from, and others' labels are not exchanged unseen. */
  @Test
  void whatWasLearnedFromIsWhatIsRecorded() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path found = folder.resolve("found.csv");
    Files.writeString(found, "image,x,y,w,h\n0.png,1,1,8,8\n");
    Path run = folder.resolve("run");
    String[] sets = {"data.limit_train=5", "data.found=" + found};
    job(config(TINY, sets), data, run, TrainJob.Mode.REFUSE).run(false, Progress.NONE);
    TrainedOn on = DetectorCheckpoint.read(run.resolve("checkpoints/last.safetensors")).trainedOn();
    assertThat(String.valueOf(on)).contains("split train (5 people").contains("found.csv (sha256");
    Files.writeString(found, "image,x,y,w,h\n0.png,2,2,9,9\n");
    assertThatThrownBy(() -> job(config(TINY, sets), data, run, TrainJob.Mode.RESUME))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("labels of another network (--teacher, data.found): found found.csv");
  }

  private static void addPhoto(Path data, String split, String name) throws IOException {
    Files.copy(data.resolve("images/0.png"), data.resolve("images/" + name));
    Path file = data.resolve("annotations/" + split + ".json");
    JsonObject json = Json.readObject(file);
    JsonArray images = json.getAsJsonArray("images");
    JsonObject image = images.get(0).getAsJsonObject().deepCopy();
    image.addProperty("id", 1000);
    image.addProperty("file_name", name);
    images.add(image);
    Json.write(file, json);
  }

  /** It learns where nobody is, too: another photo of nobody makes another detector. */
  @Test
  void photosOfNobodyArePartOfWhatWasLearnedFrom() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path run = folder.resolve("run");
    job(config(TINY, "train.epochs=1"), data, run, TrainJob.Mode.REFUSE).run(false, Progress.NONE);
    Path last = run.resolve("checkpoints/last.safetensors");
    assertThat(String.valueOf(DetectorCheckpoint.read(last).trainedOn()))
        .containsPattern("split train \\(8 people, sha256 [0-9a-f]{12}; 8 photos, sha256 ")
        .containsPattern("split val \\(4 people, sha256 [0-9a-f]{12}; 4 photos, sha256 ");
    Config same = config(TINY, "train.epochs=1");
    job(same, data, run, TrainJob.Mode.RESUME);
    for (String split : List.of("val", "train")) {
      addPhoto(data, split, "nobody-" + split + ".png");
      assertThatThrownBy(() -> job(same, data, run, TrainJob.Mode.RESUME))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(split.equals("val") ? "; 5 photos, sha256 " : "; 9 photos, sha256 ")
          .hasMessageContaining("as what " + run + " was trained on");
    }
    // A run of an older version did not write down its photos, and goes on.
    Safetensors state = Safetensors.read(last);
    Map<String, String> metadata = new HashMap<>(state.metadata());
    metadata.remove("crc32c_metadata");
    metadata.computeIfPresent(
        "trained_on", (key, json) -> json.replaceAll(",\"photos\":\\{[^}]*}", ""));
    assertThat(metadata.get("trained_on")).doesNotContain("photos");
    new Safetensors(metadata, state.tensors()).write(last);
    job(same, data, run, TrainJob.Mode.RESUME);
  }

  /** Whoever takes one kind for the other must read what it is. */
  @Test
  void kindsOfNetworksAreNotMixedUp() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path run = folder.resolve("run");
    job(config(TINY, "train.epochs=1"), data, run, TrainJob.Mode.REFUSE).run(false, Progress.NONE);
    Path detector = run.resolve("checkpoints/best.safetensors");
    assertThat(DetectorCheckpoint.isOne(detector)).isTrue();
    assertThat(DetectorCheckpoint.read(detector).tensors().keySet())
        .allMatch(name -> name.startsWith("detector."));
    assertThatThrownBy(() -> Checkpoint.read(detector))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "found a detector, which finds people's boxes, expected a network that finds joints")
        .hasMessageContaining("--detector");
    Path pose = folder.resolve("pose");
    TrainJob.prepare(
            Config.parse(NoisePeople.CONFIG, "test"), true, data, pose, TrainJob.Mode.REFUSE, null)
        .run(Progress.NONE);
    Path joints = pose.resolve("checkpoints/best.safetensors");
    assertThat(DetectorCheckpoint.isOne(joints)).isFalse();
    assertThatThrownBy(() -> DetectorCheckpoint.read(joints))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found a network that finds joints, expected a detector");
    assertThatThrownBy(() -> RunConfig.from(config(TINY)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("train.task")
        .hasMessageContaining("expected pose");
    assertThatThrownBy(() -> DetectorRunConfig.from(Config.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected detect");
  }

  @Test
  void startsFromAnotherDetector() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path first = folder.resolve("first");
    job(config(TINY, "train.epochs=1"), data, first, TrainJob.Mode.REFUSE)
        .run(false, Progress.NONE);
    Path best = first.resolve("checkpoints/best.safetensors");
    Path second = folder.resolve("second");
    DetectorJob.prepare(
            config(TINY, "train.epochs=1", "train.lr=0", "train.ema=0"),
            true,
            data,
            second,
            TrainJob.Mode.REFUSE,
            new InitialNetwork(best, List.of()))
        .run(false, Progress.NONE);
    DetectorCheckpoint after =
        DetectorCheckpoint.read(second.resolve("checkpoints/best.safetensors"));
    String head = "detector.head.box.weight";
    assertThat(after.tensors().get(head).floats())
        .isEqualTo(DetectorCheckpoint.read(best).tensors().get(head).floats());
    assertThat(after.trainedOn().before()).hasSize(1);
    assertThatThrownBy(
            () ->
                DetectorJob.prepare(
                    config(TINY, "model.features=8"),
                    true,
                    data,
                    folder.resolve("third"),
                    TrainJob.Mode.REFUSE,
                    new InitialNetwork(best, List.of())))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("its architecture differs");
  }

  /** Drawn people: seconds of training find most of them. */
  @Test
  void learnsToFindDrawnPeople() throws IOException {
    Path data = folder.resolve("people");
    new SyntheticPeople(
            80, List.of(new Split.Range("train", 1, 64), new Split.Range("val", 65, 80)), 3)
        .run(new DatasetOutput(data, false, false, Map.of()), Progress.NONE);
    Path run = folder.resolve("run");
    Config config =
        config(
            """
            model: {input: 64, stem: 8, channels: [8, 16, 16, 24], blocks: [1, 1, 1, 1],
              features: 8}
            augment: {mosaic: 0.2, mosaic_photos: 2, negative: 0, scale_min: 0.9, scale_max: 1.2}
            train: {task: detect, epochs: 30, batch: 8, lr: 0.01, milestones: [24], ema: 0.9,
              threads: 1, precision: fp32, eval_every: 30, samples: 0}
            """);
    job(config, data, run, TrainJob.Mode.REFUSE).run(false, Progress.NONE);
    InferenceConfig inference = new InferenceConfig("cpu", "fp32", 1, 1, false, Refine.QUARTER);
    BoxPrecision found =
        DetectorEvaluation.prepare(
                run.resolve("checkpoints/best.safetensors"), data, "val", Integer.MAX_VALUE)
            .run(inference, false, Progress.NONE);
    assertThat(found.people()).isEqualTo(16);
    assertThat(found.ap50()).isGreaterThan(40);
    String row = rows(run).get(30);
    assertThat(row).contains(String.format(Locale.ROOT, "%.4f", found.ap50()));
  }
}
