package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The processes of one training are this program again, however it was started. */
class ChildProcessTest {
  @Test
  void javaIsStartedAsItRuns() {
    List<String> command = ChildProcess.of(List.of("-Xmx1g"), List.of("train", "--x")).command();
    assertThat(command.get(0)).endsWith("java");
    assertThat(command).containsSubsequence("-Xmx1g", "-cp", "io.sadi.Sadi", "train", "--x");
  }

  /** A native image has no java.home. */
  @Test
  void anExecutableIsStartedItself() {
    String home = System.clearProperty("java.home");
    try {
      assertThat(ChildProcess.of(List.of("-Xmx1g"), List.of("train")).command())
          .hasSize(3)
          .startsWith(ProcessHandle.current().info().command().orElseThrow())
          .endsWith("-Xmx1g", "train");
    } finally {
      System.setProperty("java.home", home);
    }
  }
}
