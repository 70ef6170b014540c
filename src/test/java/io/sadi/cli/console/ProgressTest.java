package io.sadi.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.Progress;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A log of a night must stay readable; a person at a terminal wants to see it move. */
class ProgressTest {
  private final List<String> lines = new ArrayList<>();
  private long seconds;

  private LineWork work(long total) {
    return new LineWork(lines::add, () -> seconds * 1_000_000_000, "epoch 1/2", total, "images");
  }

  @Test
  void pipeGetsALineNowAndThenAndOnlyOneAtTheEnd() {
    try (LineWork work = work(600)) {
      work.message("loss 0.5");
      for (int i = 0; i < 60; i++) {
        seconds++;
        work.advance(10);
      }
    }
    assertThat(lines)
        .containsExactly(
            "epoch 1/2: 150/600 images, 10.0/s, 0:15, 0:45 left, loss 0.5",
            "epoch 1/2: 300/600 images, 10.0/s, 0:30, 0:30 left, loss 0.5",
            "epoch 1/2: 450/600 images, 10.0/s, 0:45, 0:15 left, loss 0.5",
            "epoch 1/2: 600/600 images, 10.0/s, 1:00, loss 0.5");
  }

  @Test
  void unknownTotalHasNoRemainder() {
    try (LineWork work = work(0)) {
      seconds = 7200;
      work.advance(72);
    }
    assertThat(lines).first().isEqualTo("epoch 1/2: 72 images, 0.0100/s, 2:00:00");
  }

  @Test
  void ofWhatWasNotBegunThereIsNoLine() {
    work(600).close();
    assertThat(lines).isEmpty();
  }

  @Test
  void terminalGetsABarInOneLine() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayOutputStream(),
            err,
            Terminal.of("err", Map.of("TERM", "xterm", "COLUMNS", "100")));
    try (Progress.Work work = console.start("epoch 1/2", 40, "images")) {
      work.advance(40);
      work.message("loss 0.5");
    }
    String text = err.toString(StandardCharsets.UTF_8);
    String last = text.substring(text.lastIndexOf('\r'));
    assertThat(last).contains("epoch 1/2").contains("100%").contains("loss 0.5");
    assertThat(last.length()).isLessThan(110);
    assertThat(text.lines().filter(line -> !line.isEmpty()).count()).isLessThan(6);
  }

  @Test
  void dumbTerminalGetsPlainLines() {
    assertThat(Terminal.of("out,err", Map.of("TERM", "dumb")).err()).isFalse();
    assertThat(Terminal.of("out,err", Map.of("NO_COLOR", "1")).noColor()).isTrue();
    assertThat(Terminal.of("out,err", Map.of()).noColor()).isFalse();
    assertThat(Terminal.of("", Map.of()).out()).isFalse();
  }
}
