package io.sadi.io;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Child processes of this program on this machine. Each reads a pipe from its parent, and stops
 * when the pipe ends: when the parent has ended, or asks for it.
 */
public final class ChildProcess {
  private static final String PARENT = "SADI_PARENT";

  private ChildProcess() {}

  /**
   * A process to be started: Java as it runs this one, its stderr this one's. Stdout is dropped, as
   * it is for data.
   *
   * @param javaOptions besides this process's own
   * @param arguments of the command line
   */
  public static ProcessBuilder of(List<String> javaOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    String java = System.getProperty("java.home");
    if (java == null) { // in a native image, which takes what it is told of such options
      command.add(ProcessHandle.current().info().command().orElse("sadi"));
      command.addAll(javaOptions);
    } else {
      command.add(Path.of(java, "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(javaOptions);
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add("io.sadi.Sadi");
    }
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put(PARENT, String.valueOf(ProcessHandle.current().pid()));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return builder;
  }

  /** In such a process: stops the work when the process that started it is gone or says so. */
  public static void followParent() {
    if (System.getenv(PARENT) == null) {
      return;
    }
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (IOException e) {
                // As good as its end.
              }
              Interruption.request();
            },
            "sadi-parent");
    watcher.setDaemon(true);
    watcher.start();
  }

  /** Tells such a process to save its state and stop. */
  public static void tellToStop(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It is gone.
    }
  }
}
