package io.sadi.predict;

import io.sadi.checkpoint.Decode;
import io.sadi.eval.Details;
import io.sadi.eval.PoseMetric;
import io.sadi.predict.engine.InferenceConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be measured, and by what.
 *
 * @param measured a model, or predictions of any program
 * @param data a dataset folder, or a COCO file
 * @param split null for val, or test where there is no val
 * @param metrics empty for the dataset's
 * @param oksSigmas as the option has them; empty for COCO's
 * @param compare other predictions of the same people, the baseline; null for none
 * @param report a page of what is wrong, HTML; null for none
 * @param details what else is measured; its baseline is this request's affair
 */
public record EvaluationRequest(
    Subject measured,
    Path data,
    @Nullable String split,
    List<PoseMetric> metrics,
    List<String> oksSigmas,
    @Nullable Path compare,
    @Nullable Path report,
    Details details) {
  public EvaluationRequest {
    metrics = List.copyOf(metrics);
    oksSigmas = List.copyOf(oksSigmas);
  }

  /** Whose joints are measured. */
  public sealed interface Subject {}

  /**
   * Those of a file, or of a folder of files.
   *
   * @param file as {@code --predictions} takes it
   */
  public record OfFile(Path file) implements Subject {}

  /**
   * Those that a network finds.
   *
   * @param file a checkpoint
   * @param decode how to read its answers; null for every way that it has
   * @param limit only so many people of the split
   * @param inference how it is run
   * @param calibrate whether to write factors of its sigma into the checkpoint
   * @param saved where to keep what it finds; null for nowhere
   */
  public record OfModel(
      Path file,
      @Nullable Decode decode,
      int limit,
      InferenceConfig inference,
      boolean calibrate,
      @Nullable Path saved)
      implements Subject {}
}
