package io.sadi.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before any work is done. */
class PredictCommandTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int predict(String... arguments) {
    String[] all =
        Stream.concat(
                Stream.of("predict", folder.resolve("a.jpg").toString()), Stream.of(arguments))
            .toArray(String[]::new);
    return CommandLines.run(
        new SadiCommand(), new Console(new ByteArrayOutputStream(), err, Terminal.NONE), all);
  }

  /** Both call their pictures NAME.jpg: only the last one drawn would be left. */
  @ParameterizedTest
  @CsvSource({"--overlays,--heatmaps", "--overlays,--attention", "--heatmaps,--attention"})
  void oneFolderForTwoKindsOfPicturesIsRefused(String one, String other) {
    String place = folder.resolve("drawn").toString();
    String same = folder.resolve("x/../drawn").toString();
    assertThat(predict(one, place, other, same)).isEqualTo(3);
    assertThat(err.toString(UTF_8)).contains("drawn: named for two outputs; name another folder");
  }

  @Test
  void mixingIsForRunsThatGoOn() {
    assertThat(predict("--out", "x.csv", "--allow-mixed")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("--allow-mixed is for --resume");
  }
}
