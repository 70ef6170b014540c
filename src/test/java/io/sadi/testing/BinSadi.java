package io.sadi.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code bin/sadi} as a script would, for end-to-end tests ({@code *IT}).
 *
 * <pre>{@code
 * BinSadi.Result result = new BinSadi().in(folder).run("eval", "--model", "none");
 * assertThat(result.exitCode()).isEqualTo(3);
 * }</pre>
 *
 * <p>Whatever the test is about, it fails where stderr has a line that SADI did not write.
 */
public final class BinSadi {
  /** The project's root. */
  public static final Path HOME = Path.of("").toAbsolutePath();

  /** The packaged jar under test. */
  public static final Path JAR = Path.of(System.getProperty("sadi.jar", "target/no-such.jar"));

  /** What a process left behind, both streams as UTF-8. */
  public record Result(int exitCode, String out, String err) {
    /** stderr's lines without the empty ones. */
    public List<String> errLines() {
      return err.lines().filter(line -> !line.isBlank()).toList();
    }
  }

  private final Map<String, String> environment = new HashMap<>();
  private Path launcher = HOME.resolve("bin/sadi");
  private Path folder = HOME;
  private byte[] stdin = new byte[0];
  private Duration limit = Duration.ofMinutes(5);
  private String expected = "";

  public BinSadi() {
    environment.put("SADI_JAR", JAR.toString());
  }

  /** Another copy of the launcher, which then looks for its jar itself. */
  public BinSadi launcher(Path file) {
    launcher = file;
    return without("SADI_JAR");
  }

  public BinSadi in(Path workingFolder) {
    folder = workingFolder;
    return this;
  }

  public BinSadi with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Without a variable, also where this JVM has it. */
  public BinSadi without(String variable) {
    environment.put(variable, "");
    return this;
  }

  public BinSadi stdin(String text) {
    stdin = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  public BinSadi limit(Duration time) {
    limit = time;
    return this;
  }

  /** Allows lines of others that are what the test is about, by a regular expression. */
  public BinSadi expecting(String lines) {
    expected = lines;
    return this;
  }

  /** Runs {@code sadi args...} to its end. */
  public Result run(String... args) {
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(List.of(args));
    Result result = execute(command);
    List<String> words = List.of(args);
    refuse(
        ForeignLines.in(
            withoutExpected(result.err()), words.contains("-v") || words.contains("--verbose")));
    return result;
  }

  /** Runs a shell script in which {@code sadi} is the launcher, such as {@code sadi -h | head}. */
  public Result shell(String script, String... args) {
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.addAll(List.of(args));
    environment.put("PATH", launcher.getParent() + ":" + System.getenv("PATH"));
    Result result = execute(command);
    refuse(ForeignLines.known(withoutExpected(result.err())));
    return result;
  }

  private String withoutExpected(String err) {
    return err.lines()
        .filter(line -> expected.isEmpty() || !line.matches(expected))
        .collect(Collectors.joining("\n"));
  }

  static void refuse(List<String> foreign) {
    if (!foreign.isEmpty()) {
      throw new AssertionError("stderr has lines that SADI did not write: " + foreign);
    }
  }

  /** Starts {@code sadi args...}, for tests that send it signals; stdout and stderr to files. */
  public Process start(Path stdout, Path stderr, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(List.of(args));
    return new WatchedProcess(builder(command, stdout, stderr).start(), stderr);
  }

  private ProcessBuilder builder(List<String> command, Path stdout, Path stderr) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(stdout.toFile())
            .redirectError(stderr.toFile());
    environment.forEach(
        (variable, value) -> {
          if (value.isEmpty()) {
            builder.environment().remove(variable);
          } else {
            builder.environment().put(variable, value);
          }
        });
    return builder;
  }

  private Result execute(List<String> command) {
    @Nullable Path out = null;
    @Nullable Path err = null;
    try {
      // Files, not pipes: nothing waits for a reader here.
      out = Files.createTempFile("sadi-out", ".txt");
      err = Files.createTempFile("sadi-err", ".txt");
      Process process = builder(command, out, err).start();
      try (var in = process.getOutputStream()) {
        in.write(stdin);
      } catch (IOException e) {
        // A command that reads no stdin may be gone before we have written it.
        if (!"Broken pipe".equals(e.getMessage()) && !"Stream closed".equals(e.getMessage())) {
          throw e;
        }
      }
      if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(
            String.join(" ", command) + " did not end in " + limit + "; stderr: " + read(err));
      }
      return new Result(process.exitValue(), read(out), read(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      delete(out);
      delete(err);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static void delete(@Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
