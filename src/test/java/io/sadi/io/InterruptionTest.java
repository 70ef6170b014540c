package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A night's training must survive Ctrl-C and the scheduler's SIGTERM. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptionTest {

  /** Runs in a JVM of its own: works until it is told to end, then takes its time to save. */
  static final class Work {
    private Work() {}

    public static void main(String[] args) throws InterruptedException {
      Interruption.install();
      if (args[0].equals("unguarded")) {
        System.out.println("working");
        Thread.sleep(60_000);
        System.out.println("ended by itself");
        return;
      }
      try (Interruption.Guard guard = Interruption.guard()) {
        System.out.println("working");
        while (!guard.requested()) {
          Thread.sleep(10);
        }
        if (args[0].equals("stubborn")) {
          System.out.println("asked");
          Thread.sleep(60_000);
        }
        Thread.sleep(300);
        System.out.println("saved");
      }
    }
  }

  private static Process start(String how) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Work.class.getName(),
            how)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void stateIsSavedBeforeTheProcessEndsWithTheSignalsCode(String signal, int exitCode)
      throws Exception {
    Signals.assumeInterruptible();
    Process process = start("guarded");
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("working");
      Signals.send(signal, process.pid());
      assertThat(out.readLine()).isEqualTo("saved");
    }
    assertThat(Signals.exitCode(process)).isEqualTo(exitCode);
  }

  @Test
  void workWithoutAGuardEndsAtOnce() throws Exception {
    Signals.assumeInterruptible();
    Process process = start("unguarded");
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("working");
      Signals.send("INT", process.pid());
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(out.readLine()).isNull();
    }
    assertThat(process.exitValue()).isEqualTo(130);
  }

  /** Whoever asks twice does not want to wait, and what was saved last is whole. */
  @ParameterizedTest
  @CsvSource({"INT, INT, 130", "TERM, TERM, 143", "HUP, HUP, 129"})
  void aSecondSignalEndsItAtOnce(String first, String second, int exitCode) throws Exception {
    Signals.assumeInterruptible();
    Process process = start("stubborn");
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("working");
      Signals.send(first, process.pid());
      assertThat(out.readLine()).isEqualTo("asked");
      Signals.send(second, process.pid());
      assertThat(out.readLine()).as("it is not saved").isNull();
    }
    assertThat(Signals.exitCode(process)).isEqualTo(exitCode);
  }

  /** Guards come and go with every run; none may be left behind. */
  @Test
  void guardIsQuietWhenNothingHappens() {
    for (int i = 0; i < 3; i++) {
      try (Interruption.Guard guard = Interruption.guard()) {
        assertThat(guard.requested()).isFalse();
      }
    }
  }
}
