package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import java.util.List;

/**
 * What the network is trained to minimise.
 *
 * @param combine how the two heatmaps' losses add up
 * @param chi their balance, 0 to 1; NaN for sigma itself
 * @param h2 the loss of the second heatmap
 * @param h1Weight factor that brings L_H1 to the scale of L_H2
 * @param targetSigma deviation of the first heatmap's target in heatmap pixels
 */
public record LossConfig(Combine combine, double chi, H2 h2, double h1Weight, double targetSigma) {

  /** The total loss. */
  public enum Combine {
    /** (1 - chi) L_H1 + chi L_H2 (Eq. 8). */
    WEIGHTED,
    /** L_H1 + L_H2 (Table V, first row). */
    SUM,
    /** chi L_H1 + (1 - chi) L_H2, which the paper reports as unstable. */
    SWAPPED,
    /** L_H1 alone (Table III). */
    H1
  }

  /** The readings of L_H2. */
  public enum H2 {
    /** Negative log-likelihood of the joint under P (Eq. 7). */
    NLL,
    /** Squared error of the rendered heatmap. */
    MSE,
    /** Residual log-likelihood estimation (Eq. 4). */
    RLE,
    /** The first heatmap learns P placed at the joint, beside the likelihood. */
    TARGET
  }

  /** Whether chi is the predicted sigma, per joint. */
  public boolean chiIsSigma() {
    return Double.isNaN(chi);
  }

  /** Whether the loss is computed from P at the joint, not from pixels of the second heatmap. */
  public boolean likelihood() {
    return h2 != H2.MSE;
  }

  static H2 h2(Config config) {
    return config.choice("loss.h2", H2.class, H2.NLL, "the loss of the second heatmap");
  }

  /** Reads the section {@code loss} of a config whose model has been read. */
  public static LossConfig from(Config config, ModelConfig model) {
    boolean sfm = model.sfm().enabled();
    Combine combine =
        config.choice(
            "loss.combine",
            Combine.class,
            sfm ? Combine.WEIGHTED : Combine.H1,
            "how the two heatmaps' losses add up (default without the SFM: h1)");
    if (!sfm && combine != Combine.H1) {
      throw BadInputException.at(
          config.where("loss.combine"),
          Config.name(combine),
          "h1, because without the SFM there is no second heatmap",
          "remove it, or set sfm.enabled=on");
    }
    String chi =
        config.choiceOrNumber(
            "loss.chi", List.of("sigma"), "sigma", 0, 1, "balance of the two losses (Eq. 8)");
    return new LossConfig(
        combine,
        chi.equals("sigma") ? Double.NaN : Double.parseDouble(chi),
        h2(config),
        // Compared on LSPET's photos, 7,000 to learn from and 1,000 to validate on, PCK@0.2 of the
        // fused heatmap and of mu. A network of 64 px, 8 epochs, one seed: 30 gave 22.8 and 11.8,
        // 100: 29.3 and 15.0, 300: 30.9 and 14.8, 1000: 30.9 and 15.4, 3000: 31.1 and 15.1.
        // compact.yaml, three seeds: 300 gave 38.9 and 19.5, 3000: 41.3 and 20.3 (+0.98 to
        // +3.81 for the first), and the same network without the SFM has 41.3. L_H2's gradient
        // starves H1 in the layers that both learn; mu's own layers learn from L_H2 alone, and Adam
        // does not mind its size.
        config.number(
            "loss.h1_weight", 3000, 0, 1e9, "factor that brings L_H1 to the scale of L_H2"),
        config.number(
            "loss.target_sigma", 2, 0.1, 20, "deviation of L_H1's target in heatmap pixels"));
  }
}
