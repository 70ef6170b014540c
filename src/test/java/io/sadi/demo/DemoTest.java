package io.sadi.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.config.Config;
import io.sadi.io.FailedException;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo is how a newcomer learns whether SADI works here: it must not say yes where it does not.
 */
class DemoTest {
  /** The preset's. */
  private static final int EPOCHS = 7;

  @TempDir private Path folder;

  private Demo demo(int people, String... sets) throws IOException {
    Config config = Config.preset("tiny", List.of(sets), Map.of());
    return Demo.prepare(folder.resolve("demo"), false, 1, people, config, EPOCHS);
  }

  @Test
  void onlyAWholeDemoIsHeldToAPercentage() throws IOException {
    assertThat(demo(Demo.PEOPLE).expected()).isEqualTo(60);
    assertThat(demo(Demo.PEOPLE + 1, "train.epochs=8").expected()).isEqualTo(60);
    assertThat(demo(Demo.PEOPLE - 1).expected()).isZero();
    assertThat(demo(Demo.PEOPLE, "train.epochs=6").expected()).isZero();
  }

  @Test
  void oneThatLearnsNothingFailsAndKeepsWhatItMade() throws IOException {
    Demo small = demo(8, "train.epochs=1", "train.threads=1", "model.input=64");
    Demo demo = new Demo(small.folder(), false, 1, 8, small.config(), 60);
    List<String> notes = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public Work start(String what, long total, String unit) {
            return Work.NONE;
          }

          @Override
          public void note(String line) {
            notes.add(line);
          }

          @Override
          public void warn(String line) {}
        };
    Path report = folder.resolve("demo/report.html");
    assertThatThrownBy(() -> demo.run(progress))
        .isInstanceOf(FailedException.class)
        .hasMessageMatching(
            "the network did not learn: found fused pckh@0\\.5 \\d+\\.\\d on held-out people, expected"
                + " at least 60; run 'sadi doctor', and see .*report\\.html")
        .hasMessageContaining(report.toString());
    assertThat(folder.resolve("demo/run/checkpoints/best.safetensors")).isNotEmptyFile();
    assertThat(folder.resolve("demo/predictions.csv")).isNotEmptyFile();
    assertThat(folder.resolve("demo/summary.json")).isNotEmptyFile();
    assertThat(Files.readString(report))
        .contains(
            "<h1>This network did not learn</h1>",
            "at least 60 % were expected",
            "card bad",
            "fp32")
        .doesNotContain("From random numbers", "card good", "How it learned", "prepare lspet");
    assertThat(notes).anyMatch(note -> note.contains("sadi doctor"));
    assertThat(notes).noneMatch(note -> note.contains("prepare lspet"));
  }
}
