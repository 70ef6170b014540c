package io.sadi.train;

import io.sadi.config.Config;
import io.sadi.data.SceneAugmentation;
import io.sadi.model.DetectorConfig;
import io.sadi.model.DetectorLoss;

/**
 * The configuration of a detector's training.
 *
 * @param found a file of boxes of more people in the training photos; empty for none
 * @param yaml the resolved config, every key with its value
 */
public record DetectorRunConfig(
    DetectorConfig model,
    DetectorLoss loss,
    SceneAugmentation augmentation,
    TrainConfig train,
    String found,
    String yaml) {

  /** Reads a whole config; an unknown key is an error. */
  public static DetectorRunConfig from(Config config) {
    Task.DETECT.require(config);
    DetectorConfig model = DetectorConfig.from(config);
    DetectorLoss loss = DetectorLoss.from(config);
    SceneAugmentation augmentation = SceneAugmentation.from(config);
    TrainConfig train = TrainConfig.from(config);
    String found =
        config.text(
            "data.found",
            "",
            "boxes of more people in the photos to learn from, as 'sadi detect' writes them (CSV);"
                + " empty: none");
    config.finish();
    return new DetectorRunConfig(model, loss, augmentation, train, found, config.toYaml());
  }
}
