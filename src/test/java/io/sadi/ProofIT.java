package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees of it where a processor computes layers wrongly, or would if it could. */
class ProofIT {
  private static final String WARNING = "LibTorch computes ";

  @TempDir private Path folder;

  /** Has the proof take layers for wrong, and forget what it knows. */
  private static BinSadi rejecting(String forms) {
    return new BinSadi().with("SADI_JAVA_OPTS", "-Dsadi.proof.reject=" + forms);
  }

  /** What reads memory that nobody wrote shows where freed memory is filled. */
  @Test
  void allIsRightWhereFreedMemoryIsSpoiled() {
    BinSadi.Result result =
        rejecting("nothing")
            .with("GLIBC_TUNABLES", "glibc.malloc.perturb=1")
            .run("doctor", "--device", "cpu");
    assertThat(result.exitCode()).as(result.out()).isZero();
    assertThat(result.out())
        .contains("ok    arithmetic fp32: ", "ok    self-test fp32: ")
        .doesNotContain("warn  arithmetic", "fail  ");
  }

  /** The answers are the same, and one line says which layers, and what that costs. */
  @Test
  void aFallbackIsSaidOnceAndChangesNoAnswer() throws IOException {
    Path photos = TinyRun.get().folder.resolve("people/images");
    BinSadi.Result right = predict(new BinSadi(), photos, "right.csv");
    assertThat(right.err()).doesNotContain(WARNING);
    BinSadi.Result other = predict(rejecting("conv.*3x3.*FUSED.*"), photos, "other.csv");
    assertThat(other.errLines())
        .filteredOn(line -> line.contains(WARNING))
        .singleElement()
        .asString()
        .contains("other layers", "takes longer", "sadi doctor");
    List<Double> a = numbers(folder.resolve("right.csv"));
    List<Double> b = numbers(folder.resolve("other.csv"));
    assertThat(a).hasSameSizeAs(b).isNotEmpty();
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += Math.abs(a.get(i) - b.get(i));
    }
    assertThat(sum / a.size()).as("mean distance, in pixels and shares of 1").isLessThan(0.5);
  }

  @Test
  void nothingIsComputedWhereNoWayIsRight() throws IOException {
    Path photos = TinyRun.get().folder.resolve("people/images");
    BinSadi.Result result =
        rejecting("conv.*").in(folder).run("predict", photos.toString(), "--out", "none.csv");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errLines())
        .filteredOn(line -> line.startsWith("sadi: "))
        .last()
        .asString()
        .contains("stem.conv.conv", "computes it wrongly", "sadi doctor");
    assertThat(folder.resolve("none.csv")).doesNotExist();
  }

  private BinSadi.Result predict(BinSadi sadi, Path photos, String out) {
    BinSadi.Result result =
        sadi.in(folder).run("predict", photos.toString(), "--precision", "fp32", "--out", out);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result;
  }

  private static List<Double> numbers(Path csv) throws IOException {
    List<Double> numbers = new ArrayList<>();
    for (String line : Files.readAllLines(csv)) {
      for (String field : line.split(",", -1)) {
        if (field.matches("-?[0-9.]+")) {
          numbers.add(Double.parseDouble(field));
        }
      }
    }
    return numbers;
  }
}
