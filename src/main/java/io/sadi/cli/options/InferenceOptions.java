package io.sadi.cli.options;

import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import java.util.List;
import picocli.CommandLine.Option;

/** For commands that run a trained network. */
public final class InferenceOptions {
  private static final List<String> NAMES =
      List.of("--flip", "--scales", "--refine", "--batch", "--threads", "--device", "--precision");

  @Option(
      names = "--flip",
      order = 30,
      description = "See every crop in a mirror too, and average the two answers.")
  private boolean flip;

  @Option(
      names = "--scales",
      order = 31,
      paramLabel = "LIST",
      converter = Scales.ScalesConverter.class,
      description =
          "See every person in several sizes, as factors of the crop's side, and average the"
              + " answers: 0.8,0.9,1,1.1,1.2,1.3, or 0.8..1.3 for the same. Takes as many times as"
              + " long. Default: 1.")
  private Scales scales = new Scales(List.of(1.0));

  @Option(
      names = "--refine",
      order = 31,
      paramLabel = "HOW",
      description =
          "Where a peak lies between pixels: ${COMPLETION-CANDIDATES}. dark smooths as much as the"
              + " network's loss.target_sigma says. Default: quarter.")
  private Refine refine = Refine.QUARTER;

  @Option(
      names = "--batch",
      order = 32,
      paramLabel = "N",
      description =
          "Crops in a batch. Several batches are computed side by side, of 64 crops at most, so"
              + " this is what to lower where memory is short. Default: 16.")
  private int batch = 16;

  @Option(
      names = "--threads",
      order = 33,
      paramLabel = "N",
      description =
          "Threads that compute, shared out among the batches, and as many that decode images."
              + " Default: one a core.")
  private int threads;

  @Option(
      names = "--device",
      order = 34,
      paramLabel = "DEVICE",
      completionCandidates = Candidates.Devices.class,
      description = "auto, cpu, cuda or cuda:N.")
  private String device = "auto";

  @Option(
      names = "--precision",
      order = 35,
      paramLabel = "HOW",
      completionCandidates = Candidates.InferencePrecisions.class,
      description =
          "auto, fp32, bf16, or int8 for a checkpoint that 'sadi export --int8' wrote. auto: bf16"
              + " where the hardware computes it.")
  private String precision = "auto";

  /** The options' names, for commands that can do without a network. */
  public List<String> names() {
    return NAMES;
  }

  /** As given, checked. */
  public InferenceConfig config() {
    return new InferenceConfig(device, precision, batch, threads, flip, refine, scales.factors());
  }
}
