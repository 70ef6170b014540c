package io.sadi.reference;

import io.sadi.reference.SlowNet.Output;

/** The losses of sadi-model(7). */
public final class SlowLosses {

  /** {@code loss.combine}. */
  public enum Combine {
    WEIGHTED,
    SUM,
    SWAPPED,
    H1
  }

  /** {@code loss.h1}. */
  public enum H1 {
    MSE,
    NLL
  }

  /** {@code loss.h2}. */
  public enum H2 {
    NLL,
    MSE,
    RLE,
    TARGET,
    TARGET_SHAPE,
    MUTUAL
  }

  /** {@code loss.chi}; a number is in {@link Reading#number}. */
  public enum Chi {
    SIGMA,
    SIGMA_GRADIENT,
    FLOW,
    NUMBER
  }

  /**
   * A reading of the paper.
   *
   * @param form what P is made of
   * @param lattice nodes a side that H2 is drawn from in training
   */
  public record Reading(
      Combine combine,
      Chi chi,
      double number,
      H1 h1,
      H2 h2,
      double h1Weight,
      double targetSigma,
      SlowDensity.Form form,
      int lattice) {}

  /**
   * What the network should have said.
   *
   * @param joints [image][joint][x, y] in crop units
   * @param mask [image][joint], 1 where a joint is annotated and inside the crop, else 0
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Truth(double[][][] joints, double[][] mask) {}

  /** The total, and L_H1 and L_H2 by themselves before any weight; L_H2 is NaN without it. */
  public record Loss(double total, double h1, double h2) {}

  private final Reading reading;
  private final TensorFile weights;
  private final Truth truth;
  private double[][][][] target = new double[0][][][];
  private double[][] chi = new double[0][];

  /**
   * @param weights of the network, among them the flow's
   * @param constant what the network says with these weights: what no gradient passes through, the
   *     balance and H1's target, is computed of this and stays when weights are changed
   */
  public SlowLosses(Reading reading, TensorFile weights, Truth truth, Output constant) {
    this.reading = reading;
    this.weights = weights;
    this.truth = truth;
    this.target = target(constant);
    this.chi = constant.hasSfm() ? chi(constant) : new double[0][];
  }

  /** P with the weights as they are now. */
  public SlowDensity density() {
    return new SlowDensity(weights, reading.form());
  }

  /**
   * The loss of what the network says.
   *
   * @param density P; not looked at where H1 counts alone
   */
  public Loss of(Output output, SlowDensity density) {
    boolean second = reading.combine() != Combine.H1;
    SlowDensity.Lattice lattice =
        second && reading.h2() == H2.MSE ? density.lattice(reading.lattice()) : null;
    double count = 0;
    double total = 0;
    double sumH1 = 0;
    double sumH2 = 0;
    for (int n = 0; n < truth.mask().length; n++) {
      for (int k = 0; k < truth.mask()[n].length; k++) {
        if (truth.mask()[n][k] == 0) {
          continue;
        }
        count++;
        double h1 = 0;
        for (double[][][][] heatmaps : output.heatmaps()) {
          h1 +=
              reading.h1() == H1.MSE
                  ? squares(heatmaps[n][k], target[n][k])
                  : surprise(heatmaps[n][k], truth.joints()[n][k]);
        }
        sumH1 += h1;
        double weighted = reading.h1Weight() * h1;
        if (!second) {
          total += weighted;
          continue;
        }
        double[] mu = output.mu()[n][k];
        double[] sigma = output.sigma()[n][k];
        double h2 =
            reading.h2() == H2.MSE
                ? squares(SlowDensity.draw(mu, sigma, target[n][k].length, lattice), target[n][k])
                : -logLikelihood(density, mu, sigma, truth.joints()[n][k]);
        sumH2 += h2;
        double c = reading.chi() == Chi.SIGMA_GRADIENT ? (sigma[0] + sigma[1]) / 2 : chi[n][k];
        total +=
            switch (reading.combine()) {
              case WEIGHTED -> (1 - c) * weighted + c * h2;
              case SWAPPED -> c * weighted + (1 - c) * h2;
              case SUM -> weighted + h2;
              case H1 -> throw new IllegalStateException();
            };
      }
    }
    double mean = Math.max(count, 1);
    return new Loss(total / mean, sumH1 / mean, second ? sumH2 / mean : Double.NaN);
  }

  /** Eq. 7 without its sign: the density of u, divided by what u was stretched by. */
  public static double logLikelihood(
      SlowDensity density, double[] mu, double[] sigma, double[] joint) {
    double logP = density.log((joint[0] - mu[0]) / sigma[0], (joint[1] - mu[1]) / sigma[1]);
    return logP - Math.log(sigma[0]) - Math.log(sigma[1]);
  }

  /** The mean squared error of two maps. */
  private static double squares(double[][] a, double[][] b) {
    double sum = 0;
    for (int row = 0; row < a.length; row++) {
      for (int column = 0; column < a.length; column++) {
        sum += (a[row][column] - b[row][column]) * (a[row][column] - b[row][column]);
      }
    }
    return sum / (a.length * a.length);
  }

  /** Eq. 6: -log of the map's softmax, the mean of the pixels around the joint by nearness. */
  private static double surprise(double[][] map, double[] joint) {
    double sum = 0;
    for (double[] row : map) {
      for (double value : row) {
        sum += Math.exp(value);
      }
    }
    double x = pixel(joint[0], map.length);
    double y = pixel(joint[1], map.length);
    double error = 0;
    for (int row = 0; row < map.length; row++) {
      for (int column = 0; column < map.length; column++) {
        double near = Math.max(0, 1 - Math.abs(row - y)) * Math.max(0, 1 - Math.abs(column - x));
        error -= near * Math.log(Math.exp(map[row][column]) / sum);
      }
    }
    return error;
  }

  /** Where a place in crop units is on a map; beyond the outermost pixels these. */
  private static double pixel(double place, int size) {
    return Math.min(Math.max((place + 0.5) * size - 0.5, 0), size - 1);
  }

  private double[][][][] target(Output output) {
    int size = output.h1()[0][0].length;
    boolean drawn =
        output.hasSfm()
            && (reading.h2() == H2.TARGET
                || reading.h2() == H2.TARGET_SHAPE
                || reading.h2() == H2.MUTUAL);
    SlowDensity.Lattice lattice = drawn ? density().lattice(reading.lattice()) : null;
    double[][][][] maps = SlowLayers.like(output.h1());
    for (int n = 0; n < maps.length; n++) {
      for (int k = 0; k < maps[n].length; k++) {
        double[] joint = truth.joints()[n][k];
        double[][] gaussian = gaussian(joint, size);
        if (!drawn) {
          maps[n][k] = gaussian;
          continue;
        }
        double width = reading.targetSigma() / size;
        double[] sigma = output.sigma()[n][k];
        maps[n][k] =
            switch (reading.h2()) {
              case TARGET -> SlowDensity.draw(joint, sigma, size, lattice);
              case TARGET_SHAPE ->
                  SlowDensity.draw(joint, new double[] {width, width}, size, lattice);
              default -> {
                double[][] h2 = SlowDensity.draw(output.mu()[n][k], sigma, size, lattice);
                for (int i = 0; i < size * size; i++) {
                  int row = i / size;
                  h2[row][i % size] = (h2[row][i % size] + gaussian[row][i % size]) / 2;
                }
                yield h2;
              }
            };
      }
    }
    return maps;
  }

  private double[][] gaussian(double[] joint, int size) {
    double[][] map = new double[size][size];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        double dx = column - ((joint[0] + 0.5) * size - 0.5);
        double dy = row - ((joint[1] + 0.5) * size - 0.5);
        double variance = reading.targetSigma() * reading.targetSigma();
        map[row][column] = Math.exp(-(dx * dx + dy * dy) / (2 * variance));
      }
    }
    return map;
  }

  private double[][] chi(Output output) {
    double flow = 0;
    if (reading.chi() == Chi.FLOW) {
      // Of the flow itself, whatever P is made of.
      double[] deviation = new SlowDensity(weights, SlowDensity.Form.MIXTURE).deviation();
      flow = Math.min(1, (deviation[0] + deviation[1]) / 2);
    }
    double[][] chi = new double[truth.mask().length][truth.mask()[0].length];
    for (int n = 0; n < chi.length; n++) {
      for (int k = 0; k < chi[n].length; k++) {
        double[] sigma = output.sigma()[n][k];
        chi[n][k] =
            switch (reading.chi()) {
              case SIGMA, SIGMA_GRADIENT -> (sigma[0] + sigma[1]) / 2;
              case FLOW -> flow;
              case NUMBER -> reading.number();
            };
      }
    }
    return chi;
  }
}
