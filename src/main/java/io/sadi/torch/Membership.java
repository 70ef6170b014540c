package io.sadi.torch;

import io.sadi.io.BadInputException;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process's place in a job of several that train together, as its starter tells it.
 *
 * @param rank 0 .. size-1
 * @param size processes of the job
 * @param localRank among those of this machine
 * @param localSize processes of this machine; all where nobody says
 * @param address of the process that holds the job's store
 * @param port of that store
 * @param storeIsThere whether somebody else holds it; otherwise rank 0 does
 * @param attempt how often the job was started before: what those processes left in a store that
 *     outlives them must not be taken for this time's
 */
public record Membership(
    int rank,
    int size,
    int localRank,
    int localSize,
    String address,
    int port,
    boolean storeIsThere,
    int attempt) {
  private static final int SLURM_PORT = 15_000;

  /**
   * The place that the environment names: torchrun's variables (also set by Kubeflow's PyTorchJob)
   * where they are complete, else Slurm's; null for a process of its own.
   */
  public static @Nullable Membership of(Map<String, String> environment) {
    if (has(environment, "RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")) {
      int size = number(environment, "WORLD_SIZE", 1, 65536);
      int rank = number(environment, "RANK", 0, size - 1);
      int local =
          has(environment, "LOCAL_RANK") ? number(environment, "LOCAL_RANK", 0, size - 1) : 0;
      return size == 1
          ? null
          : new Membership(
              rank,
              size,
              local,
              has(environment, "LOCAL_WORLD_SIZE")
                  ? number(environment, "LOCAL_WORLD_SIZE", 1, size)
                  : size,
              environment.getOrDefault("MASTER_ADDR", ""),
              number(environment, "MASTER_PORT", 1, 65535),
              "True".equals(environment.get("TORCHELASTIC_USE_AGENT_STORE")),
              has(environment, "TORCHELASTIC_RESTART_COUNT")
                  ? number(environment, "TORCHELASTIC_RESTART_COUNT", 0, Integer.MAX_VALUE)
                  : 0);
    }
    if (has(environment, "SLURM_PROCID", "SLURM_NTASKS", "SLURM_JOB_NODELIST", "SLURM_JOB_ID")) {
      int size = number(environment, "SLURM_NTASKS", 1, 65536);
      if (size == 1) {
        return null;
      }
      int job = number(environment, "SLURM_JOB_ID", 0, Integer.MAX_VALUE);
      return new Membership(
          number(environment, "SLURM_PROCID", 0, size - 1),
          size,
          has(environment, "SLURM_LOCALID") ? number(environment, "SLURM_LOCALID", 0, size - 1) : 0,
          Math.min(size, tasksPerNode(environment, size)),
          firstHost(environment.getOrDefault("SLURM_JOB_NODELIST", "")),
          SLURM_PORT + job % 10_000,
          false,
          0);
    }
    return null;
  }

  /**
   * What was asked for, or else what Slurm made of it, as in {@code 4(x3),2}: the most of any node.
   *
   * @param unknown where neither is said
   */
  private static int tasksPerNode(Map<String, String> environment, int unknown) {
    if (has(environment, "SLURM_NTASKS_PER_NODE")) {
      return number(environment, "SLURM_NTASKS_PER_NODE", 1, 65536);
    }
    String tasks = environment.getOrDefault("SLURM_TASKS_PER_NODE", "");
    return Stream.of(tasks.split(",", -1))
        .map(node -> node.replaceFirst("\\(x\\d+\\)$", "").strip())
        .filter(node -> node.matches("[1-9]\\d{0,4}"))
        .mapToInt(Integer::parseInt)
        .max()
        .orElse(unknown);
  }

  /** Of {@code gpu[07-09,12],login} it is gpu07. */
  static String firstHost(String nodes) {
    int comma = nodes.indexOf(',');
    int bracket = nodes.indexOf('[');
    if (bracket < 0 || (comma >= 0 && comma < bracket)) {
      return comma < 0 ? nodes : nodes.substring(0, comma);
    }
    int end = bracket + 1;
    while (end < nodes.length() && Character.isDigit(nodes.charAt(end))) {
      end++;
    }
    return nodes.substring(0, bracket) + nodes.substring(bracket + 1, end);
  }

  private static boolean has(Map<String, String> environment, String... names) {
    for (String name : names) {
      String value = environment.get(name);
      if (value == null || value.isBlank()) {
        return false;
      }
    }
    return true;
  }

  private static int number(Map<String, String> environment, String name, int min, int max) {
    String text = environment.getOrDefault(name, "");
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number that is out of range.
    }
    throw BadInputException.at(
        "environment variable " + name,
        "'" + text + "'",
        "a number from " + min + " to " + max,
        "check the job's starter, or unset it");
  }
}
