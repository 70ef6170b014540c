package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.model.ModelConfig.Rfm;
import java.util.List;

/**
 * The architecture of a {@link DetectorNet}.
 *
 * @param input side of the square that a photo is brought into, divisible by 4 x 2^levels
 * @param stem channels after the first convolution
 * @param channels of each level of the hourglass, fine to coarse, and of the bottom
 * @param blocks number of blocks at each of these
 * @param features channels before the maps
 * @param rfm the additions to the basic block
 */
public record DetectorConfig(
    int input, int stem, List<Integer> channels, List<Integer> blocks, int features, Rfm rfm) {

  /** Pixels of the input to a cell of the maps. */
  public static final int STRIDE = ModelConfig.STRIDE;

  public DetectorConfig {
    channels = List.copyOf(channels);
    blocks = List.copyOf(blocks);
  }

  /** Side of the maps, in cells. */
  public int cells() {
    return input / STRIDE;
  }

  /** Reads the sections {@code model} and {@code rfm}, whose defaults are a detector's. */
  public static DetectorConfig from(Config config) {
    DetectorConfig detector =
        new DetectorConfig(
            config.integer("model.input", 256, 32, 2048, "side of the network's input in pixels"),
            config.integer("model.stem", 16, 1, 4096, "channels after the first convolution"),
            config.integers(
                "model.channels",
                List.of(24, 32, 64, 80, 96),
                1,
                8192,
                "channels of each level of the hourglass, and of its bottom"),
            config.integers(
                "model.blocks", List.of(1, 1, 1, 1, 1), 1, 64, "blocks at each of these"),
            config.integer("model.features", 32, 1, 8192, "channels before the maps"),
            new Rfm(
                config.flag("rfm.enabled", true, "RFM blocks instead of basic blocks"),
                config.flag("rfm.dilated", true, "the RFM's dilated convolution"),
                config.integer("rfm.dilation", 2, 1, 4, "its dilation b (Eq. 1)"),
                config.flag("rfm.se", true, "the RFM's squeeze-and-excitation")));
    detector.check(config);
    return detector;
  }

  private void check(Config config) {
    if (blocks.size() != channels.size()) {
      throw BadInputException.at(
          config.where("model.blocks"),
          blocks.size() + " numbers",
          channels.size() + ", one for each of model.channels",
          "");
    }
    if (channels.size() < 2) {
      throw BadInputException.at(
          config.where("model.channels"), channels.size() + " numbers", "at least 2", "");
    }
    int unit = STRIDE << (channels.size() - 1);
    if (input % unit != 0) {
      int nearest = Math.max(unit, (int) Math.round((double) input / unit) * unit);
      throw BadInputException.at(
          config.where("model.input"),
          input + " px",
          "a multiple of " + unit + " px",
          "the nearest is " + nearest);
    }
  }
}
