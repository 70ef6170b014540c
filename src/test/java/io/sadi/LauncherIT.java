package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.testing.BinSadi;
import io.sadi.testing.Signals;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/sadi is the tool's face: it must run from anywhere, and what fails must say why. */
class LauncherIT {
  @TempDir private Path folder;

  /** A folder with bin/sadi as a release has it; the jar is a link to the one under test. */
  private Path install(String name, boolean withJar) throws IOException {
    Path home = folder.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(BinSadi.HOME.resolve("bin/sadi"), home.resolve("bin/sadi"));
    if (withJar) {
      Files.createSymbolicLink(
          home.resolve("lib").resolve(BinSadi.JAR.getFileName().toString()), BinSadi.JAR);
    }
    return home.resolve("bin/sadi");
  }

  /** A program in a folder of its own. */
  private Path program(String name, String script) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Something that calls itself a Java of this version, and says how it was called. */
  private Path java(String version) throws IOException {
    Path java =
        program(
            "java " + version + "/bin/java",
            """
            #!/bin/sh
            for a in "$@"; do printf '%s\\n' "$a"; done
            echo "pid $$"
            exit 42
            """);
    Files.writeString(
        java.resolveSibling("../release").normalize(), "JAVA_VERSION=\"" + version + "\"\n");
    return java;
  }

  @Test
  void saysItsVersion() {
    BinSadi.Result result = new BinSadi().run("--version");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("sadi " + System.getProperty("sadi.version"));
    assertThat(result.err()).isEmpty();
  }

  @Test
  void runsFromFoldersWithSpacesAndUmlautsThroughLinks() throws IOException {
    Path launcher = install("Grüße an 世界 $HOME", true);
    Path links = Files.createDirectories(folder.resolve("a b"));
    Path first = links.resolve("sadi");
    Files.createSymbolicLink(first, links.relativize(launcher));
    Path second = Files.createSymbolicLink(folder.resolve("pose"), first);
    for (Path file : List.of(launcher, first, second)) {
      BinSadi.Result result = new BinSadi().launcher(file).in(folder).run("--version");
      assertThat(result.err()).isEmpty();
      assertThat(result.out()).startsWith("sadi ");
    }
  }

  @Test
  void isNothingButTheLastJava() throws IOException {
    Path java = java("25.0.1");
    Process process =
        new BinSadi()
            .with("SADI_JAVA", java.toString())
            .with("SADI_JAVA_OPTS", "-Xmx8g -Dmine=1")
            .start(folder.resolve("out"), folder.resolve("err"), "predict", "two words", "", "*");
    assertThat(Signals.exitCode(process)).isEqualTo(42);
    List<String> said = Files.readAllLines(folder.resolve("out"));
    // The process that was started is Java itself, so signals reach it.
    assertThat(said)
        .contains(
            "pid " + process.pid(), "-Xmx8g", "-Dmine=1", "--enable-native-access=ALL-UNNAMED")
        .contains("-Dorg.bytedeco.javacpp.maxbytes=0", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    assertThat(said)
        .containsSequence(
            "-cp", BinSadi.JAR.toString(), "io.sadi.Sadi", "predict", "two words", "", "*");
  }

  @Test
  void namesAJavaThatIsTooOldOrMissing() throws IOException {
    Path old = java("11.0.2");
    BinSadi.Result result = new BinSadi().with("SADI_JAVA", old.toString()).run("--help");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errLines())
        .singleElement()
        .asString()
        .contains("11.0.2", "17 or newer", "SADI_JAVA");
    Files.delete(old.resolveSibling("../release").normalize());
    program(
        folder.relativize(old).toString(), "#!/bin/sh\necho 'java version \"1.8.0_402\"' >&2\n");
    result = new BinSadi().with("SADI_JAVA", old.toString()).run("--help");
    assertThat(result.errLines()).singleElement().asString().contains("1.8.0_402", "17 or newer");
    result = new BinSadi().with("SADI_JAVA", "/no such/java").run("--help");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errLines()).singleElement().asString().contains("/no such/java");
    result = new BinSadi().without("SADI_JAVA").with("JAVA_HOME", "/no such").run("--help");
    assertThat(result.errLines()).singleElement().asString().contains("/no such");
  }

  @Test
  void fileNamesWorkInThePlainLocale() throws IOException {
    for (Map.Entry<String, String> locale :
        Map.of("LANG", "C", "LC_ALL", "POSIX", "LC_CTYPE", "xx_XX.UTF-8").entrySet()) {
      BinSadi.Result result =
          new BinSadi().with(locale.getKey(), locale.getValue()).run("--größe=世界");
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.err()).contains("--größe=世界");
    }
  }

  /** A machine's messages are no data: a script that reads our stdout must not take them for it. */
  @Test
  void javasOwnComplaintsGoToStderr() {
    BinSadi.Result result =
        new BinSadi()
            .with("SADI_JAVA_OPTS", "-Xmx1m")
            .expecting("Error occurred during initialization of VM|.*heap.*")
            .run("--version");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("heap");
  }

  @Test
  void tooFewAddressesAreSaidBeforeJavaFails() {
    BinSadi.Result result = new BinSadi().shell("ulimit -v 1000000; sadi --version");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errLines()).singleElement().asString().contains("ulimit -v 1000000", "allow");
  }

  /** Below some twenty Java cannot even say what it lacks. */
  @Test
  void tooFewFilesAndThreadsAreSaidBeforeJavaFails() {
    BinSadi.Result files = new BinSadi().shell("ulimit -n 14; sadi --version");
    assertThat(files.exitCode()).isEqualTo(1);
    assertThat(files.errLines()).singleElement().asString().contains("ulimit -n 14", "allow");
    assertThat(new BinSadi().shell("ulimit -n 16; sadi --version").exitCode()).isZero();
    String asNobody = "exec setpriv --reuid=65534 --regid=65534 --clear-groups ";
    assumeTrue(
        new BinSadi().shell(asNobody + "test -x \"$(command -v sadi)\"").exitCode() == 0,
        "skipped: only root becomes somebody else, who may read this folder");
    BinSadi.Result threads =
        new BinSadi().shell("ulimit -u 20; " + asNobody + "\"$(command -v sadi)\" --version");
    assertThat(threads.exitCode()).isEqualTo(1);
    assertThat(threads.errLines()).singleElement().asString().contains("ulimit -u 20", "allow");
  }

  /** CUDA's jars lie in a folder that is called as the jar. */
  @Test
  void whatLiesBesideTheJarIsOnTheClassPath() throws IOException {
    Path launcher = install("with CUDA", true);
    Path jar = folder.resolve("with CUDA/lib").resolve(jarName());
    Files.createDirectory(Path.of(jar.toString().replaceFirst("\\.jar$", "")));
    Process process =
        new BinSadi()
            .launcher(launcher)
            .with("SADI_JAVA", java("17.0.1").toString())
            .start(folder.resolve("out"), folder.resolve("err"), "info");
    assertThat(Signals.exitCode(process)).isEqualTo(42);
    assertThat(Files.readAllLines(folder.resolve("out")))
        .contains(jar + ":" + jar.toString().replaceFirst("\\.jar$", "/*"));
  }

  @Test
  void installedWithoutAJarSaysSo() throws IOException {
    BinSadi.Result result = new BinSadi().launcher(install("empty", false)).run("--help");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errLines()).singleElement().asString().contains("no jar", "empty/lib");
  }

  // --- a checkout, where the first use builds ---------------------------------------------------

  /** A checkout without a jar, and a Maven that takes a second to make one. */
  private BinSadi checkout(String mvn) throws IOException {
    Path launcher = install("checkout of sadi", false);
    Files.copy(
        BinSadi.HOME.resolve("pom.xml"), folder.resolve("checkout of sadi").resolve("pom.xml"));
    program("tools/mvn", mvn);
    return new BinSadi()
        .launcher(launcher)
        .in(folder)
        .with("PATH", folder.resolve("tools") + ":" + System.getenv("PATH"));
  }

  private String builds(String jarName) {
    return "#!/bin/sh\necho built >>"
        + folder.resolve("builds")
        + "\nsleep 1\nmkdir -p target/one-jar\ncp '"
        + BinSadi.JAR
        + "' target/one-jar/"
        + jarName
        + "\necho done\n";
  }

  private static String jarName() {
    return BinSadi.JAR.getFileName().toString();
  }

  @Test
  void firstUsesBuildOnceAndWaitForEachOther() throws IOException {
    BinSadi checkout = checkout(builds(jarName()));
    Path[] outs = new Path[3];
    Process[] processes = new Process[3];
    for (int i = 0; i < 3; i++) {
      outs[i] = folder.resolve("out" + i);
      processes[i] = checkout.start(outs[i], folder.resolve("err" + i), "--version");
    }
    for (int i = 0; i < 3; i++) {
      assertThat(Signals.exitCode(processes[i])).isZero();
      assertThat(Files.readString(outs[i])).startsWith("sadi ");
    }
    assertThat(Files.readAllLines(folder.resolve("builds"))).hasSize(1);
    String said = "";
    for (int i = 0; i < 3; i++) {
      said += Files.readString(folder.resolve("err" + i), StandardCharsets.UTF_8);
    }
    assertThat(said).contains("sadi: building").contains("sadi: waiting for another process");
    // Later uses find it.
    BinSadi.Result later = checkout.run("--version");
    assertThat(later.err()).isEmpty();
    assertThat(Files.readAllLines(folder.resolve("builds"))).hasSize(1);
  }

  @Test
  void buildThatFailsLeavesNothing() throws IOException {
    BinSadi checkout =
        checkout(
            "#!/bin/sh\nmkdir -p target/one-jar\necho half >target/one-jar/"
                + jarName()
                + "\necho 'no route to host'\nexit 1\n");
    BinSadi.Result result = checkout.run("--version");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("no route to host").contains("sadi: the build failed");
    Path target = folder.resolve("checkout of sadi/target");
    assertThat(target.resolve(jarName())).doesNotExist();
    assertThat(target.resolve(".building")).doesNotExist();
  }

  /** A build that was killed could not take its lock away; the next one must not wait for it. */
  @Test
  void lockOfADeadBuildIsTakenOver() throws IOException {
    BinSadi checkout = checkout(builds(jarName()));
    Path target = Files.createDirectories(folder.resolve("checkout of sadi/target"));
    Path lock = target.resolve(".build-lock");
    Files.createSymbolicLink(lock, Path.of(hostName() + " 99999999"));
    Process[] processes = new Process[3];
    for (int i = 0; i < 3; i++) {
      processes[i] =
          checkout.start(folder.resolve("out" + i), folder.resolve("err" + i), "--version");
    }
    for (Process process : processes) {
      assertThat(Signals.exitCode(process)).isZero();
    }
    assertThat(Files.readAllLines(folder.resolve("builds"))).hasSize(1);
    assertThat(TinyRun.filesIn(target)).noneMatch(name -> name.startsWith(".build-lock"));
  }

  private String hostName() {
    return new BinSadi().shell("uname -n").out().strip();
  }

  @Test
  void interruptedBuildLeavesNoLock() throws Exception {
    Signals.assumeInterruptible();
    Path err = folder.resolve("err");
    Process process =
        checkout("#!/bin/sh\necho at it\nexec sleep 60\n")
            .start(folder.resolve("out"), err, "--version");
    while (!Files.readString(err).contains("at it")) {
      assertThat(process.isAlive()).as(Files.readString(err)).isTrue();
      Thread.sleep(20);
    }
    // As a terminal does: Ctrl-C goes to all of them.
    List<ProcessHandle> started = process.descendants().toList();
    Signals.send("INT", process.pid());
    for (ProcessHandle child : started) {
      Signals.send("INT", child.pid());
    }
    assertThat(Signals.exitCode(process)).isEqualTo(130);
    assertThat(folder.resolve("checkout of sadi/target/.build-lock").toFile()).doesNotExist();
  }

  // --- the archive of parsed classes, which halves the time to start ----------------------------

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private static BinSadi.Result loading(Path launcher, String java, String... javaOptions) {
    String options = "-Xlog:class+load:stderr " + String.join(" ", javaOptions);
    return new BinSadi()
        .launcher(launcher)
        .with("SADI_JAVA", java)
        .with("SADI_JAVA_OPTS", options)
        .expecting("\\[[0-9.,]+s\\]\\[.*") // what was asked for
        .run("--version");
  }

  private static BinSadi.Result loading(Path launcher) {
    return loading(launcher, JAVA);
  }

  private static boolean usesArchive(BinSadi.Result result) {
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("sadi ").hasLineCount(3);
    String main = " io.sadi.Sadi source: ";
    assertThat(result.err()).contains(main);
    return result.err().contains(main + "shared objects file");
  }

  private static List<Path> archives(Path launcher) throws IOException {
    try (var files = Files.list(launcher.resolveSibling("../lib").normalize())) {
      return files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
  }

  @Test
  void classesAreArchivedOnceBesideTheJar() throws IOException {
    Path launcher = install("archived", true);
    assertThat(usesArchive(loading(launcher))).isTrue();
    assertThat(archives(launcher)).hasSize(1);
    FileTime made = Files.getLastModifiedTime(archives(launcher).get(0));
    assertThat(made).isEqualTo(Files.getLastModifiedTime(BinSadi.JAR));
    Object file = Files.getAttribute(archives(launcher).get(0), "unix:ino");
    assertThat(usesArchive(loading(launcher))).isTrue();
    assertThat(Files.getAttribute(archives(launcher).get(0), "unix:ino")).isEqualTo(file);
  }

  @Test
  void newerJavaHasAnArchiveOfItsOwn() throws IOException {
    Path java = Path.of("/usr/lib/jvm/temurin-25-jdk-amd64/bin/java");
    assumeTrue(Files.isExecutable(java), "skipped: no JDK 25 here");
    Path launcher = install("two Javas", true);
    assertThat(usesArchive(loading(launcher))).isTrue();
    assertThat(usesArchive(loading(launcher, java.toString()))).isTrue();
    assertThat(archives(launcher)).hasSize(2);
  }

  /** Nothing that is wrong with the archive may be heard of, least of all on stdout. */
  @Test
  void archiveThatDoesNotFitIsIgnoredSilently() throws IOException {
    Path launcher = install("ill archived", true);
    assertThat(usesArchive(loading(launcher))).isTrue();
    assertThat(usesArchive(loading(launcher, JAVA, "-XX:+UseParallelGC", "-Xmx256m"))).isTrue();
    assertThat(usesArchive(loading(launcher, JAVA, "-XX:-UseCompressedClassPointers"))).isFalse();
    Path archive = archives(launcher).get(0);
    FileTime time = Files.getLastModifiedTime(archive);
    byte[] bytes = Files.readAllBytes(archive);
    for (int length : List.of(0, 100, 5000, bytes.length / 2)) {
      Files.delete(archive);
      Files.write(archive, Arrays.copyOf(bytes, length));
      Files.setLastModifiedTime(archive, time);
      BinSadi.Result result = new BinSadi().launcher(launcher).run("--version");
      assertThat(result.err()).as("an archive cut to " + length).isEmpty();
      assertThat(result.exitCode()).isZero();
    }
    // One that is older than the jar is made anew.
    Files.setLastModifiedTime(archive, FileTime.fromMillis(time.toMillis() - 10_000));
    assertThat(usesArchive(loading(launcher))).isTrue();
    assertThat(Files.size(archive)).isGreaterThan(bytes.length / 2);
  }

  @Test
  void noArchiveIsWrittenWhereTheToolMayNotWrite() throws IOException {
    Path launcher = install("read only", true);
    Path lib = launcher.resolveSibling("../lib").normalize();
    Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(lib), "skipped: root may write everywhere");
      assertThat(usesArchive(loading(launcher))).isFalse();
      assertThat(archives(launcher)).isEmpty();
    } finally {
      Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
