package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.testing.BinSadi;
import io.sadi.testing.Signals;
import io.sadi.testing.TinyRun;
import io.sadi.torch.CpuFeatures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** sadi predict as a long job: killed, out of disk, in parts, from a Makefile. */
class PredictJobIT {
  private static final int PHOTOS = 96;
  private static TinyRun tiny;

  @TempDir private Path folder;

  @BeforeAll
  static void makeRun() throws IOException {
    tiny = TinyRun.get();
  }

  /** Links to the drawn people, some of them several times. */
  @BeforeEach
  void linkPhotos() throws IOException {
    Path photos = Files.createDirectory(folder.resolve("photos"));
    try (Stream<Path> drawn = Files.list(tiny.folder.resolve("people/images"))) {
      List<Path> files = drawn.sorted().toList();
      for (int i = 0; i < PHOTOS; i++) {
        Files.createLink(photos.resolve(i + ".jpg"), files.get(i % files.size()));
      }
    }
    Files.writeString(photos.resolve("50 broken.jpg"), "not a photo");
  }

  private BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  private static List<String> predict(String... more) {
    List<String> words = new ArrayList<>(List.of("predict", "--model"));
    words.add(tiny.folder.resolve("run/checkpoints/best.safetensors").toString());
    words.addAll(List.of("photos", "--batch", "4", "--threads", "1", "--precision", "fp32", "-q"));
    words.addAll(List.of(more));
    return words;
  }

  private BinSadi.Result run(String... more) {
    return sadi().run(predict(more).toArray(String[]::new));
  }

  private Process start(String... more) throws IOException {
    return sadi()
        .start(
            folder.resolve("stdout"),
            folder.resolve("stderr"),
            predict(more).toArray(String[]::new));
  }

  private static long lines(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.count();
    }
  }

  /** Kills a process once its unfinished file has grown by some lines. */
  private static void killAfter(Process process, Path part, int lines, String signal)
      throws Exception {
    long before = Files.exists(part) ? lines(part) : 0;
    for (int i = 0; i < 6000 && process.isAlive(); i++) {
      if (Files.exists(part) && lines(part) >= before + lines) {
        Signals.send(signal, process.pid());
        break;
      }
      process.waitFor(10, TimeUnit.MILLISECONDS);
    }
    Signals.exitCode(process);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void aRunThatIsKilledAgainAndAgainIsTheSameRun(String format) throws Exception {
    Path whole = folder.resolve("whole." + format);
    assertThat(run("--out", whole.toString(), "--report", "whole.html").exitCode()).isEqualTo(4);
    Path out = folder.resolve("out." + format);
    Path part = folder.resolve("out." + format + ".part");
    killAfter(start("--out", out.toString()), part, 9, "KILL");
    assertThat(out).doesNotExist();
    assertThat(lines(part)).isBetween(9L, (long) PHOTOS);
    BinSadi.Result refused = run("--out", out.toString());
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errLines()).singleElement().asString().contains("--resume goes on with it");
    for (String signal : List.of("KILL", "TERM")) {
      killAfter(start("--out", out.toString(), "--resume"), part, 7, signal);
    }
    assertThat(out).doesNotExist();
    BinSadi.Result last =
        run("--out", out.toString(), "--resume", "--errors", "errors.csv", "--report", "r.html");
    assertThat(last.exitCode()).as(last.err()).isEqualTo(4);
    assertThat(out).hasSameBinaryContentAs(whole);
    assertThat(part).exists(); // the broken one may be mended
    assertThat(folder.resolve("errors.csv")).content().contains("50 broken.jpg,");
    assertThat(folder.resolve("r.html")).hasSameBinaryContentAs(folder.resolve("whole.html"));

    BinSadi.Result again = run("--out", out.toString(), "--resume");
    assertThat(again.exitCode()).isEqualTo(4);
    assertThat(out).hasSameBinaryContentAs(whole);
  }

  /** A limit of the shell on the size of files stands for a full disk. */
  @Test
  void aFullDiskLeavesWhatResumeCanContinue() throws IOException {
    Path whole = folder.resolve("whole.csv");
    assertThat(run("--out", whole.toString()).exitCode()).isEqualTo(4);
    BinSadi.Result full =
        sadi()
            .with("SADI_JAVA_OPTS", "-XX:-UsePerfData")
            .shell(
                "ulimit -f 40; exec sadi \"$@\"",
                predict("--out", "out.csv").toArray(String[]::new));
    assertThat(full.exitCode()).as(full.err()).isEqualTo(1);
    assertThat(full.errLines())
        .last()
        .asString()
        .contains("out.csv.part: may not grow", "ulimit -f");
    assertThat(folder.resolve("out.csv")).doesNotExist();
    assertThat(lines(folder.resolve("out.csv.part"))).isGreaterThan(5);
    assertThat(run("--out", "out.csv", "--resume").exitCode()).isEqualTo(4);
    assertThat(folder.resolve("out.csv")).hasSameBinaryContentAs(whole);
  }

  @Test
  void partsOfSeveralProcessesMakeOneFile() throws IOException {
    assertThat(run("--out", "whole.json").exitCode()).isEqualTo(4);
    for (int i = 1; i <= 3; i++) {
      int exitCode = run("--shard", i + "/3", "--out", "part" + i + ".csv").exitCode();
      assertThat(exitCode).isIn(0, 4);
    }
    BinSadi.Result missing = sadi().run("merge", "part1.csv", "part3.csv", "--out", "all.json");
    assertThat(missing.exitCode()).isEqualTo(3);
    assertThat(missing.errLines()).singleElement().asString().contains("parts 2/3 are missing");
    assertThat(folder.resolve("all.json")).doesNotExist();
    BinSadi.Result merged =
        sadi().run("merge", "part3.csv", "part1.csv", "part2.csv", "--out", "all.json", "-q");
    assertThat(merged.exitCode()).as("as of the whole run").isEqualTo(4);
    assertThat(merged.errLines()).singleElement().asString().contains("50 broken.jpg");
    assertThat(folder.resolve("all.json")).hasSameBinaryContentAs(folder.resolve("whole.json"));
  }

  /** A machine with bf16 in a job of machines without it. */
  @Test
  void partsThatWereComputedDifferentlyAreNotMixedUnawares() throws IOException {
    Assumptions.assumeTrue(CpuFeatures.hasBf16(), "this processor has no bf16");
    for (int i = 1; i <= 2; i++) {
      List<String> words = predict("--shard", i + "/2", "--out", "part" + i + ".csv");
      Collections.replaceAll(words, "fp32", i == 1 ? "fp32" : "bf16");
      assertThat(sadi().run(words.toArray(String[]::new)).exitCode()).isIn(0, 4);
    }
    BinSadi.Result refused = sadi().run("merge", "part1.csv", "part2.csv", "--out", "all.csv");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errLines())
        .singleElement()
        .asString()
        .contains("part2.csv.shard: found images computed with precision bf16", "--allow-mixed");
    assertThat(folder.resolve("all.csv")).doesNotExist();
    BinSadi.Result mixed =
        sadi().run("merge", "part1.csv", "part2.csv", "--out", "all.csv", "--allow-mixed");
    assertThat(mixed.exitCode()).isEqualTo(4);
    assertThat(mixed.err()).contains("computed with precision bf16, beside precision fp32");
    assertThat(lines(folder.resolve("all.csv"))).isEqualTo(1 + PHOTOS);
  }

  /** What the network could not see because a disk was away is looked at again. */
  @Test
  void failuresOfAnUnfinishedRunAreTriedAgain() throws Exception {
    Path part = folder.resolve("out.csv.part");
    killAfter(start("--out", "out.csv"), part, 70, "KILL"); // behind the broken one
    Path broken = folder.resolve("photos/50 broken.jpg");
    assertThat(part).content().contains("50 broken.jpg");
    Files.copy(part, folder.resolve("kept.csv.part"));
    Files.delete(broken);
    Files.createLink(broken, folder.resolve("photos/0.jpg"));
    BinSadi.Result again = run("--out", "out.csv", "--resume");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(folder.resolve("out.csv")).content().contains("\n50 broken.jpg,0,");
    BinSadi.Result kept = run("--out", "kept.csv", "--resume", "--keep-failures");
    assertThat(kept.exitCode()).as(kept.err()).isEqualTo(4);
    assertThat(folder.resolve("kept.csv")).content().doesNotContain("50 broken.jpg");
  }

  /** What is new is done, and nothing else. */
  @Test
  void makeDependsOnAFileAnImage() throws IOException {
    Files.delete(folder.resolve("photos/50 broken.jpg"));
    Files.writeString(
        folder.resolve("Makefile"),
        """
        PHOTOS := $(wildcard photos/*.jpg)
        all: $(PHOTOS:photos/%=poses/%.csv)
        $(PHOTOS:photos/%=poses/%.csv) &: $(PHOTOS)
        \tsadi predict --model "$(MODEL)" photos --out-dir poses --resume --threads 1 --batch 4
        """);
    String model = tiny.folder.resolve("run/checkpoints/best.safetensors").toString();
    String make = "command -v make > /dev/null || exit 99; make -s MODEL=\"$1\" 2>&1";
    BinSadi.Result first = sadi().shell(make, model);
    assumeTrue(first.exitCode() != 99, "skipped: no make here");
    assertThat(first.exitCode()).as(first.out()).isZero();
    assertThat(first.out()).contains(PHOTOS + " people in " + PHOTOS + " images, in poses");
    assertThat(folder.resolve("poses/7.jpg.csv")).content().contains("\n7.jpg,0,");
    assertThat(sadi().shell(make, model).out()).as("nothing to do").isEmpty();
    Files.delete(folder.resolve("poses/7.jpg.csv"));
    assertThat(sadi().shell(make, model).out())
        .contains("1 people in 1 images, in poses; " + (PHOTOS - 1) + " were there already");
  }

  /** A warning is one line, whatever an image is called. */
  @Test
  void namesDoNotBreakLines() throws IOException {
    Files.writeString(folder.resolve("photos/new\nline\033[31m.jpg"), "not a photo");
    BinSadi.Result result = run("--out", "out.csv");
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(result.err()).contains("new line [31m.jpg: found bytes").doesNotContain("\033");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--out a.csv --out-dir d | give one of --out and --out-dir",
        "--out a.csv --resume --overwrite | give one of --resume and --overwrite",
        "--resume | --resume is for --out FILE and --out-dir",
        "--out a.csv --keep-failures | --keep-failures is for --resume with --out FILE",
        "--out-dir d --allow-mixed | --allow-mixed is for --resume",
        "--shard 4/3 | '--shard': found 4/3, expected I/N",
        "--scales 0.8..1.25 | a range that steps of 0.1 divide",
        "--out-dir d --format mpii-mat | one file for all images",
        "--out-dir d --resume --report r.html | --report is about images that are predicted now",
      })
  void wrongUsageIsOneLine(String commandAndMessage) {
    String[] parts = commandAndMessage.split(" \\| ", 2);
    BinSadi.Result result = run(parts[0].split(" "));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    assertThat(result.errLines()).singleElement().asString().contains(parts[1]);
  }
}
