package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;

/**
 * What all cases of abuse have in common. The promise they hold the tool to: nothing lost, no stack
 * trace, no crash, a line that says why, and the exit code that fits.
 */
final class Abuse {
  /** Where the figures of a run of this suite are collected, a line a case. */
  private static final Path FIGURES = BinSadi.HOME.resolve("target/abuse.txt");

  /** The smallest network: what is abused is what surrounds it. */
  static final List<String> NETWORK =
      List.of(
          ("--set model.input=64 --set model.stem=8 --set model.channels=[8,8,8,8,8]"
                  + " --set model.features=8")
              .split(" "));

  private Abuse() {}

  /** The commands that are killed. */
  private static final int KILLED = 6;

  /**
   * How many processes of a command are killed: a sixth of {@code -Dabuse.kills=2000}, or {@code
   * -Dabuse.kills.COMMAND=400}.
   */
  static int kills(String command) {
    int all = Integer.getInteger("abuse.kills", 150);
    return Integer.getInteger("abuse.kills." + command, all / KILLED);
  }

  /** bin/sadi in a folder, with patience for a machine that has other things to do. */
  static BinSadi sadi(Path folder) {
    return new BinSadi().in(folder).limit(Duration.ofMinutes(20)).with("OMP_NUM_THREADS", "1");
  }

  /** A command line from words; what is in a list, or a path, may hold spaces. */
  static String[] words(Object... parts) {
    List<String> words = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof List<?> list) {
        list.forEach(word -> words.add(String.valueOf(word)));
      } else if (part instanceof Path path) {
        words.add(path.toString());
      } else {
        words.addAll(List.of(String.valueOf(part).split(" ")));
      }
    }
    return words.toArray(String[]::new);
  }

  /** Trains on some people that are drawn; {@code run} is the folder's name. */
  static String[] train(Path people, Object run, int epochs, Object... more) {
    return words(
        "train --config",
        Path.of(TinyRun.CONFIG),
        "--data",
        people,
        "--out",
        List.of(run),
        "--threads 1 --epochs " + epochs,
        NETWORK,
        List.of(words(more)));
  }

  /** Holds a process that has ended to the promise. */
  static void check(String what, BinSadi.Result result, Path folder, Integer... exitCodes) {
    note(what, result.exitCode(), result.err());
    SoftAssertions promise = new SoftAssertions();
    promise.assertThat(result.exitCode()).as("exit code of %s", what).isIn(List.of(exitCodes));
    promise
        .assertThat(result.err() + result.out())
        .as("%s", what)
        .doesNotContain("\tat ", "Exception in thread", "internal error", "Exception raised from")
        .doesNotContain("A fatal error has been detected", "hs_err");
    if (result.exitCode() != 0 && result.exitCode() != 137) {
      // The doctor's findings are its answer, and go to stdout.
      promise.assertThat(result.err() + result.out()).as("%s says why", what).isNotBlank();
    }
    promise
        .assertThat(crashes(folder))
        .as("what a crash leaves in %s after %s", folder, what)
        .isEmpty();
    promise.assertAll();
  }

  private static List<String> crashes(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("hs_err") || name.matches("core(\\.\\d+)?"))
          .toList();
    } catch (IOException e) {
      return List.of(); // it was taken away on purpose
    }
  }

  /** A line of the figures. */
  static synchronized void note(String what, int exitCode, String said) {
    String last = said.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b);
    try {
      Files.createDirectories(FIGURES.getParent());
      Files.writeString(
          FIGURES,
          what + "\t" + exitCode + "\t" + last + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] last(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("checkpoints/last.safetensors"));
  }

  /** A folder's files and their content, to compare two folders. */
  static List<String> content(Path folder) throws IOException {
    List<String> content = new ArrayList<>();
    for (String name : TinyRun.filesIn(folder)) {
      Path file = folder.resolve(name);
      content.add(name + (Files.isRegularFile(file) ? " " + hash(file) : ""));
    }
    return content;
  }

  private static int hash(Path file) throws IOException {
    return Arrays.hashCode(Files.readAllBytes(file));
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  static void assumeEnds(BinSadi.Result result) {
    assertThat(result.exitCode()).as(result.err()).isZero();
  }
}
