package io.sadi.predict;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be predicted and where it goes.
 *
 * @param model a checkpoint
 * @param inputs as {@link Inputs#find} takes them
 * @param boxes who is where, CSV or COCO; null for one person an image, who fills it
 * @param decode which answer of the network counts
 * @param inference how the network is run
 * @param out the file of predictions; null for stdout
 * @param format of the predictions
 * @param annotations MPII's official file, for a submission to it; else null
 * @param overlays a folder for photos with what was found drawn over them, or null
 * @param heatmaps a folder for pictures of the heatmaps, or null
 * @param errors a CSV file, {@code image,error}, for inputs that could not be used, or null
 * @param overwrite whether pictures that exist are replaced; files are the caller's to check
 */
public record PredictionRequest(
    Path model,
    List<String> inputs,
    @Nullable Path boxes,
    Decode decode,
    InferenceConfig inference,
    @Nullable Path out,
    PredictionsFormat format,
    @Nullable Path annotations,
    @Nullable Path overlays,
    @Nullable Path heatmaps,
    @Nullable Path errors,
    boolean overwrite) {
  public PredictionRequest {
    inputs = List.copyOf(inputs);
  }
}
