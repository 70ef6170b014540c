package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.testing.NoisePeople;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Membership;
import io.sadi.torch.Numerics;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that share no folder, here as threads: the first one decides, or nobody goes on. */
class JobTest {
  private static final String[] JOB = {"train.batch=2", "train.rank_timeout=60"};

  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void drawPeople() throws IOException {
    data = NoisePeople.write(folder.resolve("data"));
  }

  private static Config config(String... sets) {
    Config config = Config.parse(NoisePeople.CONFIG, "tiny");
    for (String set : JOB) {
      config.set(set);
    }
    for (String set : sets) {
      config.set(set);
    }
    return config;
  }

  /**
   * Runs two processes.
   *
   * @param first what rank 0 trains
   * @param config of rank 1; null for rank 0's
   */
  private List<RunState> run(TrainJob first, @Nullable Config config, Path data1, Path out1)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Ranks.RankHost host = new Ranks.RankHost()) {
      Membership[] places = new Membership[2];
      for (int rank = 0; rank < 2; rank++) {
        places[rank] = new Membership(rank, 2, rank, 2, "127.0.0.1", host.port(), true, 0);
      }
      List<Future<RunState>> states = new ArrayList<>();
      states.add(threads.submit(() -> first.run(places[0], false, Progress.NONE)));
      states.add(threads.submit(() -> TrainJob.follow(config, data1, out1, places[1])));
      List<RunState> all = new ArrayList<>();
      for (Future<RunState> state : states) {
        all.add(state.get());
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }

  private TrainJob training(Path out, TrainJob.Mode mode, String... sets) throws IOException {
    return TrainJob.prepare(config(sets), true, data, out, mode, null);
  }

  private static Path last(Path run) {
    return run.resolve("checkpoints/last.safetensors");
  }

  /** The second machine has no folder of the run: it would begin anew, and add its gradients. */
  @Test
  void aRunGoesOnThoughTheSecondProcessHasNoFolder() throws Exception {
    Path whole = folder.resolve("whole");
    Path none = folder.resolve("none");
    assertThat(run(training(whole, TrainJob.Mode.REFUSE), config(), data, none))
        .containsExactly(RunState.DONE, RunState.DONE);
    assertThat(none).doesNotExist();
    Path run = folder.resolve("run");
    run(training(run, TrainJob.Mode.REFUSE, "train.epochs=2"), null, data, none);
    Files.copy(
        whole.resolve("config.yaml"),
        run.resolve("config.yaml"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    TrainJob resumed =
        TrainJob.prepare(Config.empty(), false, data, run, TrainJob.Mode.RESUME, null);
    assertThat(run(resumed, null, data, none)).containsExactly(RunState.DONE, RunState.DONE);
    assertThat(last(run)).hasSameBinaryContentAs(last(whole));
    assertThat(none).doesNotExist();
  }

  /** Another run of the same name on the second machine is none of the first one's business. */
  @Test
  void theSecondProcessesFolderIsNotLookedAt() throws Exception {
    Path whole = folder.resolve("whole");
    run(training(whole, TrainJob.Mode.REFUSE), config(), data, folder.resolve("none"));
    Path other = folder.resolve("other");
    training(other, TrainJob.Mode.REFUSE, "train.epochs=1", "train.seed=9").run(Progress.NONE);
    byte[] before = Files.readAllBytes(last(other));
    Path run = folder.resolve("run");
    run(training(run, TrainJob.Mode.REFUSE), null, data, other);
    assertThat(last(run)).hasSameBinaryContentAs(last(whole));
    assertThat(last(other)).hasBinaryContent(before);
  }

  /** In the midst of an epoch each process has statistics of its own. */
  @Test
  void interruptedWithinAnEpochItIsTheSameRun() throws Exception {
    Path whole = folder.resolve("whole");
    Path none = folder.resolve("none");
    run(training(whole, TrainJob.Mode.REFUSE), config(), data, none);
    Path photo = data.resolve("images/8.png"); // of rank 0's validation people
    byte[] bytes = Files.readAllBytes(photo);
    Files.delete(photo);
    Path run = folder.resolve("run");
    assertThatThrownBy(
            () ->
                run(
                    training(run, TrainJob.Mode.REFUSE, "train.rank_timeout=3"),
                    config("train.rank_timeout=3"),
                    data,
                    none))
        .isInstanceOf(ExecutionException.class);
    Files.write(photo, bytes);
    assertThat(Safetensors.read(last(run)).tensors().keySet())
        .contains("state/statistics/0", "state/statistics/1");
    TrainJob again =
        TrainJob.prepare(config(), true, data, run, TrainJob.Mode.RESUME_DIFFERENTLY, null);
    run(again, config(), data, none);
    Map<String, Safetensors.Entry> resumed = Safetensors.read(last(run)).tensors();
    Map<String, Safetensors.Entry> expected = Safetensors.read(last(whole)).tensors();
    assertThat(resumed.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, entry) -> {
          Safetensors.Entry same = resumed.get(name);
          assertThat(same).as(name).hasToString(entry.toString());
          assertThat(same.data()).as(name).isEqualTo(entry.data());
        });
  }

  /** Half the processes take steps of half the size: another run, which nobody asked for. */
  @Test
  void anotherNumberOfProcessesIsAnotherRun() throws Exception {
    Path run = folder.resolve("run");
    run(training(run, TrainJob.Mode.REFUSE, "train.epochs=1"), null, data, folder.resolve("none"));
    byte[] before = Files.readAllBytes(last(run));
    assertThat(training(run, TrainJob.Mode.RESUME, "train.epochs=1").run(Progress.NONE))
        .as("nothing is left to do")
        .isEqualTo(RunState.DONE);
    Files.writeString(
        run.resolve("config.yaml"),
        Files.readString(run.resolve("config.yaml")).replace("epochs: 1", "epochs: 2"));
    TrainJob alone = training(run, TrainJob.Mode.RESUME, "train.epochs=2");
    assertThatThrownBy(() -> alone.run(Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageEndingWith(
            "last.safetensors: found steps of 2 processes, expected 1 process as now; start as many"
                + " as before (--nproc), or take steps of another size with --override-config");
    assertThat(last(run)).hasBinaryContent(before);
    // A state of an older version does not say how many they were.
    Path old = folder.resolve("old");
    copy(run, old);
    Safetensors state = Safetensors.read(last(old));
    Map<String, String> metadata = new HashMap<>(state.metadata());
    assertThat(metadata.remove("processes")).isEqualTo("2");
    metadata.remove("crc32c_metadata");
    new Safetensors(metadata, state.tensors()).write(last(old));
    assertThat(training(old, TrainJob.Mode.RESUME, "train.epochs=2").run(Progress.NONE))
        .isEqualTo(RunState.DONE);
    assertThat(training(run, TrainJob.Mode.RESUME_DIFFERENTLY, "train.epochs=2").run(Progress.NONE))
        .isEqualTo(RunState.DONE);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static Numerics numerics(Precision precision, List<String> fallbacks) {
    return Numerics.of(precision, fallbacks, ComputeDevice.CPU, 8);
  }

  /** What a process of a job does. */
  private interface OfRank<T> {
    T in(Ranks ranks) throws IOException;
  }

  /** What comes of two processes that meet. */
  private static <T> List<Future<T>> together(OfRank<T> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Ranks.RankHost host = new Ranks.RankHost()) {
      List<Future<T>> found = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        Membership place = new Membership(rank, 2, rank, 2, "127.0.0.1", host.port(), true, 0);
        found.add(
            threads.submit(
                () -> {
                  try (Ranks.Meeting meeting = Ranks.meet(place, Duration.ofSeconds(60));
                      Ranks ranks = meeting.join(ComputeDevice.CPU)) {
                    return work.in(ranks);
                  }
                }));
      }
      threads.shutdown();
      assertThat(threads.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
      return found;
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Compares two processes' arithmetic.
   *
   * @param mixed what each is told of --allow-mixed
   */
  private static List<Future<List<Numerics>>> compare(List<Numerics> both, boolean... mixed)
      throws Exception {
    return together(
        ranks -> {
          int rank = ranks.rank();
          return JobConsistency.check(both.get(rank), mixed[rank], ranks, ComputeDevice.CPU);
        });
  }

  /** Who reads rank 0's lines is to find the images of all, and their crops on their machines. */
  @Test
  void badBatchesOfAllProcessesAreNamed() throws Exception {
    List<String> images = List.of("a.png", "b.png", "c.png", "d.png");
    Position position = Position.START.badStep();
    for (boolean both : new boolean[] {false, true}) {
      List<Future<String>> lines =
          together(
              ranks -> {
                int rank = ranks.rank();
                Path run = folder.resolve("machine-" + rank + both);
                BadBatch batch =
                    new BadBatch(
                        List.of(2 * rank, 2 * rank + 1), List.of(new byte[12], new byte[12]));
                StepLoss loss = StepLoss.of(new LossValues(Double.NaN, 0, 0), 1, 1);
                List<String> said = new ArrayList<>();
                new BadSteps(
                        TrainConfig.OnNan.SKIP,
                        RunFolder.at(run),
                        images,
                        2,
                        ranks,
                        ComputeDevice.CPU)
                    .after(
                        new Trainer.Step(loss, rank == 1 || both ? List.of(batch) : List.of()),
                        position,
                        said::add);
                return String.join("\n", said);
              });
      String first = folder.resolve("machine-0" + both) + "/nan/epoch-0001-batch-000001";
      String second = folder.resolve("machine-1" + both) + "/nan/epoch-0001-batch-000001-rank-1";
      for (Future<String> line : lines) {
        assertThat(line.get())
            .isEqualTo(
                "epoch 1, batch 1: the loss is no number for "
                    + (both ? "a.png, b.png, c.png, d.png" : "c.png, d.png")
                    + "; its crops are in "
                    + (both ? first + " and " : "")
                    + second
                    + " of rank 1; skipped");
      }
      assertThat(Path.of(second, "images.txt")).hasContent("c.png\nd.png");
      assertThat(Files.exists(Path.of(first))).isEqualTo(both);
    }
  }

  /** "auto" is found out by each machine for itself, and one of them may be older. */
  @Test
  void aProcessThatComputesOtherwiseIsNamedInAll() throws Exception {
    Numerics first = numerics(Precision.BF16, List.of());
    Numerics second = numerics(Precision.FP32, List.of("stem plain"));
    for (Future<List<Numerics>> one : compare(List.of(first, second), false, true)) {
      assertThatThrownBy(one::get)
          .cause()
          .isInstanceOf(BadInputException.class)
          .hasMessage(
              "rank 1 has precision fp32, fallbacks stem plain, rank 0 has precision bf16,"
                  + " fallbacks none; set train.precision, start all processes on machines that"
                  + " compute alike, or mix them with --allow-mixed");
    }
    for (Future<List<Numerics>> one : compare(List.of(first, second), true, false)) {
      assertThat(one.get()).containsExactly(first, second);
    }
    for (Future<List<Numerics>> one : compare(List.of(first, first), false, false)) {
      assertThat(one.get()).containsExactly(first, first);
    }
  }

  @Test
  void aProcessThatDiffersIsNamedInAll() throws Exception {
    Path none = folder.resolve("none");
    Path run = folder.resolve("run");
    assertThatThrownBy(
            () -> run(training(run, TrainJob.Mode.REFUSE), config("train.lr=0.5"), data, none))
        .cause()
        .hasMessageContaining("rank 1 has train.lr 0.5, rank 0 has 0.001; start all processes");
    Path others = NoisePeople.write(folder.resolve("others"), 4);
    assertThatThrownBy(() -> run(training(run, TrainJob.Mode.REFUSE), null, others, none))
        .cause()
        .hasMessageContaining("rank 1 has noise, split train (8 people, sha256 ")
        .hasMessageContaining(", rank 0 has noise, split train (8 people, sha256 ");
    assertThat(run).doesNotExist();
  }
}
