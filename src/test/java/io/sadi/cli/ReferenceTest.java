package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The manual in man/ and the shells' scripts in completions/ say what the commands are now. {@code
 * mvn test -Dtest=ReferenceTest -Dsadi.bless=true} writes them anew.
 */
class ReferenceTest {
  private static final String BLESS = "mvn test -Dtest=ReferenceTest -Dsadi.bless=true";

  /** What is generated: file and text. */
  static Map<Path, String> all() throws IOException {
    CommandSpec sadi = CommandTreeTest.sadi().getCommandSpec();
    Map<Path, String> all = new LinkedHashMap<>();
    ManPages.all(sadi).forEach((name, text) -> all.put(Path.of("man", name), text));
    Completion root = Completion.of(sadi);
    all.put(Path.of("completions/sadi.bash"), BashCompletion.script(root));
    all.put(Path.of("completions/_sadi"), ZshCompletion.script(root));
    all.put(Path.of("completions/sadi.fish"), FishCompletion.script(root));
    return all;
  }

  static Stream<Path> files() throws IOException {
    return all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void saysWhatTheCommandsAre(Path file) throws IOException {
    String text = all().get(file);
    if (Boolean.getBoolean("sadi.bless")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text, StandardCharsets.UTF_8);
    }
    assertThat(file).as("run " + BLESS).exists();
    assertThat(Files.readString(file, StandardCharsets.UTF_8))
        .as(file + " is older than the commands: run " + BLESS)
        .isEqualTo(text);
  }

  /** A page of a command that is no more would live on. */
  @Test
  void nothingElseIsThere() throws IOException {
    for (String folder : new String[] {"man", "completions"}) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        assertThat(files).as("remove what is surplus").isSubsetOf(all().keySet());
      }
    }
  }
}
