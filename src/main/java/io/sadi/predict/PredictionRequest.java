package io.sadi.predict;

import io.sadi.checkpoint.Decode;
import io.sadi.io.BadInputException;
import io.sadi.io.Shard;
import io.sadi.predict.detect.DetectorOptions;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.input.BoxChoice;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.PredictionOutput;
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
 * @param passes 2 to look at images without boxes a second time, closer, where the first look found
 *     somebody; else 1
 * @param inference how the network is run
 * @param shard the part of the images that this process predicts; null for all
 * @param output where what is found goes
 * @param boxChoice which of the boxes count
 * @param detection who else says where people are; null for nobody
 */
public record PredictionRequest(
    Path model,
    List<String> inputs,
    @Nullable Path boxes,
    Decode decode,
    int passes,
    InferenceConfig inference,
    @Nullable Shard shard,
    PredictionOutput output,
    BoxChoice boxChoice,
    @Nullable DetectorChoice detection) {
  /**
   * How people are looked for where no boxes are given.
   *
   * @param detector what finds them
   * @param wholeWhereNobody whether an image in which nobody is found is one person's, as without a
   *     detector
   */
  public record DetectorChoice(DetectorOptions detector, boolean wholeWhereNobody) {}

  public PredictionRequest {
    inputs = List.copyOf(inputs);
    if (passes < 1 || passes > 2) {
      throw BadInputException.at("--passes", "" + passes, "1 or 2", "");
    }
  }

  /** With all people's boxes. */
  public PredictionRequest(
      Path model,
      List<String> inputs,
      @Nullable Path boxes,
      Decode decode,
      int passes,
      InferenceConfig inference,
      @Nullable Shard shard,
      PredictionOutput output) {
    this(model, inputs, boxes, decode, passes, inference, shard, output, BoxChoice.ALL, null);
  }
}
