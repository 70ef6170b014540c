package io.sadi.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.bench.DoctorFinding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor says of machines that this one is not. */
class MachineTest {
  @TempDir private Path root;

  private DoctorFinding finding(String what) {
    return new Machine(new SystemFiles(root, Map.of()))
        .findings().stream()
            .filter(finding -> finding.what().equals(what))
            .findFirst()
            .orElseThrow();
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  /** Only what somebody has chosen is worth reading. */
  @Test
  void flagsAreThoseThatSomebodyChose() {
    List<String> options =
        Machine.options(
            new String[] {
              "-XX:SharedArchiveFile=/lib/sadi.jsa",
              "-Xlog:disable",
              "-XX:+UseSerialGC",
              "-XX:CompileThresholdScaling=10",
              "-Dorg.bytedeco.javacpp.maxbytes=0",
              "-Dsadi.terminal=",
              "-Xmx8g",
              "-cp",
              "/lib/sadi.jar",
              "io.sadi.Sadi",
              "-Xmx1g"
            });
    assertThat(options).hasSize(7).endsWith("-Xmx8g");
    assertThat(Machine.flags(options))
        .isEqualTo(DoctorFinding.ok("Java's flags", "-Dorg.bytedeco.javacpp.maxbytes=0 -Xmx8g"));
  }

  /** A runtime that jlink has made holds what it was told. */
  @Test
  void modulesAreMissed() {
    assertThat(finding("Java").level()).isEqualTo(Level.OK);
    assertThat(Machine.missing(List.of("java.base", "java.no.such")))
        .containsExactly("java.no.such");
  }

  @Test
  void javacppsLimitsAreMissed() {
    String name = "org.bytedeco.javacpp.maxphysicalbytes";
    String before = System.clearProperty(name);
    try {
      DoctorFinding flags = Machine.flags(List.of("-Xmx8g"));
      assertThat(flags.level()).isEqualTo(Level.WARN);
      assertThat(flags.found()).isEqualTo("-Xmx8g; without -D" + name + "=0");
      assertThat(flags.advice()).contains("bin/sadi");
    } finally {
      if (before != null) {
        System.setProperty(name, before);
      }
    }
  }

  @Test
  void fewFilesOrProcessesAreWarnedOf() throws IOException {
    assertThat(finding("limits")).isEqualTo(DoctorFinding.ok("limits", "none"));
    write(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             4096                 4096                 processes
        Max open files            1024                 524288               files
        """);
    assertThat(finding("limits"))
        .isEqualTo(DoctorFinding.ok("limits", "1024 open files, 4096 processes"));
    write("sys/fs/cgroup/pids.max", "64\n");
    DoctorFinding few = finding("limits");
    assertThat(few.level()).isEqualTo(Level.WARN);
    assertThat(few.found()).endsWith("64 processes in the container");
    assertThat(few.advice()).contains("--pids-limit");
  }

  @Test
  void memoryOfAContainerIsWhatCounts() throws IOException {
    write("proc/meminfo", "MemTotal: 24684096 kB\nMemAvailable: 21288292 kB\n");
    assertThat(finding("memory").level()).isEqualTo(Level.OK);
    write("sys/fs/cgroup/memory.max", "1500000000\n");
    assertThat(finding("memory").level()).isEqualTo(Level.WARN);
    assertThat(finding("memory").found()).contains("limit of the container 1.5 GB");
  }
}
