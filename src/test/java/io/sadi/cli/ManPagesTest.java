package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.sadi.testing.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The pages of man/ as a reader gets them. */
class ManPagesTest {

  static Stream<Path> pages() throws IOException {
    return ManPages.all(CommandTreeTest.sadi().getCommandSpec()).keySet().stream()
        .map(name -> Path.of("man", name));
  }

  private static String mandoc(String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("mandoc").redirectErrorStream(true);
    builder.command().addAll(List.of(arguments));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      abort("skipped: no mandoc here");
      throw e;
    }
    try (InputStream out = process.getInputStream()) {
      return new String(out.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      Signals.exitCode(process);
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void lintFindsNothing(Path page) throws IOException {
    assertThat(mandoc("-T", "lint", page.toString())).isEmpty();
  }

  /** Escapes that went wrong would be seen in the text. */
  @ParameterizedTest
  @MethodSource("pages")
  void readsAsText(Path page) throws IOException {
    String text = mandoc("-T", "ascii", page.toString()).replaceAll(".\b", "");
    assertThat(text)
        .contains("NAME", "SEE ALSO")
        .doesNotContain("\\f", "\\(", "\\-", "\\e", "\\&", "${", "@|");
    assertThat(text.lines()).allMatch(line -> line.length() <= 95);
  }

  @ParameterizedTest
  @MethodSource("io.sadi.cli.CommandTreeTest#commands")
  void hasTheSectionsAndEveryOption(CommandSpec command) throws IOException {
    String page = command.qualifiedName("-");
    String text = Files.readString(Path.of("man", page + ".1"), StandardCharsets.UTF_8);
    assertThat(text)
        .contains(".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", ".SH EXIT STATUS")
        .contains(".SH EXAMPLES", ".SH SEE ALSO");
    for (OptionSpec option : command.options()) {
      assertThat(text).contains(Roff.bold(option.longestName()));
    }
  }

  @Test
  void escapesWhatRoffWouldTakeForItsOwn() {
    Roff roff = new Roff("x", 1, "2026-01-01", "1");
    roff.prose(".profile is 'C:\\new' -- use --data-dir, or ä");
    roff.example(List.of(".TH -x", "a\\"));
    assertThat(roff.toString())
        .contains(
            "\\&.profile is \\(aqC:\\enew\\(aq -- use \\fB\\-\\-data\\-dir\\fR, or \\[u00E4]\n")
        .contains("\n\\&.TH \\-x\na\\e\n");
  }
}
