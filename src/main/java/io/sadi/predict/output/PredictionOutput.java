package io.sadi.predict.output;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where what is found goes.
 *
 * @param file all predictions; null for stdout, or where there is a folder
 * @param folder a file of predictions for every image, or null
 * @param format of the predictions
 * @param annotations MPII's official file, for a submission to it; else null
 * @param drawings pictures of what was found
 * @param report a page about all that was found, HTML, or null
 * @param errors a CSV file, {@code image,error}, for inputs that could not be used, or null
 * @param existing what happens to what an earlier run has left
 * @param resuming what a run may do that goes on with an unfinished one
 */
public record PredictionOutput(
    @Nullable Path file,
    @Nullable Path folder,
    PredictionsFormat format,
    @Nullable Path annotations,
    Drawings drawings,
    @Nullable Path report,
    @Nullable Path errors,
    Existing existing,
    Resuming resuming) {

  /**
   * Folders of pictures, each null for none.
   *
   * @param overlays photos with people drawn over them
   * @param heatmaps each crop beside its heatmaps
   * @param against a checkpoint whose heatmaps stand beside these; null for one network
   * @param attention each crop beside what the SFM looks at
   */
  public record Drawings(
      @Nullable Path overlays,
      @Nullable Path heatmaps,
      @Nullable Path against,
      @Nullable Path attention) {
    /** No pictures. */
    public static final Drawings NONE = new Drawings(null, null, null, null);
  }

  /** What happens to what an earlier run has left. */
  public enum Existing {
    /** It stays, and is an error. */
    REFUSE,
    /** It is replaced. */
    OVERWRITE,
    /** An unfinished run goes on. */
    RESUME
  }

  /**
   * What a run may do that goes on with an unfinished one.
   *
   * @param keepFailures whether images that could not be used stay out, or are tried again
   * @param allowMixed whether it may compute otherwise than the run that it goes on with
   */
  public record Resuming(boolean keepFailures, boolean allowMixed) {
    /** Failures are tried again, and what would become a mixture is refused. */
    public static final Resuming STRICTLY = new Resuming(false, false);
  }

  /** Where it goes, resumed strictly. */
  public PredictionOutput(
      @Nullable Path file,
      @Nullable Path folder,
      PredictionsFormat format,
      @Nullable Path annotations,
      @Nullable Path overlays,
      @Nullable Path heatmaps,
      @Nullable Path report,
      @Nullable Path errors,
      Existing existing) {
    this(
        file,
        folder,
        format,
        annotations,
        new Drawings(overlays, heatmaps, null, null),
        report,
        errors,
        existing,
        Resuming.STRICTLY);
  }

  /** Predictions to stdout and nothing else. */
  public static PredictionOutput stdout(PredictionsFormat format) {
    return new PredictionOutput(null, null, format, null, null, null, null, null, Existing.REFUSE);
  }

  /** Predictions to a file, in the format that its name says, and nothing else. */
  public static PredictionOutput file(Path file, Existing existing) {
    PredictionsFormat format = PredictionsFormat.of(file);
    return new PredictionOutput(file, null, format, null, null, null, null, null, existing);
  }
}
