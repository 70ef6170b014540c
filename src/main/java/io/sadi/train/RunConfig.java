package io.sadi.train;

import io.sadi.checkpoint.Readout;
import io.sadi.config.Config;
import io.sadi.data.Augmentation;
import io.sadi.model.LossConfig;
import io.sadi.model.ModelConfig;
import java.util.OptionalDouble;

/**
 * The configuration of a training run.
 *
 * @param fusionWeight w of the decode {@code fused}; empty: chosen on the validation split
 * @param yaml the resolved config, every key with its value
 */
public record RunConfig(
    ModelConfig model,
    LossConfig loss,
    Augmentation augmentation,
    TrainConfig train,
    TeacherConfig teacher,
    OptionalDouble fusionWeight,
    String yaml) {

  /** Reads a whole config; an unknown key is an error. */
  public static RunConfig from(Config config) {
    Task.POSE.require(config);
    ModelConfig model = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, model);
    Augmentation augmentation = Augmentation.from(config);
    TrainConfig train = TrainConfig.from(config);
    TeacherConfig teacher = TeacherConfig.from(config);
    OptionalDouble fusionWeight = Readout.fusionWeight(config);
    config.finish();
    return new RunConfig(model, loss, augmentation, train, teacher, fusionWeight, config.toYaml());
  }
}
