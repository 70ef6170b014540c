package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines that have little to give, and settings that nobody thought of. */
class SurroundingsAbuse {
  @TempDir private static Path shared;
  private static Path people;
  private static Path run;
  private static Path model;

  @TempDir private Path folder;

  @BeforeAll
  static void make() {
    people = shared.resolve("people");
    run = shared.resolve("run");
    model = run.resolve("checkpoints/best.safetensors");
    Abuse.assumeEnds(
        Abuse.sadi(shared)
            .run(
                Abuse.words(
                    "prepare synthetic -q --count 12 --split train=1-8 --split val=9-12 --out",
                    people)));
    Abuse.assumeEnds(Abuse.sadi(shared).run(Abuse.train(people, "run", 1)));
    Abuse.assumeEnds(Abuse.sadi(shared).run(predict("--out", "expected.csv")));
  }

  private static String[] predict(String... more) {
    return Abuse.words(
        "predict -q --batch 2 --model",
        model,
        people.resolve("images"),
        Arrays.asList(more).contains("--threads") ? List.of() : List.of("--threads", "1"),
        Arrays.asList(more));
  }

  private static void expected(Path csv) {
    assertThat(csv).hasSameTextualContentAs(shared.resolve("expected.csv"));
  }

  private BinSadi.Result limited(String limits, String... command) {
    return Abuse.sadi(folder).shell(limits + "; exec sadi \"$@\"", command);
  }

  // --- little memory, few files -----------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"1m", "8m", "12m", "16m", "24m", "32m", "48m"})
  void smallHeap(String heap) throws IOException {
    for (String[] command :
        List.of(predict("--out", "out.csv"), Abuse.train(people, "run", 1, "-q"))) {
      BinSadi.Result result =
          Abuse.sadi(folder).with("SADI_JAVA_OPTS", "-Xmx" + heap).run(command);
      Abuse.check("a heap of " + heap + ": " + command[0], result, folder, 0, 1);
      assertThat(result.out()).isEmpty();
      if (result.exitCode() == 0 && command[0].equals("predict")) {
        expected(folder.resolve("out.csv"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200_000, 1_000_000, 3_000_000, 4_000_000, 8_000_000})
  void littleAddressSpace(int kilobytes) throws IOException {
    BinSadi.Result result = limited("ulimit -v " + kilobytes, predict("--out", "out.csv"));
    Abuse.check("ulimit -v " + kilobytes, result, folder, 0, 1);
    assertThat(result.out()).isEmpty();
  }

  /** With fewer than a dozen the shell cannot even read bin/sadi. */
  @ParameterizedTest
  @ValueSource(ints = {12, 16, 20, 28, 40, 64})
  void fewFileDescriptors(int files) throws IOException {
    BinSadi.Result result = limited("ulimit -n " + files, predict("--out", "out.csv"));
    Abuse.check("ulimit -n " + files, result, folder, 0, 1);
    if (result.exitCode() == 0) {
      expected(folder.resolve("out.csv"));
    } else {
      assertThat(folder.resolve("out.csv")).doesNotExist();
    }
  }

  /** LibTorch waits for ever for a thread of its pool that the system does not start. */
  @ParameterizedTest
  @ValueSource(ints = {4, 14, 20, 31, 32, 36, 40, 44, 48, 52, 56, 60, 80})
  void fewProcesses(int processes) {
    assumeTrue(isRoot(), "skipped: only root becomes somebody else");
    for (String threads : List.of("1", "4", "16")) {
      BinSadi.Result result =
          asNobody(
              "ulimit -u " + processes + "; unset OMP_NUM_THREADS; exec timeout -k 1 120 sadi \"$@\"",
              predict("--threads", threads, "--out", "o" + threads + ".csv"));
      String what = "ulimit -u " + processes + ", --threads " + threads;
      Abuse.check(what, result, folder, 0, 1);
      if (result.exitCode() == 0) {
        expected(folder.resolve("o" + threads + ".csv"));
      } else {
        assertThat(result.errLines()).as(what).hasSize(1);
        assertThat(result.err()).as(what).contains("ulimit -u");
        assertThat(folder.resolve("o" + threads + ".csv")).doesNotExist();
      }
    }
  }

  // --- homes, caches, installations -------------------------------------------------------------

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** As somebody without a home, who may write nowhere but in the folder. */
  private BinSadi.Result asNobody(String script, String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    BinSadi.Result opened =
        Abuse.sadi(folder).shell("chmod -R a+rX \"$1\" && chmod a+rwx .", shared.toString());
    Abuse.assumeEnds(opened);
    return Abuse.sadi(folder)
        .shell(
            "exec setpriv --reuid=65534 --regid=65534 --clear-groups bash -c "
                + quoted(script)
                + " bash \"$@\"",
            arguments.toArray(String[]::new));
  }

  private static String quoted(String script) {
    return "'" + script.replace("'", "'\\''") + "'";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unset HOME",
        "export HOME=",
        "export HOME=/nonexistent",
        "export HOME=/proc",
        "unset HOME USER LOGNAME PATH; PATH=/usr/bin:/bin",
        "export TMPDIR=/nonexistent",
      })
  void noHome(String setting) {
    BinSadi.Result result =
        Abuse.sadi(folder)
            .shell(setting + "; exec \"$0\" \"$@\"".replace("$0", sadi()), predict("--out", "o.csv"));
    Abuse.check(setting, result, folder, 0);
    expected(folder.resolve("o.csv"));
  }

  private static String sadi() {
    return BinSadi.HOME.resolve("bin/sadi").toString();
  }

  @Test
  void somebodyWhoMayWriteNothing() {
    assumeTrue(isRoot(), "skipped: only root becomes somebody else");
    BinSadi.Result result = asNobody("exec sadi \"$@\"", predict("--out", "o.csv"));
    Abuse.check("as nobody", result, folder, 0);
    expected(folder.resolve("o.csv"));
    BinSadi.Result doctor = asNobody("exec sadi \"$@\"", "doctor");
    Abuse.check("doctor as nobody", doctor, folder, 0);
  }

  @Test
  void cacheThatIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("cache"), "a file");
    BinSadi.Result result =
        Abuse.sadi(folder)
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + file)
            .run(predict("--out", "o.csv"));
    Abuse.check("a cache that is a file", result, folder, 0, 1);
  }

  /** The first use may be killed while it unpacks the libraries. */
  @Test
  void cacheThatIsHalfFilled() throws Exception {
    for (int i = 0; i < 6; i++) {
      BinSadi sadi =
          Abuse.sadi(folder)
              .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("c"));
      Process process =
          sadi.start(folder.resolve("o"), folder.resolve("e"), predict("--out", "/dev/null"));
      Path torch = folder.resolve("c");
      for (int wait = 0; wait < 3000 && process.isAlive() && bytes(torch) < (60L << 20) * i; wait++) {
        Thread.sleep(10);
      }
      process.destroyForcibly().waitFor();
    }
    BinSadi.Result result =
        Abuse.sadi(folder)
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("c"))
            .run(predict("--out", "o.csv"));
    Abuse.check("a cache that six killed processes left", result, folder, 0);
    expected(folder.resolve("o.csv"));
  }

  private static long bytes(Path place) throws IOException {
    if (!Files.exists(place)) {
      return 0;
    }
    long bytes = 0;
    for (String name : TinyRun.filesIn(place)) {
      Path file = place.resolve(name);
      bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
    }
    return bytes;
  }

  @Test
  void installedReadOnlyAndLinked() throws IOException {
    Path home = Files.createDirectories(folder.resolve("in stalled\n世界"));
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(BinSadi.HOME.resolve("bin/sadi"), home.resolve("bin/sadi"));
    String jar = BinSadi.JAR.toString();
    Files.createSymbolicLink(
        home.resolve("lib/sadi-0-linux-x86_64.jar"),
        Path.of(jar.substring(jar.lastIndexOf(':') + 1)).toAbsolutePath());
    Path link = Files.createSymbolicLink(folder.resolve("sa di"), home.resolve("bin/sadi"));
    Path again = Files.createSymbolicLink(folder.resolve("again"), folder.relativize(link));
    BinSadi.Result mounted =
        new BinSadi()
            .shell(
                "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\"", home.toString());
    assumeTrue(mounted.exitCode() == 0, "skipped: no right to mount (" + mounted.err() + ")");
    try {
      BinSadi.Result result =
          new BinSadi().launcher(again).in(folder).run(predict("--out", "o.csv"));
      Abuse.check("a read-only installation through two links", result, folder, 0);
      expected(folder.resolve("o.csv"));
    } finally {
      new BinSadi().shell("umount \"$1\"", home.toString());
    }
  }

  // --- names ------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "two words",
        "größe 世界 \uD83E\uDD38",
        "new\nline",
        "tab\tbell\u0007",
        "-rf",
        "--out",
        "quote'\"`$(x)",
        "percent%s%n{}",
        "@list",
        "*",
        "star*[a-z]?{b}",
        "back\\slash",
        "x,y;z=1",
        "trailing ",
        "#hash: {yaml: [1",
      })
  void namesOfEverything(String name) throws IOException {
    Path place = Files.createDirectory(folder.resolve(name));
    Path data = place.resolve(name + " data");
    Path out = place.resolve(name + " run");
    Path csv = place.resolve(name + ".csv");
    Path photos = Files.createDirectory(place.resolve(name + " photos"));
    try (Stream<Path> images = Files.list(people.resolve("images"))) {
      for (Path image : images.sorted().limit(2).toList()) {
        Files.copy(image, photos.resolve(name + image.getFileName()));
      }
    }
    SoftAssertions promise = new SoftAssertions();
    List<String[]> commands =
        List.of(
            Abuse.words(
                "prepare synthetic -q --count 4 --split train=1-2 --split val=3-4 --out",
                List.of(data)),
            Abuse.train(data, out, 1, "-q"),
            Abuse.words(
                "eval -q --threads 1 --model",
                out.resolve("checkpoints/best.safetensors"),
                "--data",
                List.of(data),
                "--format csv --out",
                List.of(place.resolve(name + ".eval"))),
            Abuse.words(
                "predict -q --threads 1 --model",
                out.resolve("checkpoints/best.safetensors"),
                List.of(photos),
                "--out",
                List.of(csv),
                "--overlays",
                List.of(place.resolve(name + ".drawn"))),
            Abuse.words("info -q --model", out.resolve("checkpoints/best.safetensors")));
    for (String[] command : commands) {
      BinSadi.Result result = Abuse.sadi(place).run(command);
      String what = "a name of '" + name.replaceAll("\\p{Cntrl}", "?") + "': " + command[0];
      promise.check(() -> Abuse.check(what, result, place, 0));
    }
    BinSadi.Result missing =
        Abuse.sadi(place).run(Abuse.words("eval --data", place.resolve("no" + name), "--model x"));
    promise.check(() -> Abuse.check("no file of that name", missing, place, 3));
    promise.assertThat(missing.errLines()).hasSize(1);
    promise.assertAll();
    assertThat(TinyRun.filesIn(place.resolve(name + ".drawn"))).hasSize(3);
    assertThat(Files.readString(csv)).contains(name.contains("\"") ? name.replace("\"", "\"\"") : name);
  }

  // --- languages --------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "tr_TR.UTF-8", "de_DE", "xx", ""})
  void locales(String locale) throws IOException {
    BinSadi.Result result =
        Abuse.sadi(folder)
            .shell(
                "export LANG=\"$1\" LC_ALL=\"$1\" LC_NUMERIC=\"$1\"; shift; exec sadi \"$@\"",
                Stream.concat(Stream.of(locale), Stream.of(predict("--out", "o.csv")))
                    .toArray(String[]::new));
    Abuse.check("LC_ALL=" + locale, result, folder, 0);
    expected(folder.resolve("o.csv"));
  }

  /** Turkish has another capital i, German another point, Arabic and Hindi other digits. */
  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "de-DE", "ar-EG", "hi-IN-u-nu-deva", "th-TH-u-ca-buddhist"})
  void languages(String language) throws IOException {
    String[] parts = language.split("-");
    String options = "-Duser.language=" + parts[0] + " -Duser.country=" + parts[1];
    if (language.contains("-u-")) {
      options += " -Duser.extensions=" + language.substring(language.indexOf("-u-") + 1);
    }
    String[] train = Abuse.train(people, "run", 1);
    String[] eval =
        Abuse.words(
            "eval -q --threads 1 --format markdown --intervals --model",
            model,
            "--data",
            people,
            "--out",
            "eval.md");
    for (String[] command : List.of(predict("--out", "o.csv"), train, eval)) {
      BinSadi.Result result = Abuse.sadi(folder).with("SADI_JAVA_OPTS", options).run(command);
      Abuse.check(language + ": " + command[0], result, folder, 0);
      assertThat(result.err()).doesNotContainPattern("[\\u0660-\\u0669\\u0966-\\u096F]|\\d,\\d");
    }
    BinSadi.Result help =
        Abuse.sadi(folder).with("SADI_JAVA_OPTS", options).run("train", "--list-config");
    Abuse.check(language + ": --list-config", help, folder, 0);
    assertThat(help.out()).isEqualTo(Abuse.sadi(folder).run("train", "--list-config").out());
    expected(folder.resolve("o.csv"));
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.words(Arrays.asList(eval), "--overwrite")));
    assertThat(Abuse.last(folder.resolve("run"))).isEqualTo(Abuse.last(run));
    for (String name : List.of("config.yaml")) {
      assertThat(folder.resolve("run").resolve(name)).hasSameTextualContentAs(run.resolve(name));
    }
  }

  // --- streams ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sadi \"$@\" >&-",
        "sadi \"$@\" 2>&-",
        "sadi \"$@\" <&-",
        "sadi \"$@\" <&- >&- 2>&-",
        "set -o pipefail; sadi \"$@\" | head -n 1 >/dev/null",
        "set -o pipefail; sadi \"$@\" 2>&1 | true",
        "setsid sadi \"$@\" </dev/null",
        "sadi \"$@\" </dev/null >/dev/null",
        "TERM= COLUMNS=0 sadi \"$@\"",
        "TERM=dumb COLUMNS=99999999999 sadi \"$@\"",
        "COLUMNS=-3 sadi --help >/dev/null && sadi \"$@\"",
        "script -qec 'stty cols 1; sadi --help >/dev/null; stty cols 0; sadi info --config "
            + "\"$CONFIG\"' /dev/null",
      })
  void streams(String script) {
    BinSadi.Result result =
        Abuse.sadi(folder)
            .with("CONFIG", TinyRun.CONFIG)
            .shell(script, predict("--out", "-", "--format", "jsonl"));
    Abuse.check(script, result, folder, 0);
  }

  @Test
  void fullStdout() {
    BinSadi.Result result = Abuse.sadi(folder).shell("sadi \"$@\" >/dev/full", predict("--out", "-"));
    Abuse.check(">/dev/full", result, folder, 1);
    assertThat(result.err()).contains("no space left");
  }
}
