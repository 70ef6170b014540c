package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import io.sadi.testing.Shared;
import io.sadi.testing.Signals;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * sadi predict on twenty thousand photos, for minutes: memory, and kills at any moment. Its name
 * keeps it out of the usual run; {@code mvn verify -Dit.test=PredictEndurance -Dtest=NoUnit
 * -Dsurefire.failIfNoSpecifiedTests=false} runs it, and leaves {@code target/endurance/rss.csv}.
 */
@TestMethodOrder(OrderAnnotation.class)
class PredictEndurance {
  private static final int PHOTOS = 20_000;
  private static final int KILLS = 20;
  private static final Path FOLDER = BinSadi.HOME.resolve("target/endurance");
  private static final Path WHOLE = FOLDER.resolve("whole.csv");

  private static Path model;
  private static double seconds;

  @BeforeAll
  static void linkPhotos() throws IOException {
    model = TinyRun.get().folder.resolve("run/checkpoints/best.safetensors");
    Path photos = FOLDER.resolve("photos");
    if (Files.notExists(photos)) {
      List<Path> originals;
      try (Stream<Path> files = Files.list(Shared.require("data/lspet/images"))) {
        originals = files.sorted().toList();
      }
      Files.createDirectories(photos);
      for (int i = 0; i < PHOTOS; i++) {
        Path photo = originals.get(i % originals.size()).toAbsolutePath();
        Files.createSymbolicLink(photos.resolve(String.format("%05d.jpg", i)), photo);
      }
      Files.writeString(photos.resolve("04321 broken.jpg"), "not a photo");
    }
    for (String name : List.of("whole.csv", "whole.csv.part", "killed.csv", "killed.csv.part")) {
      Files.deleteIfExists(FOLDER.resolve(name));
    }
  }

  private static Process start(Path out, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("predict", "--model", model.toString(), "photos"));
    words.addAll(List.of("--out", out.toString(), "--batch", "16", "--threads", "2", "-q"));
    words.addAll(List.of(more));
    return new BinSadi()
        .in(FOLDER)
        // The optimising compiler takes some 28 MB of the C library's heap once, whenever it comes.
        .with("SADI_JAVA_OPTS", "-XX:TieredStopAtLevel=1")
        .start(FOLDER.resolve("stdout"), FOLDER.resolve("stderr"), words.toArray(String[]::new));
  }

  /** In MB; 0 where the process has ended. */
  private static double residentMb(Process process) {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc/" + process.pid() + "/status"), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  private static long lines(Path file) throws IOException {
    if (Files.notExists(file)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.count();
    }
  }

  /** A leak of a kilobyte an image would be twenty megabytes. */
  @Test
  @Order(1)
  void memoryStaysFlat() throws Exception {
    long begin = System.nanoTime();
    Process process = start(WHOLE);
    List<Double> curve = new ArrayList<>();
    StringBuilder csv = new StringBuilder("second,images,rss_mb\n");
    while (!process.waitFor(1, TimeUnit.SECONDS)) {
      double rss = residentMb(process);
      if (rss > 0) {
        long done = Math.max(0, lines(FOLDER.resolve("whole.csv.part")) - 1);
        csv.append((System.nanoTime() - begin) / 1_000_000_000L).append(',').append(done);
        csv.append(String.format(",%.1f%n", rss));
        if (done > 0) {
          curve.add(rss);
        }
      }
    }
    seconds = (System.nanoTime() - begin) / 1e9;
    Files.writeString(FOLDER.resolve("rss.csv"), csv);
    assertThat(process.exitValue()).as("the broken one is listed").isEqualTo(4);
    assertThat(lines(WHOLE)).isEqualTo(PHOTOS + 1);
    int quarter = curve.size() / 4;
    double second = mean(curve.subList(quarter, 2 * quarter));
    double last = mean(curve.subList(3 * quarter, curve.size()));
    System.out.printf(
        "%d photos in %.0f s; RSS %.1f MB in the second quarter, %.1f in the last%n",
        PHOTOS, seconds, second, last);
    assertThat(last).isLessThanOrEqualTo(1.02 * second);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElseThrow();
  }

  @Test
  @Order(2)
  void killedAtAnyMomentItEndsInTheSameBytes() throws Exception {
    Path out = FOLDER.resolve("killed.csv");
    Path part = FOLDER.resolve("killed.csv.part");
    Random random = new Random(20);
    List<String> moments = new ArrayList<>();
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = start(out, "--resume");
      // On average a share of the work beyond the start of a process, which may be hit too.
      long wait = (long) (1000 * random.nextDouble() * 2 * (2 + seconds / (KILLS + 4)));
      if (process.waitFor(wait, TimeUnit.MILLISECONDS)) {
        break;
      }
      Signals.send("KILL", process.pid());
      assertThat(Signals.exitCode(process)).isEqualTo(137);
      moments.add(wait + " ms: " + lines(part));
    }
    System.out.println("killed after, lines kept: " + moments);
    assertThat(moments).hasSizeGreaterThan(KILLS / 2);
    Process last = start(out, "--resume");
    assertThat(last.waitFor(30, TimeUnit.MINUTES)).isTrue();
    assertThat(last.exitValue()).isIn(0, 4);
    assertThat(out).hasSameBinaryContentAs(WHOLE);
    assertThat(Files.exists(part))
        .as("what could not be used is tried again by another --resume")
        .isEqualTo(last.exitValue() == 4);
  }
}
