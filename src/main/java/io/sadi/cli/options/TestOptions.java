package io.sadi.cli.options;

import io.sadi.ablate.study.TestSettings;
import io.sadi.checkpoint.Decode;
import io.sadi.predict.engine.Refine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a study measures its networks. */
public final class TestOptions {
  @Option(
      names = "--flip",
      order = 9,
      description =
          "Measure every network with a mirrored crop, too, and the two answers averaged. The"
              + " paper's test is --flip --scales 0.8..1.3.")
  private boolean flip;

  @Option(
      names = "--scales",
      order = 9,
      paramLabel = "LIST",
      converter = Scales.ScalesConverter.class,
      description = "Measure with every person in several sizes, as in sadi eval. Default: 1.")
  private @Nullable Scales scales;

  @Option(
      names = "--refine",
      order = 9,
      paramLabel = "HOW",
      description = "Where a peak lies between pixels: ${COMPLETION-CANDIDATES}. Default: quarter.")
  private @Nullable Refine refine;

  @Option(
      names = "--decode",
      order = 9,
      paramLabel = "WHICH",
      description =
          "Which answer the tables are of: ${COMPLETION-CANDIDATES}. Default: each network's own,"
              + " fused; h1 without an SFM. A study remembers these four and goes on with them.")
  private @Nullable Decode decode;

  /** What was given. */
  public TestSettings.Asked asked() {
    return new TestSettings.Asked(
        flip ? true : null, scales == null ? null : scales.factors(), refine, decode);
  }
}
