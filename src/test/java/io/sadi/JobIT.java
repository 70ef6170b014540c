package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.io.Safetensors;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Signals;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training that is killed, and training on several processes. */
class JobIT {
  /** The smallest network: what is tested is what surrounds it. */
  private static final String[] SMALL = {
    "--set", "model.input=64",
    "--set", "model.stem=8",
    "--set", "model.channels=[8,8,8,8,8]",
    "--set", "model.features=8",
    "--set", "data.limit_train=32",
    "--threads", "1",
  };

  private static Path folder;

  @TempDir private Path fresh;

  @BeforeAll
  static void drawPeople() throws IOException {
    folder = TinyRun.get().folder;
  }

  private static String[] arguments(Path run, String... more) {
    return Stream.of(
            Stream.of("train", "--config", TinyRun.CONFIG, "--data", "people"),
            Stream.of("--out", run.toString()),
            Stream.of(SMALL),
            Stream.of(more))
        .flatMap(part -> part)
        .toArray(String[]::new);
  }

  private static BinSadi.Result train(Path run, String... more) {
    return new BinSadi().in(folder).limit(Duration.ofMinutes(5)).run(arguments(run, more));
  }

  private static byte[] last(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("checkpoints/last.safetensors"));
  }

  /** SIGKILL at any moment, and the run that is resumed ends with the same bytes. */
  @Test
  void aRunThatIsKilledTwentyTimesIsTheSameRun() throws Exception {
    Path whole = fresh.resolve("whole");
    BinSadi.Result result = train(whole, "--epochs", "8");
    assertThat(result.exitCode()).as(result.err()).isZero();

    Path killed = fresh.resolve("killed");
    Files.createDirectories(killed);
    SplittableRandom random = new SplittableRandom(7);
    Path log = fresh.resolve("log.txt");
    int kills = 0;
    for (int i = 0; i < 20; i++) {
      Process process =
          new BinSadi()
              .in(folder)
              .start(fresh.resolve("out.txt"), log, arguments(killed, "--epochs", "8", "--resume"));
      if (!process.waitFor(300 + random.nextInt(3000), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        kills++;
      }
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      if (process.exitValue() == 0) {
        break; // it is done
      }
      assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(137);
    }
    assertThat(kills).isGreaterThan(1);
    result = train(killed, "--epochs", "8", "--resume");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(last(killed)).isEqualTo(last(whole));
    assertThat(TinyRun.filesIn(killed.resolve("checkpoints")))
        .contains("best.safetensors", "last.safetensors");
  }

  /** A large batch's step is that of two processes with half of it each. */
  @Test
  void twoProcessesTakeTheStepOfOne() throws IOException {
    Path one = fresh.resolve("one");
    BinSadi.Result alone =
        train(one, "--epochs", "1", "--set", "train.batch=16", "--set", "train.accumulate=2");
    assertThat(alone.exitCode()).as(alone.err()).isZero();
    Path two = fresh.resolve("two");
    BinSadi.Result together =
        train(two, "--epochs", "1", "--set", "train.batch=16", "--nproc", "2");
    assertThat(together.exitCode()).as(together.err()).isZero();

    // After the first step a tenth of the gradient is Adam's first moment.
    Path optimizer = Path.of("state/optimizer-000000001.safetensors");
    float[] expected = moments(one.resolve(optimizer));
    float[] found = moments(two.resolve(optimizer));
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5 * largest));
    }
    // One speaks, and one writes.
    assertThat(together.errLines().stream().filter(line -> line.contains("epoch 1/1: loss")))
        .hasSize(1);
    assertThat(Files.readAllLines(two.resolve("metrics.csv"))).hasSize(2);
  }

  private static float[] moments(Path file) throws IOException {
    Safetensors.Entry entry = Safetensors.read(file).tensors().get("mean");
    assertThat(entry).isNotNull();
    return entry.floats();
  }

  /** A process that dies takes no state with it, and nobody waits for it forever. */
  @Test
  void aProcessThatDiesIsNamed() throws Exception {
    Path run = fresh.resolve("run");
    Path err = fresh.resolve("err.txt");
    Process first =
        new BinSadi()
            .in(folder)
            .start(
                fresh.resolve("out.txt"),
                err,
                arguments(run, "--epochs", "100000", "--nproc", "2"));
    try {
      Path state = run.resolve("checkpoints/last.safetensors");
      for (int i = 0; i < 600 && !Files.exists(state); i++) {
        Thread.sleep(100);
      }
      assertThat(state).as(Files.readString(err)).exists();
      List<ProcessHandle> others = first.children().toList();
      assertThat(others).hasSize(2);
      ProcessHandle victim =
          others.get(1).pid() > others.get(0).pid() ? others.get(1) : others.get(0);
      victim.destroyForcibly();
      assertThat(first.waitFor(60, TimeUnit.SECONDS)).as("it stops").isTrue();
      assertThat(first.exitValue()).isEqualTo(1);
      assertThat(Files.readString(err))
          .contains("rank 1 (process " + victim.pid() + ") ended with exit code 137")
          .contains("--resume")
          .doesNotContain("\tat ", "Exception raised from");
      Safetensors.read(state);
    } finally {
      first.destroyForcibly();
    }
  }

  /** A process that hangs is as good as dead, whichever it is; the others do not hang with it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aProcessThatHangsIsNamed(int rank) throws Exception {
    Path run = fresh.resolve("run");
    Path err = fresh.resolve("err.txt");
    String[] arguments =
        arguments(run, "--epochs", "100000", "--nproc", "2", "--set", "train.rank_timeout=4");
    Process first = new BinSadi().in(folder).start(fresh.resolve("out.txt"), err, arguments);
    try {
      Path state = run.resolve("checkpoints/last.safetensors");
      for (int i = 0; i < 600 && !Files.exists(state); i++) {
        Thread.sleep(100);
      }
      assertThat(state).as(Files.readString(err)).exists();
      List<ProcessHandle> ranks =
          first.children().sorted(Comparator.comparing(ProcessHandle::pid)).toList();
      Signals.send("STOP", ranks.get(rank).pid());
      assertThat(first.waitFor(60, TimeUnit.SECONDS)).as("it stops").isTrue();
      assertThat(first.exitValue()).isEqualTo(1);
      assertThat(Files.readString(err))
          .contains("rank " + (1 - rank) + " of 2 lost rank " + rank + ", which is gone or hangs")
          .contains("rank " + rank + " (process " + ranks.get(rank).pid() + ") did not answer")
          .contains("--resume")
          .doesNotContain("\tat ", "Exception raised from", ".cc:");
      assertThat(ranks).noneMatch(ProcessHandle::isAlive);
      Safetensors.read(state);
    } finally {
      first.destroyForcibly();
    }
  }

  /** As a scheduler starts a process of a job on each of two machines. */
  private Process start(int rank, int port, Path run, int epochs) throws IOException {
    return new BinSadi()
        .in(folder)
        .with("RANK", String.valueOf(rank))
        .with("LOCAL_RANK", "0")
        .with("WORLD_SIZE", "2")
        .with("MASTER_ADDR", "127.0.0.1")
        .with("MASTER_PORT", String.valueOf(port))
        .start(
            fresh.resolve("out-" + rank + ".txt"),
            fresh.resolve("err-" + rank + ".txt"),
            arguments(
                run.resolve("machine-" + rank),
                "--epochs",
                String.valueOf(epochs),
                "--set",
                "train.rank_timeout=60",
                "--resume"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Both machines of a job keep nothing in common, and either may go away at any time. */
  @Test
  void twoMachinesWithoutACommonFolderGoOnAfterEither() throws Exception {
    int epochs = 12;
    Path whole = fresh.resolve("whole");
    Path killed = fresh.resolve("killed");
    Path state = killed.resolve("machine-0/checkpoints/last.safetensors");
    for (int victim : new int[] {1, 0}) {
      int port = freePort();
      List<Process> both = List.of(start(0, port, killed, epochs), start(1, port, killed, epochs));
      try {
        Object before = Files.exists(state) ? Files.getLastModifiedTime(state) : "none";
        for (int i = 0; i < 3000; i++) {
          if (Files.exists(state) && !Files.getLastModifiedTime(state).equals(before)) {
            break;
          }
          Thread.sleep(20);
        }
        assertThat(both).as(errors()).allMatch(Process::isAlive);
        both.get(victim).destroyForcibly();
        assertThat(both.get(1 - victim).waitFor(90, TimeUnit.SECONDS)).as("it stops").isTrue();
        assertThat(both.get(1 - victim).exitValue()).as(errors()).isEqualTo(1);
        assertThat(fresh.resolve("err-" + (1 - victim) + ".txt"))
            .content()
            .contains("lost rank " + victim)
            .doesNotContain("\tat ", ".cc:");
      } finally {
        both.forEach(Process::destroyForcibly);
      }
    }
    for (Path run : List.of(killed, whole)) {
      int port = freePort();
      List<Process> both = List.of(start(0, port, run, epochs), start(1, port, run, epochs));
      try {
        for (Process process : both) {
          assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
          assertThat(process.exitValue()).as(errors()).isZero();
        }
      } finally {
        both.forEach(Process::destroyForcibly);
      }
    }
    assertThat(last(killed.resolve("machine-0"))).isEqualTo(last(whole.resolve("machine-0")));
    assertThat(killed.resolve("machine-1")).doesNotExist();
  }

  private String errors() throws IOException {
    return Files.readString(fresh.resolve("err-0.txt"))
        + Files.readString(fresh.resolve("err-1.txt"));
  }

  /** SIGTERM reaches the process that a script started; the others hear of it from that one. */
  @Test
  void aJobThatIsToldToEndSavesFirst() throws Exception {
    Path run = fresh.resolve("run");
    Path err = fresh.resolve("err.txt");
    String[] arguments = arguments(run, "--epochs", "100000", "--nproc", "2");
    Process first = new BinSadi().in(folder).start(fresh.resolve("out.txt"), err, arguments);
    try {
      Path state = run.resolve("checkpoints/last.safetensors");
      for (int i = 0; i < 600 && !Files.exists(state); i++) {
        Thread.sleep(100);
      }
      first.destroy();
      assertThat(first.waitFor(60, TimeUnit.SECONDS)).as("it stops").isTrue();
      assertThat(first.exitValue()).as(Files.readString(err)).isEqualTo(143);
      assertThat(run.resolve("summary.json")).content().contains("interrupted");
      assertThat(Files.readString(err)).contains("--resume goes on from here");
    } finally {
      first.destroyForcibly();
    }
  }

  /** Ctrl-C twice in the midst of a step: LibTorch computes on until there is no process. */
  @RepeatedTest(3)
  void aSecondSignalEndsItInTheMidstOfAStep() throws Exception {
    Signals.assumeInterruptible();
    Path run = fresh.resolve("run");
    Path err = fresh.resolve("err.txt");
    String config = BinSadi.HOME.resolve("configs/small.yaml").toString();
    String[] slow = {
      "--set", "model.input=192", "--set", "train.batch=24", "--set", "train.epochs=1000",
    };
    Process process =
        new BinSadi()
            .in(folder)
            .with("SADI_JAVA_OPTS", "-XX:ErrorFile=" + fresh.resolve("crash.log"))
            .start(
                fresh.resolve("out.txt"),
                err,
                Stream.concat(
                        Stream.of(
                            "train", "--config", config, "--data", "people", "--out", run + ""),
                        Stream.of(slow))
                    .toArray(String[]::new));
    while (!Files.exists(run.resolve("summary.json"))) {
      assertThat(process.isAlive()).as(Files.readString(err)).isTrue();
      Thread.sleep(20);
    }
    Thread.sleep(1500); // it computes now
    Signals.send("INT", process.pid());
    Thread.sleep(100);
    if (process.isAlive()) {
      Signals.send("INT", process.pid());
    }
    assertThat(Signals.exitCode(process)).as(Files.readString(err)).isEqualTo(130);
    assertThat(fresh.resolve("crash.log")).doesNotExist();
  }

  @Test
  void aSecondProcessInTheSameFolderIsRefused() throws Exception {
    Path run = fresh.resolve("run");
    Process first =
        new BinSadi()
            .in(folder)
            .start(
                fresh.resolve("out.txt"),
                fresh.resolve("err.txt"),
                arguments(run, "--epochs", "100000"));
    try {
      for (int i = 0; i < 600 && !Files.exists(run.resolve("config.yaml")); i++) {
        Thread.sleep(100);
      }
      BinSadi.Result second = train(run, "--epochs", "100000", "--resume");
      assertThat(second.exitCode()).as(second.err()).isEqualTo(3);
      assertThat(second.err()).contains("another process is training this run");
      assertThat(first.isAlive()).isTrue();
    } finally {
      first.destroyForcibly();
    }
  }
}
