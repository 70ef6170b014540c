package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import java.util.List;

/**
 * The settings of the loss.
 *
 * @param combine how the two heatmaps' losses are combined
 * @param chi what balances them
 * @param fixedChi the balance, 0 to 1, where chi is a number; else NaN
 * @param h1 the loss of the first heatmap
 * @param h2 the loss of the second heatmap, and its use as a target of the first
 * @param h1Weight factor that brings L_H1 to the scale of L_H2
 * @param targetSigma deviation of the first heatmap's target in heatmap pixels
 */
public record LossConfig(
    LossCombine combine,
    Chi chi,
    double fixedChi,
    H1 h1,
    H2 h2,
    double h1Weight,
    double targetSigma) {

  /** The total loss. */
  public enum LossCombine {
    /** (1 - chi) L_H1 + chi L_H2 (Eq. 8). */
    WEIGHTED,
    /** L_H1 + L_H2 (Table V, first row). */
    SUM,
    /** chi L_H1 + (1 - chi) L_H2, which the paper reports as unstable. */
    SWAPPED,
    /** L_H1 alone (Table III). */
    H1
  }

  /** The readings of chi, the balance of the two losses in Eq. 8. */
  public enum Chi {
    /** A joint's predicted deviation, the mean of both axes; no gradient. */
    SIGMA,
    /** The same, and its gradient reaches sigma. */
    SIGMA_GRADIENT,
    /** The flow's own deviation, Eq. 5's sigma: the mean of both axes, 0 to 1; no gradient. */
    FLOW,
    /** A number. */
    FIXED
  }

  /** The readings of L_H1. */
  public enum H1 {
    /** Squared error to a Gaussian (section III-E, Table V). */
    MSE,
    /** Negative log-likelihood of the joint's place under the map's softmax (Eq. 6). */
    NLL
  }

  /** The readings of L_H2, and of the second heatmap as a target of the first. */
  public enum H2 {
    /** Negative log-likelihood of the joint under P (Eq. 7). */
    NLL,
    /** Squared error of the rendered heatmap. */
    MSE,
    /** Residual log-likelihood estimation (Eq. 4). */
    RLE,
    /** The likelihood; and the first heatmap's target is P at the joint, as wide as sigma. */
    TARGET,
    /** The same, as wide as the Gaussian. */
    TARGET_SHAPE,
    /**
     * The likelihood; and the first heatmap's targets are both the second heatmap and the Gaussian.
     */
    MUTUAL
  }

  /** Whether the loss is computed from P at the joint, not from pixels of the second heatmap. */
  boolean likelihood() {
    return h2 != H2.MSE;
  }

  static H1 h1(Config config) {
    return config.choice("loss.h1", H1.class, H1.MSE, "the loss of the first heatmap");
  }

  static H2 h2(Config config) {
    return config.choice("loss.h2", H2.class, H2.NLL, "the loss of the second heatmap");
  }

  /** Reads the section {@code loss} of a config whose model has been read. */
  public static LossConfig from(Config config, ModelConfig model) {
    boolean sfm = model.sfm().enabled();
    LossCombine combine =
        config.choice(
            "loss.combine",
            LossCombine.class,
            sfm ? LossCombine.WEIGHTED : LossCombine.H1,
            "how the two heatmaps' losses add up (default without the SFM: h1)");
    if (!sfm && combine != LossCombine.H1) {
      throw BadInputException.at(
          config.where("loss.combine"),
          Config.name(combine),
          "h1, because without the SFM there is no second heatmap",
          "remove it, or set sfm.enabled=on");
    }
    String chi =
        config.choiceOrNumber(
            "loss.chi",
            List.of("sigma", "sigma-gradient", "flow"),
            "sigma",
            0,
            1,
            "balance of the two losses (Eq. 8)");
    Chi kind =
        switch (chi) {
          case "sigma" -> Chi.SIGMA;
          case "sigma-gradient" -> Chi.SIGMA_GRADIENT;
          case "flow" -> Chi.FLOW;
          default -> Chi.FIXED;
        };
    H1 h1 = h1(config);
    H2 h2 = h2(config);
    if (h1 == H1.NLL && (h2 == H2.TARGET || h2 == H2.TARGET_SHAPE || h2 == H2.MUTUAL)) {
      throw BadInputException.at(
          config.where("loss.h1"),
          "nll with loss.h2 " + Config.name(h2),
          "mse: a likelihood has no heatmap to learn",
          "");
    }
    // Table V and section IV-E3 name both terms squared errors and no factor, nor does Eq. 6.
    boolean alike = h1 == H1.NLL || h2 == H2.MSE;
    return new LossConfig(
        combine,
        kind,
        kind == Chi.FIXED ? Double.parseDouble(chi) : Double.NaN,
        h1,
        h2,
        // Compared on LSPET's photos, 7,000 to learn from and 1,000 to validate on, PCK@0.2 of the
        // fused heatmap and of mu. A network of 64 px, 8 epochs, one seed: 30 gave 22.8 and 11.8,
        // 100: 29.3 and 15.0, 300: 30.9 and 14.8, 1000: 30.9 and 15.4, 3000: 31.1 and 15.1.
        // compact.yaml, three seeds: 300 gave 38.9 and 19.5, 3000: 41.3 and 20.3 (+0.98 to
        // +3.81 for the first), and the same network without the SFM has 41.3. In shared layers
        // L_H2's gradient dominates H1's; mu's own layers have L_H2's gradient alone, and Adam is
        // invariant to its scale.
        config.number(
            "loss.h1_weight",
            alike ? 1 : 3000,
            0,
            1e9,
            "factor that brings L_H1 to the scale of L_H2 (default with loss.h1 nll or loss.h2"
                + " mse: 1)"),
        config.number(
            "loss.target_sigma", 2, 0.1, 20, "deviation of L_H1's target in heatmap pixels"));
  }
}
