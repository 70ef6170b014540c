package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.geom.PixelConvention;
import io.sadi.io.BadInputException;
import java.util.List;

/**
 * The network's architecture; the defaults are the paper's sizes.
 *
 * @param input side of the square crop in pixels, divisible by 4 x 2^levels
 * @param pixels the pixel convention of crops and maps
 * @param stacks number of hourglasses in a row
 * @param stem channels after the first convolution
 * @param channels of each level, fine to coarse, and of the bottom; one more than there are levels
 * @param blocks number of blocks at each of these
 * @param features channels before the heatmaps
 * @param h1Peak 0: H1 is the last layer's output; else H1 is that layer's softmax over the map
 *     times this, for a network trained with a likelihood (loss.h1 nll)
 * @param rfm the additions to the basic block
 * @param sfm the regression head
 * @param dlm the distribution behind the second heatmap
 */
public record ModelConfig(
    int input,
    PixelConvention pixels,
    int stacks,
    int stem,
    List<Integer> channels,
    List<Integer> blocks,
    int features,
    double h1Peak,
    Rfm rfm,
    Sfm sfm,
    Dlm dlm) {

  /** Pixels of the crop to one of the heatmap. */
  public static final int STRIDE = 4;

  /** Volume of a Gaussian of 2 pixels and peak 1. */
  private static final double GAUSSIAN = 2 * Math.PI * 2 * 2;

  /** The key of {@link #pixels}. */
  public static final String PIXELS = "model.pixel_convention";

  /** The hourglass's levels that the SFM reads. */
  static final int SCALES = 4;

  /**
   * The Receptive Fortified Module's additions to a basic block.
   *
   * @param enabled whether there are any
   * @param dilated whether a dilated convolution runs parallel to the two others
   * @param dilation its rate b, 1 to 4
   * @param se whether squeeze-and-excitation follows
   */
  public record Rfm(boolean enabled, boolean dilated, int dilation, boolean se) {}

  /** Eq. 2-3: how the four scales are weighted. */
  public enum GlobalAttention {
    /** Every branch receives its own scale times its weight. */
    SOFTMAX,
    /** Every branch receives the sum over the scales. */
    SUM,
    NONE
  }

  /** The axis along which fused features are normalised. */
  public enum LocalAttention {
    COLUMN,
    ROW,
    SPATIAL,
    CHANNEL,
    NONE
  }

  /**
   * The Spatial Fusion Module.
   *
   * @param enabled whether the network regresses positions, and so has a second heatmap
   * @param width channels of F1..F4
   * @param attention channels of the projected scales
   * @param planes of the four bottlenecks, whose outputs have four times as many channels
   * @param last channels before the pooling ({@code sfm.final})
   * @param localAttentionGain whether local attention's weights are 1 in the mean, not 1 in sum
   */
  public record Sfm(
      boolean enabled,
      List<Integer> width,
      int attention,
      List<Integer> planes,
      int last,
      GlobalAttention globalAttention,
      LocalAttention localAttention,
      boolean localAttentionGain) {}

  /** Eq. 5: how the flow's variable is standardised to mean 0 and deviation 1. */
  public enum Standardize {
    /** By the flow's own mean and deviation, with the change of variables: a density. */
    MOMENTS,
    NONE,
    /** As printed, G((x - mean) / sd): no density, so only for rendering. */
    LITERAL
  }

  /** How P is made from the flow's density I and the normal density Q. */
  public enum Combine {
    /** (I + Q) / 2. */
    MIXTURE,
    /** I Q, residual log-likelihood estimation's sum of logarithms. */
    PRODUCT
  }

  /**
   * The Distribution Learning Module.
   *
   * @param flow whether the distribution is learned; without, P is the normal density
   * @param lattice nodes a side of the grid that P is rendered from
   * @param trainingLattice the same while training
   */
  public record Dlm(
      boolean flow, Standardize standardize, Combine combine, int lattice, int trainingLattice) {}

  public ModelConfig {
    channels = List.copyOf(channels);
    blocks = List.copyOf(blocks);
  }

  /** Number of times the hourglass halves its resolution. */
  int levels() {
    return channels.size() - 1;
  }

  /** Side of the heatmaps. */
  public int heatmap() {
    return input / STRIDE;
  }

  /**
   * Reads the sections {@code model}, {@code rfm}, {@code sfm} and {@code dlm}, after the variant's
   * switches have taken the place of their defaults.
   */
  public static ModelConfig from(Config config) {
    String variant =
        config.text(
            "model.variant",
            Variant.FULL,
            "a row of the ablations; sets switches that are not given themselves");
    String origin = config.where("model.variant");
    config.withDefaults(Variant.overrides(variant, origin), origin + " " + variant);
    // Some of the DLM's defaults depend on the loss.
    LossConfig.H2 h2 = LossConfig.h2(config);
    double h1Peak = LossConfig.h1(config) == LossConfig.H1.NLL ? GAUSSIAN : 0;
    int input =
        config.integer("model.input", 256, 32, 2048, "side of the network's input in pixels");
    PixelConvention pixels =
        config.choice(
            PIXELS,
            PixelConvention.class,
            PixelConvention.CENTER,
            "where the middle of n pixels is: n/2 - 0.5, or n/2 as HRNet and MMPose have it; with"
                + " --init the other network's");
    int stacks = config.integer("model.stacks", 1, 1, 8, "hourglasses in a row");
    int stem = config.integer("model.stem", 128, 1, 4096, "channels after the first convolution");
    List<Integer> channels =
        config.integers(
            "model.channels",
            List.of(256, 256, 384, 384, 384, 512),
            1,
            8192,
            "channels of each level of the hourglass, and of its bottom");
    List<Integer> blocks =
        config.integers(
            "model.blocks", List.of(2, 2, 2, 2, 2, 4), 1, 64, "blocks at each of these");
    int features = config.integer("model.features", 256, 1, 8192, "channels before the heatmaps");

    boolean rfmEnabled = config.flag("rfm.enabled", true, "RFM blocks instead of basic blocks");
    Rfm rfm =
        new Rfm(
            rfmEnabled,
            config.flag("rfm.dilated", true, "the RFM's dilated convolution"),
            config.integer("rfm.dilation", 2, 1, 4, "its dilation b (Eq. 1)"),
            config.flag("rfm.se", true, "the RFM's squeeze-and-excitation"));
    Sfm sfm =
        new Sfm(
            config.flag("sfm.enabled", true, "the SFM and DLM: mu, sigma and the second heatmap"),
            config.integers("sfm.width", List.of(64, 128, 256, 512), 1, 8192, "channels of F1..F4"),
            config.integer(
                "sfm.attention", 256, 1, 8192, "channels that global attention compares"),
            config.integers(
                "sfm.planes", List.of(32, 64, 128, 256), 1, 8192, "planes of the bottlenecks"),
            config.integer("sfm.final", 2048, 1, 16384, "channels before the pooling"),
            config.choice(
                "sfm.global_attention",
                GlobalAttention.class,
                GlobalAttention.SOFTMAX,
                "Eq. 2-3, over the four scales"),
            config.choice(
                "sfm.local_attention",
                LocalAttention.class,
                LocalAttention.COLUMN,
                "along what fused features are normalised"),
            config.flag(
                "sfm.local_attention_gain",
                true,
                "local attention's weights have a mean of 1 (ours); off: a sum of 1"));
    boolean rle = h2 == LossConfig.H2.RLE;
    Dlm dlm =
        new Dlm(
            config.flag("dlm.flow", true, "learn the distribution; off: a normal one"),
            config.choice(
                "dlm.standardize",
                Standardize.class,
                rle ? Standardize.NONE : Standardize.MOMENTS,
                "Eq. 5 (default with loss.h2 rle: none)"),
            config.choice(
                "dlm.combine",
                Combine.class,
                rle ? Combine.PRODUCT : Combine.MIXTURE,
                "how flow and normal make P (default with loss.h2 rle: product)"),
            config.integer("dlm.lattice", 257, 17, 2049, "nodes a side that P is rendered from"),
            config.integer(
                "dlm.training_lattice", 97, 17, 2049, "the same where a loss renders it"));
    ModelConfig model =
        new ModelConfig(
            input, pixels, stacks, stem, channels, blocks, features, h1Peak, rfm, sfm, dlm);
    model.check(config, h2);
    return model;
  }

  private void check(Config config, LossConfig.H2 h2) {
    if (blocks.size() != channels.size()) {
      throw BadInputException.at(
          config.where("model.blocks"),
          blocks.size() + " numbers",
          channels.size() + ", one for each of model.channels",
          "");
    }
    int fewest = sfm.enabled ? SCALES : 1;
    if (levels() < fewest) {
      throw BadInputException.at(
          config.where("model.channels"),
          channels.size() + " numbers, so " + levels() + " levels",
          "at least " + fewest + " levels" + (sfm.enabled ? ", which the SFM reads" : ""),
          "");
    }
    int unit = STRIDE << levels();
    if (input % unit != 0) {
      int nearest = Math.max(unit, (int) Math.round((double) input / unit) * unit);
      throw BadInputException.at(
          config.where("model.input"),
          input + " px",
          "a multiple of "
              + unit
              + " px, because the network halves it "
              + (levels() + 2)
              + " times",
          "the nearest is " + nearest);
    }
    four(config, "sfm.width", sfm.width);
    four(config, "sfm.planes", sfm.planes);
    if (sfm.enabled && dlm.standardize == Standardize.LITERAL && h2 != LossConfig.H2.MSE) {
      throw BadInputException.at(
          config.where("dlm.standardize"),
          "literal with loss.h2 " + Config.name(h2),
          "loss.h2 mse: the literal form is no density, so it has no likelihood",
          "");
    }
    boolean product = dlm.combine == Combine.PRODUCT;
    if (sfm.enabled && product != (h2 == LossConfig.H2.RLE)) {
      throw BadInputException.at(
          config.where("dlm.combine"),
          Config.name(dlm.combine) + " with loss.h2 " + Config.name(h2),
          "product with rle, mixture with every other loss",
          "");
    }
  }

  private static void four(Config config, String key, List<Integer> values) {
    if (values.size() != SCALES) {
      throw BadInputException.at(
          config.where(key), values.size() + " numbers", SCALES + ", one a scale", "");
    }
  }
}
