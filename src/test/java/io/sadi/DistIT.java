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
    Path target = BinSadi.JAR.getParent();
    String name = BinSadi.JAR.getFileName().toString().replaceAll("\\.jar$", ".tar.gz");
    assumeTrue(Files.exists(target.resolve(name)), "skipped: no " + name + " (mvn -Pdist verify)");
    BinSadi.Result unpacked =
        new BinSadi().in(folder).shell("tar xzf \"$1\"", target.resolve(name).toString());
    assertThat(unpacked.exitCode()).as(unpacked.err()).isZero();
    home = folder.resolve("sadi-" + System.getProperty("sadi.version"));
    assertThat(home).isDirectory();
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
    assertThat(files("lib")).hasSize(1).allMatch(file -> file.endsWith(".jar"));
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
