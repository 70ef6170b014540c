package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training run that cannot be meant is refused before anything is read or written. */
class TrainCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "--nproc=0, '--nproc: found 0, expected at least 1'",
    "--nproc=-2, '--nproc: found -2, expected at least 1'",
    "--nproc=two, 'two'",
    "--init-except=heads, '--init-except needs --init=FILE'",
    "--override-config, '--override-config needs --resume'",
    "--allow-mixed, '--allow-mixed needs --resume'",
  })
  void refusesWhatMakesNoSense(String option, String says) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(new ByteArrayOutputStream(), err, Terminal.NONE);
    Path out = folder.resolve("run");
    String[] args = {"train", "--data", folder.resolve("none") + "", "--out", out + "", option};
    assertThat(CommandLines.run(new SadiCommand(), console, args)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .contains(says);
    assertThat(out).doesNotExist();
  }
}
