package io.sadi.train;

import io.sadi.io.ChildProcess;
import io.sadi.io.FailedException;
import io.sadi.io.Interruption;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The processes of a job on this machine, each with the command line of this process. Their ranks
 * are in the environment, as under torchrun. They stop when this process does.
 */
final class LocalRanks implements AutoCloseable {
  private static final int LOOK_MS = 100;

  private final List<Process> processes = new ArrayList<>();

  /**
   * Starts them.
   *
   * @param arguments of this process's command line
   * @param size of the job
   * @param port of the job's store on this machine
   */
  static LocalRanks start(List<String> arguments, int size, int port) {
    LocalRanks ranks = new LocalRanks();
    try {
      for (int rank = 0; rank < size; rank++) {
        ProcessBuilder builder = ChildProcess.of(List.of(), arguments);
        builder.environment().put("RANK", String.valueOf(rank));
        builder.environment().put("LOCAL_RANK", String.valueOf(rank));
        builder.environment().put("LOCAL_WORLD_SIZE", String.valueOf(size));
        builder.environment().put("WORLD_SIZE", String.valueOf(size));
        builder.environment().put("MASTER_ADDR", "127.0.0.1");
        builder.environment().put("MASTER_PORT", String.valueOf(port));
        builder.environment().put("TORCHELASTIC_USE_AGENT_STORE", "True");
        ranks.processes.add(builder.start());
      }
      return ranks;
    } catch (IOException e) {
      ranks.close();
      throw new FailedException("the job's processes could not be started: " + e.getMessage(), e);
    }
  }

  /**
   * Waits for all of them.
   *
   * @param patience for the others once one has failed
   * @throws FailedException naming the process that failed
   */
  RunState await(Duration patience) {
    try (Interruption.Guard guard = Interruption.guard()) {
      boolean told = false;
      int failed = -1;
      long deadline = Long.MAX_VALUE;
      while (isAlive() && System.nanoTime() < deadline) {
        Thread.sleep(LOOK_MS);
        if (guard.requested() && !told) {
          processes.forEach(ChildProcess::tellToStop);
          told = true;
        }
        if (failed < 0) {
          failed = failed();
          deadline = failed < 0 ? deadline : System.nanoTime() + patience.toNanos();
        }
      }
      List<String> hung = hung();
      close();
      if (!hung.isEmpty()) {
        throw failure(String.join(" and ", hung) + " did not answer and had to be ended");
      }
      failed = failed < 0 ? failed() : failed;
      if (failed >= 0) {
        throw failure(name(failed) + " ended with exit code " + processes.get(failed).exitValue());
      }
      return processes.stream().anyMatch(process -> process.exitValue() != 0)
          ? RunState.INTERRUPTED
          : RunState.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailedException("interrupted while waiting for the job's processes", e);
    }
  }

  private static FailedException failure(String what) {
    return new FailedException(what + "; what was saved last is intact: --resume goes on from it");
  }

  private String name(int rank) {
    return String.format(Locale.ROOT, "rank %d (process %d)", rank, processes.get(rank).pid());
  }

  /** The processes that are still running. */
  private List<String> hung() {
    return IntStream.range(0, processes.size())
        .filter(rank -> processes.get(rank).isAlive())
        .mapToObj(this::name)
        .toList();
  }

  private boolean isAlive() {
    return processes.stream().anyMatch(Process::isAlive);
  }

  /** The rank of the first process that failed; -1 if none has. */
  private int failed() {
    int found = -1;
    for (int i = 0; i < processes.size(); i++) {
      Process process = processes.get(i);
      if (!process.isAlive() && !List.of(0, 130, 143).contains(process.exitValue())) {
        // A killed process is the cause: the others fail because it is gone.
        if (found < 0 || process.exitValue() > 128) {
          found = i;
        }
      }
    }
    return found;
  }

  /** Kills the processes that are still running. */
  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    for (Process process : processes) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
