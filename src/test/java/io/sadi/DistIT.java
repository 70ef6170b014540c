package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.io.Json;
import io.sadi.testing.BinSadi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive that is installed. {@code mvn -Pdist verify} makes it; else these are skipped. */
class DistIT {
  @TempDir private Path folder;

  private Path home;

  @BeforeEach
  void unpack() throws IOException {
    assumeTrue(Files.exists(archive()), "skipped: no " + archive() + " (mvn -Pdist verify)");
    BinSadi.Result unpacked =
        new BinSadi().in(folder).shell("tar xzf \"$1\"", archive().toString());
    assertThat(unpacked.exitCode()).as(unpacked.err()).isZero();
    home = folder.resolve("sadi-" + System.getProperty("sadi.version"));
    assertThat(home).isDirectory();
  }

  private static Path archive() {
    String name = BinSadi.JAR.getFileName().toString().replaceAll("\\.jar$", ".tar.gz");
    return BinSadi.JAR.resolveSibling(name);
  }

  private BinSadi.Result shell(String script, String... arguments) {
    return new BinSadi().in(home).shell("unset SADI_JAR; " + script, arguments);
  }

  private List<String> files(String in) throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve(in))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> home.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void runsWhereItIsUnpackedAndThroughALink() {
    BinSadi.Result version = shell("bin/sadi --version");
    assertThat(version.exitCode()).as(version.err()).isZero();
    assertThat(version.out()).contains(System.getProperty("sadi.version"));
    BinSadi.Result linked =
        shell(
            "mkdir -p 'a b' && ln -s \"$PWD/bin/sadi\" 'a b/sadi' && cd / &&"
                + " \"$1/a b/sadi\" info --config \"$1/configs/tiny.yaml\" --summary",
            home.toString());
    assertThat(linked.exitCode()).as(linked.err()).isZero();
    assertThat(linked.out()).contains("parameters");
  }

  /** All that is needed is a runtime: no compiler, no Maven, no more modules than Java SE has. */
  @Test
  void worksWithARuntimeAlone() throws IOException {
    Path jdk = Path.of(System.getProperty("java.home"));
    assumeTrue(
        Files.isExecutable(jdk.resolve("bin/jlink")) && Files.isDirectory(jdk.resolve("jmods")),
        "skipped: this JDK cannot make a runtime");
    BinSadi.Result linked =
        new BinSadi()
            .in(folder)
            .shell(
                "\"$1/bin/jlink\" --add-modules java.se,jdk.unsupported --output jre",
                jdk.toString());
    assertThat(linked.exitCode()).as(linked.out() + linked.err()).isZero();
    Path runtime = folder.resolve("jre/bin/java");
    assertThat(runtime.resolveSibling("javac")).doesNotExist();
    String small =
        " --set model.input=64 --set model.stem=8 --set model.channels=[8,8,8,8,8]"
            + " --set model.features=8 --epochs 1";
    for (String command :
        List.of(
            "prepare synthetic -q --count 12 --split train=1-8 --split val=9-12 --out people",
            "train -q --config configs/tiny.yaml --data people --out run" + small,
            "predict -q --model run/checkpoints/best.safetensors people/images --out joints.csv",
            "doctor --device cpu")) {
      BinSadi.Result result =
          new BinSadi()
              .launcher(home.resolve("bin/sadi"))
              .in(folder)
              .with("SADI_JAVA", runtime.toString())
              .without("JAVA_HOME")
              .run(command.split(" "));
      assertThat(result.exitCode()).as(command + ": " + result.err() + result.out()).isZero();
    }
    assertThat(Files.readAllLines(folder.resolve("joints.csv"))).hasSize(13);
  }

  /** What a build leaves of its machine in the archive would differ on the next one. */
  @Test
  void saysNothingOfTheMachineThatBuiltIt() throws IOException {
    BinSadi.Result listed =
        shell("TZ=UTC tar tvzf \"$1\" --numeric-owner --full-time", archive().toString());
    assertThat(listed.exitCode()).as(listed.err()).isZero();
    assertThat(listed.out().lines())
        .isNotEmpty()
        .allMatch(
            line -> line.matches("[d-]rw[-x]r-[-x]r-[-x] 0/0 +\\d+ 2026-01-01 00:00:00 .*"),
            "alike");
    assertThat(Files.readString(home.resolve("sbom.json")))
        .doesNotContain(System.getProperty("user.dir"), System.getProperty("user.name") + "@");
  }

  @Test
  void exampleForMakeTravelsAlong() throws IOException {
    assertThat(home.resolve("examples/Makefile"))
        .hasSameTextualContentAs(Path.of("src/dist/examples/Makefile"));
  }

  @Test
  void manFindsItsPagesBesideBin() throws IOException {
    List<String> expected = new ArrayList<>();
    try (Stream<Path> pages = Files.list(Path.of("man"))) {
      pages
          .map(page -> page.getFileName().toString())
          .forEach(page -> expected.add("man/man" + page.charAt(page.length() - 1) + "/" + page));
    }
    assertThat(files("man")).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void holdsWhatIsReadAndSourced() throws IOException {
    assertThat(files("completions"))
        .containsExactly("completions/_sadi", "completions/sadi.bash", "completions/sadi.fish");
    // Of a build for GPUs there is more beside it.
    assertThat(files("lib")).filteredOn(file -> file.matches("lib/[^/]*")).hasSize(1);
    assertThat(files("lib")).allMatch(file -> file.endsWith(".jar"));
    assertThat(files("configs")).contains("configs/paper-mpii.yaml", "configs/small.yaml");
    assertThat(home.resolve("LICENSE")).hasSameTextualContentAs(Path.of("LICENSE"));
  }

  /** Everything that is packed is named with a licence, and in the bill of materials. */
  @Test
  void namesWhatItHoldsAndUnderWhichLicence() throws IOException {
    String notice = Files.readString(home.resolve("NOTICE"));
    JsonObject sbom = Json.readObject(home.resolve("sbom.json"));
    assertThat(sbom.get("bomFormat").getAsString()).isEqualTo("CycloneDX");
    for (JsonElement element : sbom.getAsJsonArray("components")) {
      JsonObject component = element.getAsJsonObject();
      assertThat(notice)
          .contains(
              component.get("group").getAsString()
                  + ":"
                  + component.get("name").getAsString()
                  + ":"
                  + component.get("version").getAsString());
    }
    assertThat(notice).contains("info.picocli:picocli:", "org.bytedeco:pytorch:", "BSD-3-Clause");
  }
}
