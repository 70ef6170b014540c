package io.sadi.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For commands that train: other names of keys that say where and how to compute. */
public final class ComputeOptions {
  @Option(
      names = "--device",
      order = 11,
      paramLabel = "DEVICE",
      completionCandidates = Candidates.Devices.class,
      description = "auto, cpu, cuda or cuda:N.")
  private @Nullable String device;

  @Option(
      names = "--precision",
      order = 12,
      paramLabel = "HOW",
      completionCandidates = Candidates.Precisions.class,
      description = "auto, fp32 or bf16. auto: bf16 where the hardware computes it.")
  private @Nullable String precision;

  @Option(
      names = "--threads",
      order = 13,
      paramLabel = "N",
      description = "Threads of LibTorch's operators; 0: one a core.")
  private @Nullable Integer threads;

  /** Hands on what was given. */
  public void setIn(ConfigOptions options) {
    options.set("train.device", device);
    options.set("train.precision", precision);
    options.set("train.threads", threads);
  }
}
