package io.sadi.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without these lines' being told apart no end-to-end test would see a library's complaint. */
class ForeignLinesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[W1127 20:11:12.123456789 NNPACK.cpp:56] Could not initialize NNPACK! Reason: ...",
        "[W NNPACK.cpp:53] Could not initialize NNPACK!",
        "[rank0]: terminate called after throwing an instance of 'c10::Error'; TCPStore.cpp:12 ",
        "terminate called after throwing an instance of 'c10::Error'",
        "OpenBLAS warning: precompiled NUM_THREADS exceeded, adding auxiliary array",
        "OpenBLAS blas_thread_init: pthread_create failed for thread 1 of 2",
        "Corrupt JPEG data: 8 extraneous bytes before marker 0xd9",
        "Premature end of JPEG file",
        "WARNING: sun.reflect.Reflection.getCallerClass is not supported",
        "Warning: Could not load Pointer: java.lang.UnsatisfiedLinkError",
        "libpng warning: iCCP: known incorrect sRGB profile",
        "libpng error: Not enough image data",
        "libgomp: Invalid value for environment variable OMP_NUM_THREADS",
        "TIFFReadDirectory: Warning, Unknown field with tag 65000 encountered.",
        "[ WARN:0@0.035] global grfmt_tiff.cpp:462 readData OpenCV TIFF: libtiff warning",
        "[0.123s][warning][os,thread] Failed to start thread",
        "OpenJDK 64-Bit Server VM warning: Sharing is only supported for boot loader classes",
        "Exception in thread \"Thread-3\" java.lang.IllegalStateException: no",
        "SLF4J: Failed to load class \"org.slf4j.impl.StaticLoggerBinder\".",
        "# A fatal error has been detected by the Java Runtime Environment:",
        "Too small maximum heap",
        "\tat io.sadi.Sadi.main(Sadi.java:12)",
        "java.lang.IllegalStateException: no"
      })
  void seesWhatOthersWrite(String line) {
    assertThat(ForeignLines.in("6 people in 6 images\n" + line + "\n", false))
        .containsExactly(line);
  }

  @Test
  void knowsTheCommonOnesBesideOtherProgramsWords() {
    String png = "libpng warning: iCCP: too short";
    assertThat(ForeignLines.known("make: Nothing to be done.\n" + png + "\nbash: line 1: x\n"))
        .containsExactly(png);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sadi: warning: a.jpg: the image does not decode; it is damaged",
        "sadi: the computation failed (x); -v shows where",
        "predicting: 1/14 images, 0.0430/s, 0:23, 5:02 left",
        "epoch 1/7: loss 0.4321, L_H1 0.00123, lr 0.002, 12 img/s, 900 MB",
        "6 people in 6 images",
        "300 people that the network never saw: fused PCKh@0.5 2.3 before training, 79.1 after",
        "  learn from photos (LSP and LSPET, with their joints.mat):",
        "    sadi prepare lspet --annotations lspet/joints.mat --images lspet/images",
        "Photos: 48 people to learn from",
        "/tmp/A folder/out.csv is complete; nothing to resume",
        "Größe: 3 people"
      })
  void knowsOurs(String line) {
    assertThat(ForeignLines.in(line + "\n\n", false)).isEmpty();
  }

  @Test
  void tracesAreOursWhereTheyWereAskedFor() {
    String trace =
        "sadi: failed\njava.lang.IllegalStateException: no\n\tat io.sadi.Sadi.main(Sadi.java:1)\n"
            + "Caused by: java.io.IOException: x\n\t... 12 more\n";
    assertThat(ForeignLines.in(trace, true)).isEmpty();
    assertThat(ForeignLines.in(trace, false)).hasSize(4);
  }

  /** The check itself, as tests run into it. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aRunThatSaysMoreThanItShouldFails() throws IOException {
    Path loud =
        Files.writeString(
            folder.resolve("loud"),
            "#!/bin/sh\necho 'sadi: warning: one' >&2\n"
                + "echo 'Corrupt JPEG data: 8 extraneous bytes' >&2\n");
    Files.setPosixFilePermissions(loud, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> new BinSadi().launcher(loud).run("predict"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("[Corrupt JPEG data: 8 extraneous bytes]");
    assertThatThrownBy(() -> new BinSadi().launcher(loud).shell("exec loud"))
        .isInstanceOf(AssertionError.class);
    Process started =
        new BinSadi().launcher(loud).start(folder.resolve("out"), folder.resolve("err"));
    assertThatThrownBy(() -> Signals.exitCode(started)).isInstanceOf(AssertionError.class);
    assertThat(new BinSadi().launcher(loud).expecting("Corrupt JPEG data: .*").run().exitCode())
        .isZero();
  }
}
