package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Signals;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The main job as a script does it, each command a process of its own: people are drawn, a network
 * learns them for an epoch, and is measured. In a folder whose name needs care.
 */
class WorkflowIT {
  private static TinyRun tiny;
  private static Path folder;

  @TempDir private Path fresh;

  @BeforeAll
  static void drawAndLearn() throws IOException {
    tiny = TinyRun.get();
    folder = tiny.folder;
  }

  private static BinSadi sadi() {
    return tiny.sadi();
  }

  private static BinSadi.Result train(String out, String... more) {
    return sadi()
        .run(
            Stream.concat(
                    Stream.of(
                        "train", "--config", TinyRun.CONFIG, "--data", "people", "--out", out),
                    Stream.of(more))
                .toArray(String[]::new));
  }

  private static void ended(BinSadi.Result result, int exitCode) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
  }

  private static JsonObject object(String json) {
    return JsonParser.parseString(json).getAsJsonObject();
  }

  @Test
  void preparesAndTrains() {
    ended(tiny.prepared, 0);
    assertThat(tiny.prepared.out()).isEmpty();
    ended(tiny.trained, 0);
    JsonObject summary = object(tiny.trained.out());
    assertThat(summary.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(summary.get("state").getAsString()).isEqualTo("done");
    // In a pipe progress is plain lines.
    assertThat(tiny.trained.err()).contains("epoch 1/1: 48/48 images").doesNotContain("\r", "\033");
  }

  @Test
  void runFolderHoldsWhatItPromises() throws IOException {
    assertThat(TinyRun.filesIn(folder.resolve("run")))
        .contains(
            "config.yaml",
            "augmented.jpg",
            "metrics.csv",
            "summary.json",
            "train.log",
            "checkpoints/best.safetensors",
            "checkpoints/last.safetensors")
        .noneMatch(name -> name.endsWith(".part"));
    assertThat(Files.readAllLines(folder.resolve("run/metrics.csv"))).hasSize(2);
  }

  @Test
  void resolvedConfigRunsAsItIs() {
    BinSadi.Result result =
        sadi().run("train --config run/config.yaml --data people --out again --dry-run".split(" "));
    ended(result, 0);
    assertThat(folder.resolve("again")).doesNotExist();
  }

  @Test
  void evalMeasuresTheModel() throws IOException {
    String[] eval = "eval --model run/checkpoints/best.safetensors --data people".split(" ");
    BinSadi.Result table = sadi().run(eval);
    ended(table, 0);
    assertThat(table.out()).contains("pckh@0.5");
    BinSadi.Result json = sadi().run(with(eval, "--format", "json", "-q"));
    ended(json, 0);
    assertThat(json.err()).isEmpty();
    assertThat(object(json.out()).get("people").getAsInt()).isEqualTo(16);
    // To a file: whole, and not over what is there.
    BinSadi.Result file = sadi().run(with(eval, "--out", "results é.csv"));
    ended(file, 0);
    assertThat(file.out()).isEmpty();
    assertThat(folder.resolve("results é.csv")).exists();
    assertThat(folder.resolve("results é.csv.part")).doesNotExist();
    BinSadi.Result refused = sadi().run(with(eval, "--out", "results é.csv"));
    assertThat(refused.exitCode()).isNotZero();
    assertThat(refused.errLines()).singleElement().asString().contains("--overwrite");
  }

  private static String[] with(String[] args, String... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sadi eval --model run/checkpoints/best.safetensors --data people | head -n 1",
        "sadi train --list-config | head -n 1",
        "sadi info --config run/config.yaml | head -n 1",
      })
  void readerMayLeaveEarly(String script) {
    BinSadi.Result result = sadi().shell("set -o pipefail; " + script);
    ended(result, 0);
    assertThat(result.out().lines()).hasSize(1);
    assertThat(result.err()).doesNotContain("Exception", "sadi: ");
  }

  @Test
  void dryRunsLeaveNothingBehind() throws IOException {
    List<String> before = TinyRun.filesIn(folder);
    ended(sadi().run("prepare synthetic --count 9 --out more --dry-run".split(" ")), 0);
    ended(train("dry", "--dry-run"), 0);
    assertThat(TinyRun.filesIn(folder)).isEqualTo(before);
  }

  @Test
  void nothingIsOverwrittenUnasked() throws IOException {
    byte[] checkpoint = Files.readAllBytes(folder.resolve("run/checkpoints/last.safetensors"));
    BinSadi.Result run = train("run", "--epochs", "1");
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.errLines()).last().asString().contains("--overwrite", "--resume");
    BinSadi.Result data = sadi().run("prepare synthetic --count 9 --out people".split(" "));
    assertThat(data.exitCode()).isNotZero();
    assertThat(data.errLines()).last().asString().contains("--overwrite");
    assertThat(folder.resolve("run/checkpoints/last.safetensors")).hasBinaryContent(checkpoint);
    assertThat(folder.resolve("people/dataset.yaml")).content().contains("48");
  }

  @Test
  void brokenCheckpointIsBadInput() throws IOException {
    byte[] whole = Files.readAllBytes(folder.resolve("run/checkpoints/best.safetensors"));
    Path broken = fresh.resolve("broken.safetensors");
    Files.write(broken, java.util.Arrays.copyOf(whole, whole.length / 2));
    BinSadi.Result result = sadi().run("eval", "--model", broken.toString(), "--data", "people");
    ended(result, 3);
    assertThat(result.errLines()).singleElement().asString().contains(broken.toString());
  }

  @Test
  void libTorchThatDoesNotLoadIsOneLine() {
    BinSadi.Result result =
        sadi()
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.platform=linux-armhf")
            .run("eval --model run/checkpoints/best.safetensors --data people".split(" "));
    ended(result, 1);
    assertThat(result.errLines())
        .singleElement()
        .asString()
        .startsWith("sadi: ")
        .contains("could not be loaded");
  }

  @Test
  void missingDeviceIsCode5() {
    BinSadi.Result result = train("on-cuda", "--device", "cuda:97");
    ended(result, 5);
    assertThat(result.errLines()).last().asString().contains("cuda:97");
    assertThat(folder.resolve("on-cuda")).doesNotExist();
  }

  /** SIGTERM and Ctrl-C save the state; --resume goes on from it and repeats no epoch. */
  @Test
  void interruptedTrainingResumes() throws Exception {
    Signals.assumeInterruptible();
    String[] start =
        new String[] {"train", "--config", TinyRun.CONFIG, "--data", "people", "--out", "long"};
    interrupt(with(start, "--epochs", "500", "--limit-train", "16"), "epoch 2/500", "TERM", 143);
    assertThat(object(Files.readString(folder.resolve("long/summary.json"))).get("state"))
        .hasToString("\"interrupted\"");
    String said =
        interrupt("train --data people --out long --resume".split(" "), "epoch 4/500", "INT", 130);
    assertThat(said).contains("resumed after epoch").doesNotContain("epoch 1/500");
    List<String> epochs =
        Files.readAllLines(folder.resolve("long/metrics.csv")).stream()
            .skip(1)
            .map(row -> row.substring(0, row.indexOf(',')))
            .toList();
    assertThat(epochs)
        .hasSizeGreaterThanOrEqualTo(3)
        .isEqualTo(IntStream.rangeClosed(1, epochs.size()).mapToObj(String::valueOf).toList());
  }

  /** Starts a command, sends it a signal once it has said so much, and returns all it said. */
  private String interrupt(String[] args, String when, String signal, int exitCode)
      throws Exception {
    Path err = fresh.resolve("err-" + signal);
    Process process = sadi().start(fresh.resolve("out-" + signal), err, args);
    long deadline = System.nanoTime() + Duration.ofMinutes(4).toNanos();
    while (!Files.readString(err, StandardCharsets.UTF_8).contains(when)) {
      assertThat(process.isAlive()).as(Files.readString(err)).isTrue();
      assertThat(System.nanoTime()).as(Files.readString(err)).isLessThan(deadline);
      Thread.sleep(100);
    }
    Signals.send(signal, process.pid());
    assertThat(Signals.exitCode(process)).as(Files.readString(err)).isEqualTo(exitCode);
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  /** What a network does wrong is looked at before anything is changed. */
  @Test
  void aPageShowsWhatIsWrong() throws IOException {
    TinyRun tiny = TinyRun.get();
    BinSadi.Result result =
        tiny.sadi()
            .run(
                "eval",
                "--model",
                "run/checkpoints/best.safetensors",
                "--data",
                "people",
                "--report",
                "mistakes.html",
                "--overwrite");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(tiny.folder.resolve("mistakes.html"))
        .content()
        .contains(
            " joints are wrong</h1>", "best.safetensors on ", "class=\"pair\"", "--photo:url(");
    BinSadi.Result oks =
        tiny.sadi()
            .run(
                "eval",
                "--model",
                "run/checkpoints/best.safetensors",
                "--data",
                "people",
                "--metric",
                "oks",
                "--report",
                "oks.html");
    assertThat(oks.exitCode()).isEqualTo(2);
    assertThat(oks.err()).contains("--report needs a metric with a threshold");
    assertThat(tiny.folder.resolve("oks.html")).doesNotExist();
  }
}
