package io.sadi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.cli.console.Terminal;
import io.sadi.cli.options.CommonOptions;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.torch.DeviceUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A script relies on the exit code and the streams; a person on one line that says why. */
class CommandLinesTest {

  @FunctionalInterface
  interface Body {
    int run(Console console) throws Exception;
  }

  enum Kind {
    FUSED,
    FUSED_PAPER;

    @Override
    public String toString() {
      return io.sadi.config.Config.name(this);
    }
  }

  @Command(name = "work")
  static final class Work implements Callable<Integer> {
    final Body body;

    @Mixin CommonOptions common;

    @Option(names = "--epochs")
    int epochs;

    @Option(names = "--kind")
    Kind kind = Kind.FUSED;

    Work(Body body) {
      this.body = body;
    }

    @Override
    public Integer call() throws Exception {
      return body.run(common.console());
    }
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Body body, String... args) {
    return run(out, body, args);
  }

  private int run(OutputStream stdout, Body body, String... args) {
    return CommandLines.run(new Work(body), new Console(stdout, err, Terminal.NONE), args);
  }

  private int runFailing(Exception failure, String... args) {
    return run(
        console -> {
          throw failure;
        },
        args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void dataGoesToStdoutAndTalkToStderr() {
    int code =
        run(
            console -> {
              console.print("1,ü");
              console.note("read 1 file");
              return ExitCode.PARTIAL;
            });
    assertThat(code).isEqualTo(4);
    assertThat(out()).isEqualTo("1,ü" + System.lineSeparator());
    assertThat(err()).isEqualTo("read 1 file" + System.lineSeparator());
  }

  @Test
  void quietDropsNotesAndProgressButNotWarnings() {
    run(
        console -> {
          console.note("note");
          console.warn("careful");
          try (Progress.Work work = console.start("count", 3, "things")) {
            work.advance(3);
          }
          return 0;
        },
        "-q");
    assertThat(err().lines()).containsExactly("sadi: warning: careful");
  }

  @Test
  void badInputIsOneLineAndCode3() {
    int code = runFailing(BadInputException.at("a.yaml:3: train.lr", "'x'", "number", ""));
    assertThat(code).isEqualTo(3);
    assertThat(err().lines())
        .containsExactly("sadi: a.yaml:3: train.lr: found 'x', expected number");
  }

  @Test
  void missingDeviceIsCode5() {
    assertThat(runFailing(new DeviceUnavailableException("no CUDA device"))).isEqualTo(5);
    assertThat(err().lines()).containsExactly("sadi: no CUDA device");
  }

  @Test
  void wrappedFailuresAreUnwrapped() {
    var wrapped =
        new ExecutionException(new UncheckedIOException(new NoSuchFileException("a.jpg")));
    assertThat(runFailing(wrapped)).isEqualTo(1);
    assertThat(err().lines()).containsExactly("sadi: a.jpg: no such file or folder");
  }

  @Test
  void fullDiskSaysSo() {
    var full = new FileSystemException("run/last.part", null, "No space left on device");
    assertThat(runFailing(full)).isEqualTo(1);
    assertThat(err()).startsWith("sadi: run/last.part: no space left on the device");
    err.reset();
    assertThat(runFailing(new IOException("No space left on device"))).isEqualTo(1);
    assertThat(err()).startsWith("sadi: no space left on the device");
  }

  @Test
  void whatMayNotBeWrittenSaysWhatToDo() {
    runFailing(new FileSystemException("run/a.part", null, "Read-only file system"));
    assertThat(err())
        .isEqualTo("sadi: run/a.part: the file system is read-only; write elsewhere\n");
    err.reset();
    assertThat(runFailing(new FileSystemException("run/a.part", null, "File too large")))
        .isEqualTo(1);
    assertThat(err())
        .startsWith("sadi: run/a.part: may not grow that large; allow more (ulimit -f)");
  }

  @Test
  void nativeTracesStayInside() {
    var raw =
        new RuntimeException(
            "The size of tensor a (3) must match\nException raised from add at x.cpp:12 (most"
                + " recent call first):\nframe #0: c10::Error");
    assertThat(runFailing(raw)).isEqualTo(1);
    assertThat(err().lines())
        .containsExactly(
            "sadi: the computation failed (The size of tensor a (3) must match); -v shows where");
  }

  @Test
  void verboseAddsTheStackTrace() {
    runFailing(new IllegalStateException("odd"), "-v");
    assertThat(err())
        .startsWith("sadi: internal error (IllegalStateException: odd)")
        .contains("\tat io.sadi.cli.CommandLinesTest");
  }

  @Test
  void errorsThatPicocliHandsOnAreMappedToo() {
    Body noMemory =
        console -> {
          throw new OutOfMemoryError("Java heap space");
        };
    assertThat(run(noMemory)).isEqualTo(1);
    assertThat(err().lines().toList()).hasSize(1);
    assertThat(err()).startsWith("sadi: out of memory (Java heap space)");
    err.reset();
    Body noThreads =
        console -> {
          throw new OutOfMemoryError(
              "unable to create native thread: possibly out of memory or process/resource limits"
                  + " reached");
        };
    assertThat(run(noThreads)).isEqualTo(1);
    assertThat(err())
        .startsWith("sadi: the system starts no more threads; allow more (ulimit -u")
        .doesNotContain("batch");
    err.reset();
    Body noModule =
        console -> {
          throw new NoClassDefFoundError("java/util/logging/Logger");
        };
    assertThat(run(noModule)).isEqualTo(1);
    assertThat(err())
        .startsWith("sadi: this Java was made without java.util.logging.Logger; take a whole");
    err.reset();
    Body noNatives =
        console -> {
          throw new UnsatisfiedLinkError("no jnitorch in java.library.path");
        };
    assertThat(run(noNatives)).isEqualTo(1);
    assertThat(err()).contains("native library").contains("no jnitorch").contains("sadi doctor");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--epoch", "--epochs=many", "--epochs", "surplus", "--kind=fuse"})
  void usageErrorsAreOneLineWithAHint(String argument) {
    assertThat(run(console -> 0, argument)).isEqualTo(2);
    assertThat(err().lines().toList()).hasSize(1);
    assertThat(err())
        .startsWith("sadi: ")
        .contains("work --help")
        .contains(argument.substring(0, 6));
    assertThat(out()).isEmpty();
  }

  @Test
  void usageErrorsSuggestWhatWasMeant() {
    run(console -> 0, "--epoch");
    assertThat(err()).contains("did you mean --epochs?");
  }

  @Test
  void enumOptionsReadWhatTheyPrint() {
    Kind[] seen = new Kind[1];
    Work work = new Work(console -> 0);
    Console console = new Console(out, err, Terminal.NONE);
    assertThat(CommandLines.run(work, console, "--kind", "fused-paper")).isZero();
    seen[0] = work.kind;
    assertThat(seen[0]).isEqualTo(Kind.FUSED_PAPER);
  }

  @Test
  void atSignIsNoArgumentFile() {
    run(console -> 0, "@list.txt");
    assertThat(err()).contains("'@list.txt'");
  }

  /** What a stdout does whose other end is gone or whose disk is full. */
  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }

  @Test
  void readerThatLeavesEndsNothingAndSaysNothing() {
    int code =
        run(
            failing("Broken pipe"),
            console -> {
              console.print("line");
              return 0;
            });
    assertThat(code).isZero();
    assertThat(err()).isEmpty();
  }

  @Test
  void streamOfDataStopsWhenItsReaderLeaves() {
    int[] written = new int[1];
    int code =
        run(
            failing("Broken pipe"),
            console -> {
              try (OutputStream data = console.data()) {
                for (int i = 0; i < 1000; i++) {
                  data.write(new byte[1 << 16]);
                  written[0]++;
                }
              }
              return 0;
            });
    assertThat(code).isZero();
    assertThat(err()).isEmpty();
    assertThat(written[0]).isZero();
  }

  @Test
  void stdoutOnAFullDiskIsAFailure() {
    int code =
        run(
            failing("No space left on device"),
            console -> {
              console.print("line");
              return 0;
            });
    assertThat(code).isEqualTo(1);
    assertThat(err()).startsWith("sadi: no space left on the device");
  }

  @Test
  void helpIsPlainInAPipeAndColouredOnDemand() {
    assertThat(run(console -> 0, "--help")).isZero();
    assertThat(out()).contains("--epochs").doesNotContain("\033[");
    out.reset();
    run(console -> 0, "--color=always", "--help");
    assertThat(out()).contains("\033[");
  }
}
