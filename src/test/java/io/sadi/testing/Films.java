package io.sadi.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Films for tests, made by ffmpeg; a test that needs one is skipped where there is none. */
public final class Films {
  private Films() {}

  /** Runs ffmpeg. */
  public static void ffmpeg(Path folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "error"));
    command.addAll(Arrays.asList(arguments));
    Process process;
    try {
      process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "no ffmpeg here: apt-get install ffmpeg");
      return;
    }
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(command + ": " + said);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * A film of test pictures, 160 x 120, ten frames a second.
   *
   * @param arguments of ffmpeg behind the input
   */
  public static Path of(Path file, int frames, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "-y",
                "-f",
                "lavfi",
                "-i",
                "testsrc=size=160x120:rate=10:duration=" + frames / 10.0,
                "-pix_fmt",
                "yuv420p"));
    all.addAll(Arrays.asList(arguments));
    all.add(file.toAbsolutePath().toString());
    ffmpeg(file.toAbsolutePath().getParent(), all.toArray(String[]::new));
    return file;
  }

  /** An MP4 with the note of a telephone that was held upright: a quarter turn, clockwise. */
  public static Path turned(Path film, Path turned) throws IOException {
    byte[] bytes = Files.readAllBytes(film);
    byte[] header = "tkhd".getBytes(StandardCharsets.US_ASCII);
    int at = 0;
    while (!Arrays.equals(bytes, at, at + 4, header, 0, 4)) {
      at++;
    }
    int[] matrix = {0, 0x10000, 0, -0x10000, 0, 0, 120 << 16, 0, 0x40000000};
    for (int i = 0; i < matrix.length; i++) {
      for (int b = 0; b < 4; b++) {
        bytes[at + 4 + 40 + 4 * i + b] = (byte) (matrix[i] >> (24 - 8 * b));
      }
    }
    return Files.write(turned, bytes);
  }

  /** The first bytes of a file. */
  public static Path cut(Path file, Path cut, double share) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return Files.write(cut, Arrays.copyOf(bytes, (int) (bytes.length * share)));
  }
}
