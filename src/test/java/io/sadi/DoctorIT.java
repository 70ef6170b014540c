package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A doctor is called when something is wrong, so it must not fall ill of it. */
class DoctorIT {
  @TempDir private Path folder;

  @Test
  void saysOkLineByLine() {
    BinSadi.Result result = new BinSadi().run("doctor", "--device", "cpu");
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out().lines())
        .allMatch(line -> line.matches("(ok {4}|warn {2}|fail {2}| {6}-> ).+"));
    assertThat(result.out())
        .contains(
            "ok    LibTorch: ",
            "ok    arithmetic fp32: ",
            "ok    self-test fp32: ",
            "ok    Java: ");
  }

  @Test
  void answersProgramsToo() {
    BinSadi.Result result = new BinSadi().run("doctor", "--json", "--device", "cpu");
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(json.get("healthy").getAsBoolean()).isTrue();
    assertThat(json.get("findings").getAsJsonArray()).hasSizeGreaterThan(10);
  }

  @Test
  void devicesThatAreNotThereAreFailures() {
    BinSadi.Result result = new BinSadi().run("doctor", "--device", "cuda:77");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("fail  self-test: --device cuda:77");
    assertThat(new BinSadi().run("doctor", "--device", "gpu").exitCode()).isEqualTo(3);
    assertThat(new BinSadi().run("doctor", "now").exitCode()).isEqualTo(2);
  }

  /** As with the jar of another platform. */
  @Test
  void survivesNativesThatDoNotLoad() {
    BinSadi.Result result =
        new BinSadi()
            .with("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.platform=linux-armhf")
            .run("doctor");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("fail  LibTorch: ", "fail  images: ", "ok    Java: ")
        .doesNotContain("\tat ", "self-test");
  }

  @Test
  void namesACacheThatCannotBeWritten() throws IOException {
    Path file = Files.createFile(folder.resolve("a file"));
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .with("JAVA_TOOL_OPTIONS", "'-Dorg.bytedeco.javacpp.cachedir=" + file + "/x'")
            .expecting("Picked up JAVA_TOOL_OPTIONS: .*")
            .run("doctor");
    // It works from the folder at home, and the word says so.
    assertThat(result.exitCode()).as(result.out()).isZero();
    assertThat(result.out()).contains("warn  cache: " + file, "cannot be written");
  }

  @Test
  void closedStdoutIsNoError() {
    BinSadi.Result result =
        new BinSadi().shell("set -o pipefail; sadi doctor | head -n 1; echo ${PIPESTATUS[0]}");
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines()).hasSize(2).last().isEqualTo("0");
  }
}
