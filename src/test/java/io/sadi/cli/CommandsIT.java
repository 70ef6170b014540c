package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.sadi.cli.options.CommonOptions;
import io.sadi.testing.BinSadi;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Every command of the packaged tool: its help, its usage errors, and what they cost. */
class CommandsIT {
  @TempDir private Path folder;

  /** The words that call each command: {@code []}, {@code [prepare]}, {@code [prepare, lspet]}. */
  static Stream<List<String>> commands() {
    List<List<String>> all = new ArrayList<>();
    collect(CommandTreeTest.sadi(), List.of(), all);
    return all.stream();
  }

  private static void collect(CommandLine command, List<String> words, List<List<String>> all) {
    all.add(words);
    command
        .getSubcommands()
        .forEach(
            (name, sub) ->
                collect(sub, Stream.concat(words.stream(), Stream.of(name)).toList(), all));
  }

  private static String[] args(List<String> words, String... more) {
    return Stream.concat(words.stream(), Arrays.stream(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpExplainsTheCommandWithoutNativeLibraries(List<String> words) throws IOException {
    BinSadi.Result result = watched(args(words, "--help"));
    assertThat(result.exitCode()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("Usage: " + String.join(" ", args(List.of("sadi"), args(words))));
    assertThat(result.out().lines()).as("80 columns").allMatch(line -> line.length() <= 80);
  }

  @Test
  void helpOfAnUnknownCommandIsAUsageError() {
    BinSadi.Result result = new BinSadi().run("trian", "--help");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.errLines()).singleElement().asString().contains("'trian'", "did you mean");
  }

  @Test
  void noCommandShowsWhatThereIs() {
    BinSadi.Result result = new BinSadi().expecting(".*").run(); // the help, on stderr
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("Usage: sadi");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void readerThatClosesStdoutEarlyIsNoError(List<String> words) {
    BinSadi.Result result =
        new BinSadi()
            .shell(
                "set -o pipefail; sadi \"$@\" --help | head -n 1; echo ${PIPESTATUS[0]}",
                args(words));
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().toList()).hasSize(2).last().isEqualTo("0");
  }

  @Test
  void closedStreamsAreNoError() {
    BinSadi.Result result =
        new BinSadi()
            .shell("sadi --help >&-; echo $?; sadi trian 2>&-; echo $?; sadi -V <&- | wc -l");
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().map(String::strip)).containsExactly("0", "2", "3");
  }

  @Test
  void fullStdoutIsAnError() {
    BinSadi.Result result = new BinSadi().shell("sadi --help >/dev/full");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.errLines()).singleElement().asString().contains("no space left");
  }

  @ParameterizedTest
  @CsvSource({
    "2, trian",
    "2, train --no-such-option",
    "2, train --out runs/a",
    "3, train --data /no/such --out runs/a",
    "3, train --data /no/such --out runs/a --set trian.lr=1",
    "3, train --data /no/such --out runs/a --set train.lr=fast",
    "3, train --data /no/such --out runs/a --set model.variant=ful",
    "3, train --data /no/such --out runs/a --set model.input=100",
    "3, train --data /no/such --out runs/a --config /no/such.yaml",
    "3, eval --predictions /no/such.csv --data /no/such",
  })
  void badUsageAndBadInputAreOneLineWithoutNativeLibraries(int exitCode, String line)
      throws IOException {
    BinSadi.Result result = watched(line.split(" "));
    assertThat(result.exitCode()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).hasSize(1).first().asString().startsWith("sadi: ");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  /** Runs a command line, and sees to it that its JVM loads nothing of LibTorch or OpenCV. */
  private BinSadi.Result watched(String... args) throws IOException {
    Path log = folder.resolve("classes.txt");
    Path cache = folder.resolve("cache");
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .with(
                "SADI_JAVA_OPTS",
                "-Xlog:class+load:file=" + log + " -Dorg.bytedeco.javacpp.cachedir=" + cache)
            .run(args);
    assertThat(cache).doesNotExist();
    assertThat(Files.readAllLines(log))
        .anyMatch(loaded -> loaded.contains(" io.sadi.cli.SadiCommand "))
        .noneMatch(loaded -> loaded.contains(" org.bytedeco."));
    return result;
  }

  /** Without reflection metadata a native image would have commands without options. */
  @Test
  void everyCommandIsInTheReflectConfig() throws IOException {
    Set<String> configured = new TreeSet<>();
    try (JarFile jar = new JarFile(BinSadi.JAR.toFile());
        Reader reader =
            new InputStreamReader(
                jar.getInputStream(
                    jar.getJarEntry(
                        "META-INF/native-image/picocli-generated/io.sadi/sadi/reflect-config.json")),
                StandardCharsets.UTF_8)) {
      for (JsonElement element : JsonParser.parseReader(reader).getAsJsonArray()) {
        configured.add(element.getAsJsonObject().get("name").getAsString());
      }
    }
    Set<String> used = new TreeSet<>();
    userClasses(CommandTreeTest.sadi().getCommandSpec(), used);
    assertThat(used).contains(SadiCommand.class.getName(), CommonOptions.class.getName());
    assertThat(configured).containsAll(used);
  }

  private static void userClasses(CommandSpec spec, Set<String> names) {
    names.add(spec.userObject().getClass().getName());
    spec.mixins().values().forEach(mixin -> userClasses(mixin, names));
    spec.subcommands().values().forEach(sub -> userClasses(sub.getCommandSpec(), names));
  }
}
