package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * sadi train for two thousand steps with a validation and a state after every sixth, as a run of a
 * week has them. Its name keeps it out of the usual run; {@code mvn verify -Dit.test=TrainEndurance
 * -Dtest=NoUnit -Dsurefire.failIfNoSpecifiedTests=false} runs it.
 */
class TrainEndurance {
  /** Of six steps. */
  private static final int EPOCHS = 334;

  @TempDir private Path fresh;

  /**
   * A leak of one small tensor a step would be hundreds of megabytes. Until Java has filled its
   * young generation once, which takes such a small network a hundred steps, memory grows all the
   * same.
   */
  @Test
  void memoryStaysFlat() throws IOException {
    Path folder = TinyRun.get().folder;
    Path run = fresh.resolve("run");
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .limit(Duration.ofMinutes(30))
            .run(
                "train",
                "--config",
                TinyRun.CONFIG,
                "--data",
                "people",
                "--out",
                run.toString(),
                "--epochs",
                String.valueOf(EPOCHS),
                "--quiet");
    assertThat(result.exitCode()).as(result.err()).isZero();
    List<String> lines = Files.readAllLines(run.resolve("metrics.csv"));
    double warm = residentMb(lines, 501, 1000);
    double late = residentMb(lines, 1501, 2000);
    Files.copy(
        run.resolve("metrics.csv"),
        BinSadi.HOME.resolve("target/endurance-train.csv"),
        StandardCopyOption.REPLACE_EXISTING);
    System.out.printf("RSS %.1f MB in steps 501 to 1000, %.1f in steps 1501 to 2000%n", warm, late);
    assertThat(late).isLessThanOrEqualTo(1.02 * warm);
  }

  private static double residentMb(List<String> lines, int from, int to) {
    List<String> names = List.of(lines.get(0).split(","));
    int steps = names.indexOf("steps");
    int memory = names.indexOf("rss_mb");
    return lines.stream()
        .skip(1)
        .map(line -> line.split(","))
        .filter(row -> Integer.parseInt(row[steps]) >= from && Integer.parseInt(row[steps]) <= to)
        .mapToDouble(row -> Double.parseDouble(row[memory]))
        .average()
        .orElseThrow();
  }
}
