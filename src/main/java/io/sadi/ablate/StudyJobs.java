package io.sadi.ablate;

import io.sadi.ablate.study.Cell;
import io.sadi.io.ChildProcess;
import io.sadi.io.FailedException;
import io.sadi.io.Interruption;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.DeviceUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Processes that run a study together on this machine and share its cores and GPUs: each claims the
 * next open cell. They have this process's command line, and coordinate through the study's folder
 * alone.
 */
public final class StudyJobs {
  private static final String JOB = "SADI_STUDY_JOB";
  private static final String GPUS = "CUDA_VISIBLE_DEVICES";
  private static final String THREADS = "OMP_NUM_THREADS";
  private static final int LOOK_MS = 100;
  private static final int NO_DEVICE = 5;

  private static final List<Integer> INTERRUPTED = List.of(129, 130, 143);

  /** Exit codes that a process has explained itself: done, failed, in part. */
  private static final List<Integer> EXPLAINED = List.of(0, 1, 4);

  private final Study study;
  private final Shard shard;

  public StudyJobs(Study study, Shard shard) {
    this.study = study;
    this.shard = shard;
  }

  /** Whether this process is one of the jobs. */
  public static boolean isJob() {
    return System.getenv(JOB) != null;
  }

  /**
   * Does the work of {@link Study#run} in several processes. {@link Study#begin} comes first.
   *
   * @param count how many
   * @param arguments of this process's command line
   * @throws DeviceUnavailableException if a process ended with that
   */
  public Study.StudyOutcome run(int count, List<String> arguments, Progress progress)
      throws IOException {
    int gpus = usesAnyGpu() ? ComputeDevice.gpus() : 0;
    List<Process> processes = new ArrayList<>();
    try (Interruption.Guard guard = Interruption.guard()) {
      for (int job = 0; job < count; job++) {
        processes.add(start(job, count, gpus, arguments));
      }
      boolean told = false;
      while (processes.stream().anyMatch(Process::isAlive)) {
        Thread.sleep(LOOK_MS);
        if (guard.requested() && !told) {
          processes.forEach(ChildProcess::tellToStop);
          told = true;
        }
      }
      return outcome(
          processes.stream().map(Process::exitValue).toList(), guard.requested(), progress);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailedException("interrupted while waiting for the study's processes", e);
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  /** The result, with the processes' exit codes. */
  private Study.StudyOutcome outcome(List<Integer> ends, boolean told, Progress progress)
      throws IOException {
    if (ends.contains(NO_DEVICE)) {
      throw new DeviceUnavailableException(
          "the processes of --jobs have no such device, see above");
    }
    boolean interrupted = told || ends.stream().anyMatch(INTERRUPTED::contains);
    for (int end : ends) {
      if (!EXPLAINED.contains(end) && !interrupted) {
        progress.warn("a process of --jobs ended with exit code " + end);
        blame(end);
      }
    }
    study.plan().folder().writeReport();
    return study.outcome(shard, interrupted);
  }

  /** Records the failure of cells that a process has left. */
  private void blame(int end) throws IOException {
    StudyFolder folder = study.plan().folder();
    for (Cell cell : study.outcome(shard, false).elsewhere()) {
      try (ProcessLock lock = folder.claim(cell)) {
        if (lock != null) {
          folder.fail(
              cell, "a process that was at it ended with exit code " + end + "; try it again");
        }
      }
    }
  }

  /** Whether the configs leave the choice of the GPU open. */
  private boolean usesAnyGpu() {
    return study.plan().configs().values().stream()
        .allMatch(config -> List.of("auto", "cuda").contains(config.train().device()));
  }

  private static Process start(int job, int jobs, int gpus, List<String> arguments) {
    int cores = Math.max(1, Runtime.getRuntime().availableProcessors() / jobs);
    ProcessBuilder builder =
        // Lines instead of progress bars, which would overwrite each other.
        ChildProcess.of(
            List.of("-XX:ActiveProcessorCount=" + cores, "-Dsadi.terminal="), arguments);
    Map<String, String> environment = builder.environment();
    environment.put(JOB, String.valueOf(job));
    environment.putIfAbsent(THREADS, String.valueOf(cores));
    String visible = environment.get(GPUS);
    if (visible != null && visible.contains(",")) {
      String[] names = visible.split(",", -1);
      environment.put(GPUS, names[job % names.length].strip());
    } else if (visible == null && gpus > 1) {
      environment.put(GPUS, String.valueOf(job % gpus));
    }
    try {
      return builder.start();
    } catch (IOException e) {
      throw new FailedException("the study's processes could not be started: " + e.getMessage(), e);
    }
  }

  /** With several processes, each line names its cell. */
  static Progress speakingOf(Cell cell, Progress progress) {
    if (!isJob()) {
      return progress;
    }
    return new Progress() {
      @Override
      public Work start(String what, long total, String unit) {
        return progress.start(cell + ": " + what, total, unit);
      }

      @Override
      public void note(String line) {
        progress.note(cell + ": " + line);
      }

      @Override
      public void warn(String line) {
        progress.warn(cell + ": " + line);
      }
    };
  }
}
