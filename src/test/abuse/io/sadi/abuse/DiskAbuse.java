package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.io.Safetensors;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full, or become full, or may only be read. Needs the right to mount some. */
class DiskAbuse {
  @TempDir private static Path shared;
  private static Path people;
  private static Path run;

  @TempDir private Path folder;

  private Path disk;

  @BeforeAll
  static void make() {
    people = shared.resolve("people");
    run = shared.resolve("run");
    Abuse.assumeEnds(
        Abuse.sadi(shared)
            .run(
                Abuse.words(
                    "prepare synthetic -q --count 12 --split train=1-8 --split val=9-12 --out",
                    people)));
    Abuse.assumeEnds(Abuse.sadi(shared).run(Abuse.train(people, "run", 1)));
  }

  private static BinSadi.Result shell(String script, Object... arguments) {
    return new BinSadi()
        .shell(script, Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
  }

  @BeforeEach
  void mount() throws IOException {
    disk = Files.createDirectory(folder.resolve("disk"));
    BinSadi.Result mounted = shell("mount -t tmpfs -o size=16m tmpfs \"$1\"", disk);
    assumeTrue(mounted.exitCode() == 0, "skipped: no right to mount a disk (" + mounted.err() + ")");
  }

  @AfterEach
  void unmount() {
    shell("umount \"$1\" 2>/dev/null || umount -l \"$1\"", disk);
  }

  private void remount(String options) {
    Abuse.assumeEnds(shell("mount -o remount," + options + " \"$1\"", disk));
  }

  private String[] predict(Object... more) {
    return Abuse.words(
        "predict -q --threads 1 --model",
        run.resolve("checkpoints/best.safetensors"),
        people.resolve("images"),
        Arrays.asList(more));
  }

  private static List<String> parts(Path place) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      return files.map(Path::toString).filter(name -> name.matches(".*\\.(part|tmp|old)")).toList();
    }
  }

  /** Whatever the size at which the disk is full, what is there is whole, and more disk helps. */
  @Test
  void trainingThatFillsTheDiskGoesOnWithMoreOfIt() throws Exception {
    Path whole = folder.resolve("whole");
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.train(people, whole, 3)));
    long bytes = 0;
    for (String name : TinyRun.filesIn(whole)) {
      bytes += Files.isRegularFile(whole.resolve(name)) ? Files.size(whole.resolve(name)) : 0;
    }
    Path run = disk.resolve("run");
    SoftAssertions promise = new SoftAssertions();
    for (int tenth = 1; tenth <= 8; tenth++) {
      remount(String.format(Locale.ROOT, "size=%dk", Math.max(8, bytes * tenth / 10 / 1024)));
      BinSadi.Result result =
          Abuse.sadi(folder).run(Abuse.train(people, run, 3, "--resume"));
      String what = "train on a disk of " + tenth + "/10";
      promise.check(() -> Abuse.check(what, result, folder, 0, 1));
      if (result.exitCode() == 1) {
        promise.assertThat(result.err()).as(what).contains("no space left").contains(disk.toString());
      }
      promise.assertThat(parts(disk)).as(what).isEmpty();
      for (String name : TinyRun.filesIn(disk)) {
        if (name.endsWith(".safetensors")) {
          promise
              .assertThatCode(() -> Safetensors.read(disk.resolve(name)))
              .as(what + ": " + name)
              .doesNotThrowAnyException();
        }
      }
    }
    remount("size=64m");
    BinSadi.Result last = Abuse.sadi(folder).run(Abuse.train(people, run, 3, "--resume"));
    promise.check(() -> Abuse.check("train with more disk", last, folder, 0));
    promise.assertThat(Arrays.equals(Abuse.last(run), Abuse.last(whole))).as("same").isTrue();
    promise.assertAll();
  }

  @Test
  void everyCommandOnAFullDisk() throws Exception {
    Files.write(disk.resolve("filler"), new byte[15 << 20]);
    remount("size=15360k");
    everyCommand("full", 1);
  }

  @Test
  void everyCommandOnADiskThatMayOnlyBeRead() throws Exception {
    remount("ro");
    everyCommand("read-only", 1, 3);
  }

  private void everyCommand(String kind, Integer... exitCodes) throws Exception {
    List<String> before = TinyRun.filesIn(disk);
    SoftAssertions promise = new SoftAssertions();
    String drawn = "prepare synthetic -q --count 4 --split train=1-2 --split val=3-4 --out";
    Path data = people;
    Path model = run.resolve("checkpoints/best.safetensors");
    List<String[]> commands =
        List.of(
            Abuse.words(drawn, List.of(disk.resolve("people"))),
            Abuse.train(people, disk.resolve("run"), 1),
            predict("--out", disk.resolve("out.csv")),
            predict("--out", disk.resolve("out.json"), "--format", "json"),
            predict("--out-dir", disk.resolve("each")),
            predict("--overlays", disk.resolve("overlays"), "--out", folder.resolve("o.csv")),
            predict("--errors", disk.resolve("errors.csv"), "--out", folder.resolve("q.csv")),
            Abuse.words(
                "eval -q --threads 1 --model",
                model,
                "--data",
                data,
                "--out",
                disk.resolve("eval.csv")),
            Abuse.words(
                "ablate -q --config",
                Path.of(TinyRun.CONFIG),
                "--data",
                data,
                Abuse.NETWORK,
                "--variant baseline --set train.epochs=1 --out",
                disk.resolve("study")),
            Abuse.words("demo -q --out", disk.resolve("demo")));
    List<BinSadi.Result> results = Sequence.run(folder, commands);
    for (int i = 0; i < commands.size(); i++) {
      String what = kind + " disk: sadi " + String.join(" ", commands.get(i));
      BinSadi.Result result = results.get(i);
      promise.check(() -> Abuse.check(what, result, folder, exitCodes));
      promise
          .assertThat(result.err())
          .as(what)
          .containsIgnoringCase(kind.equals("full") ? "no space left" : "read-only");
    }
    promise.assertThat(parts(disk)).as("what is left").isEmpty();
    promise.assertThat(TinyRun.filesIn(disk)).as("what was there").containsAll(before);
    promise.assertAll();
  }

  /** The native libraries are unpacked at first use. */
  @Test
  void noRoomForTheNativeLibraries() throws Exception {
    BinSadi.Result result =
        Abuse.sadi(folder)
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + disk)
            .run(predict("--out", "out.csv"));
    Abuse.check("predict with a cache of 16 MB", result, folder, 1);
    assertThat(result.err()).contains(disk.toString()).contains("no space left");
    BinSadi.Result doctor =
        Abuse.sadi(folder)
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + disk)
            .run("doctor");
    assertThat(doctor.exitCode()).as(doctor.out() + doctor.err()).isEqualTo(1);
    assertThat(doctor.out()).contains("warn  cache: ", "fail  LibTorch: ");
  }

  /** A quota says "File size limit exceeded", by a signal that Java ignores. */
  @Test
  void filesThatMayNotGrow() throws Exception {
    BinSadi.Result result =
        Abuse.sadi(folder)
            .shell(
                "ulimit -f 64; exec sadi \"$@\"", Abuse.train(people, folder.resolve("limited"), 1));
    Abuse.check("train under ulimit -f", result, folder, 1);
    assertThat(result.err()).contains("limited");
    assertThat(parts(folder)).isEmpty();
  }
}
