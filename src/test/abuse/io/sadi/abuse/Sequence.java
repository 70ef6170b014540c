package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.cli.CommandLines;
import io.sadi.testing.BinSadi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Many command lines in one process, where starting one for each would take hours. Everything is as
 * in {@code bin/sadi} but for the time it takes to load LibTorch.
 */
public final class Sequence {
  private static final String THEN = "--then";
  private static final String END = "=== ended with ";

  private Sequence() {}

  /** Runs the command lines, which {@code --then} separates, and says how each ended. */
  public static void main(String[] args) {
    List<String> command = new ArrayList<>();
    for (String arg : args) {
      if (!arg.equals(THEN)) {
        command.add(arg);
        continue;
      }
      int exitCode = CommandLines.run(command.toArray(String[]::new));
      System.err.println(END + exitCode);
      command.clear();
    }
    System.exit(0);
  }

  /** Runs command lines in a folder and returns what became of each. */
  static List<BinSadi.Result> run(Path folder, List<String[]> commands) throws Exception {
    Path classes =
        Path.of(Sequence.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path err = folder.resolve("sequence.txt");
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.maxbytes=0",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                BinSadi.JAR.toAbsolutePath() + ":" + classes,
                Sequence.class.getName()));
    for (String[] command : commands) {
      words.addAll(Arrays.asList(command));
      words.add(THEN);
    }
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
    builder.environment().putAll(java.util.Map.of("LC_ALL", "C.UTF-8", "OMP_NUM_THREADS", "1"));
    Process process =
        builder
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.HOURS)).isTrue();
    return results(Files.readString(err, StandardCharsets.UTF_8), commands.size());
  }

  private static List<BinSadi.Result> results(String said, int count) {
    List<BinSadi.Result> results = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (String line : said.lines().toList()) {
      if (line.startsWith(END)) {
        results.add(
            new BinSadi.Result(
                Integer.parseInt(line.substring(END.length())), "", lines.toString()));
        lines.setLength(0);
      } else {
        lines.append(line).append('\n');
      }
    }
    assertThat(results).as("the process ran all commands; it ends with: " + lines).hasSize(count);
    return results;
  }
}
