package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.io.Safetensors;
import io.sadi.io.Safetensors.Entry;
import io.sadi.reference.SlowDensity;
import io.sadi.reference.SlowLosses;
import io.sadi.reference.SlowLosses.Loss;
import io.sadi.reference.SlowLosses.Truth;
import io.sadi.reference.SlowNet;
import io.sadi.reference.SlowNet.Output;
import io.sadi.reference.SlowNet.Switches;
import io.sadi.reference.TensorFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * What {@code io.sadi.reference} says of a small network and its batch, by the names of {@code
 * expected.safetensors}.
 */
final class ReferenceResults {
  /**
   * What a gradient is measured with: the loss at a weight plus and minus this. Larger steps cross
   * the kinks of too many ReLUs.
   */
  private static final double STEP = 1e-7;

  private record Result(long[] shape, double[] values) {}

  private final SmallNetworks network;
  private final ModelConfig model;
  private final TensorFile weights;
  private final double[][][][] image;
  private final Truth truth;
  private final Map<String, Result> results = new LinkedHashMap<>();

  ReferenceResults(SmallNetworks network) throws IOException {
    this.network = network;
    this.model = ModelConfig.from(network.config(""));
    this.weights = new TensorFile(network.checkpoint());
    TensorFile input = new TensorFile(network.input());
    this.image = input.get4("image");
    double[][] mask = new double[image.length][network.joints()];
    for (int i = 0; i < mask.length * network.joints(); i++) {
      mask[i / network.joints()][i % network.joints()] = input.get("mask")[i];
    }
    this.truth = new Truth(input.get3("joints"), mask);
  }

  /**
   * The batch's own statistics by the names of the running ones, of a network where these are 0.
   */
  Map<String, double[]> statistics() {
    SlowNet training = new SlowNet(weights, switches(), true);
    training.forward(image);
    Map<String, double[]> statistics = new LinkedHashMap<>();
    training
        .statistics()
        .forEach(
            (name, values) -> {
              double[] whole = values.clone();
              for (int i = 0; i < whole.length; i++) {
                whole[i] = values[i] / 0.1; // a step's share
              }
              statistics.put(name, whole);
            });
    return statistics;
  }

  /** Everything but the gradients of single weights, of which only those along a direction. */
  Map<String, double[]> quick() {
    Output used = forward(false);
    put("", used);
    if (used.hasSfm()) {
      density(used);
    }
    SlowNet training = new SlowNet(weights, switches(), true);
    Output trained = training.forward(image);
    put("batch_statistics.", trained);
    training.statistics().forEach((name, values) -> put("after." + name, values, values.length));
    for (String settings : network.losses()) {
      SlowLosses losses = new SlowLosses(reading(settings), weights, truth, trained);
      Loss loss = losses.of(trained, density(losses));
      put(lossName(settings, "total"), new double[] {loss.total()}, 1);
      put(lossName(settings, "h1"), new double[] {loss.h1()}, 1);
      if (!Double.isNaN(loss.h2())) {
        put(lossName(settings, "h2"), new double[] {loss.h2()}, 1);
      }
    }
    for (String settings : network.gradients()) {
      SlowLosses losses = new SlowLosses(reading(settings), weights, truth, trained);
      put(directionName(settings), new double[] {alongDirection(losses)}, 1);
    }
    Map<String, double[]> quick = new LinkedHashMap<>();
    results.forEach((name, result) -> quick.put(name, result.values));
    return quick;
  }

  /** Writes everything. */
  void write() throws IOException {
    quick();
    Output trained = forward(true);
    for (String settings : network.gradients()) {
      SlowLosses losses = new SlowLosses(reading(settings), weights, truth, trained);
      SlowDensity density = density(losses);
      for (String name : weights.names()) {
        if (!name.contains("running_")) {
          double gradient = gradient(losses, trained, density, name);
          put(gradientName(settings, name), new double[] {gradient}, 1);
        }
      }
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    results.forEach(
        (name, result) -> {
          float[] floats = new float[result.values.length];
          for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) result.values[i];
          }
          entries.put(name, Entry.ofFloats(result.shape, floats));
        });
    new Safetensors(Map.of(), entries).write(network.expected());
  }

  static String lossName(String settings, String part) {
    return "loss" + suffix(settings) + " " + part;
  }

  static String directionName(String settings) {
    return "gradient" + suffix(settings) + " along a direction";
  }

  static String gradientName(String settings, String parameter) {
    return "gradient" + suffix(settings) + " " + parameter;
  }

  private static String suffix(String settings) {
    return settings.isEmpty() ? "" : " " + settings;
  }

  /** Of each tensor one element has its gradient in the file: the one in the middle. */
  static int element(int count) {
    return count / 2;
  }

  /** A direction in the space of all weights: what a tensor is changed by, a number an element. */
  static double[] direction(String parameter, int count) {
    Random random = new Random(parameter.hashCode());
    double[] direction = new double[count];
    for (int i = 0; i < count; i++) {
      direction[i] = 0.1 * random.nextGaussian();
    }
    return direction;
  }

  private double alongDirection(SlowLosses losses) {
    move(STEP);
    double plus = losses.of(forward(true), density(losses)).total();
    move(-2 * STEP);
    double minus = losses.of(forward(true), density(losses)).total();
    move(STEP);
    return (plus - minus) / (2 * STEP);
  }

  /** A normal one where no loss asks for it: without the DLM there are no tensors of a flow. */
  private SlowDensity density(SlowLosses losses) {
    return model.sfm().enabled()
        ? losses.density()
        : new SlowDensity(weights, SlowDensity.Form.NORMAL);
  }

  private void move(double step) {
    for (String name : weights.names()) {
      if (!name.contains("running_")) {
        double[] values = weights.get(name);
        double[] direction = direction(name, values.length);
        for (int i = 0; i < values.length; i++) {
          values[i] += step * direction[i];
        }
      }
    }
  }

  private double gradient(
      SlowLosses losses, Output trained, SlowDensity density, String parameter) {
    double[] values = weights.get(parameter);
    int i = element(values.length);
    double value = values[i];
    values[i] = value + STEP;
    double plus = total(losses, trained, density, parameter);
    values[i] = value - STEP;
    double minus = total(losses, trained, density, parameter);
    values[i] = value;
    return (plus - minus) / (2 * STEP);
  }

  /** After a change of one tensor: of the flow, or of what comes before. */
  private double total(SlowLosses losses, Output trained, SlowDensity before, String changed) {
    return changed.startsWith("dlm.")
        ? losses.of(trained, losses.density()).total()
        : losses.of(forward(true), before).total();
  }

  private Output forward(boolean training) {
    return new SlowNet(weights, switches(), training).forward(image);
  }

  private void put(String prefix, Output output) {
    for (int s = 0; s < output.heatmaps().size(); s++) {
      put4(prefix + "h1." + s, output.heatmaps().get(s));
    }
    if (output.hasSfm()) {
      put3(prefix + "mu", output.mu());
      put3(prefix + "sigma", output.sigma());
    }
  }

  private void density(Output output) {
    SlowDensity density = new SlowDensity(weights, form(ModelConfig.from(network.config(""))));
    if (model.dlm().flow()) {
      put("flow.mean", density.mean(), 2);
      put("flow.deviation", density.deviation(), 2);
    }
    SlowDensity.Lattice lattice = density.lattice(model.dlm().lattice());
    put("mode", lattice.mode(), 2);
    int size = model.heatmap();
    double[][] likelihood = new double[image.length][network.joints()];
    double[][][][] h2 = new double[image.length][network.joints()][][];
    double[][][][] exact = new double[1][network.joints()][][];
    for (int n = 0; n < image.length; n++) {
      for (int k = 0; k < network.joints(); k++) {
        double[] mu = output.mu()[n][k];
        double[] sigma = output.sigma()[n][k];
        likelihood[n][k] = SlowLosses.logLikelihood(density, mu, sigma, truth.joints()[n][k]);
        h2[n][k] = SlowDensity.draw(mu, sigma, size, lattice);
        if (n == 0) {
          exact[n][k] = density.drawExactly(mu, sigma, size, lattice.logPeak());
        }
      }
    }
    put3("log_likelihood", new double[][][] {likelihood});
    put4("h2", h2);
    put4("h2.exact", exact);
  }

  private void put(String name, double[] values, long... shape) {
    results.put(name, new Result(shape, values));
  }

  private void put3(String name, double[][][] values) {
    put4(name, new double[][][][] {values});
  }

  private void put4(String name, double[][][][] values) {
    long[] shape = {values.length, values[0].length, values[0][0].length, values[0][0][0].length};
    double[] flat = new double[(int) (shape[0] * shape[1] * shape[2] * shape[3])];
    int at = 0;
    for (double[][][] image : values) {
      for (double[][] map : image) {
        for (double[] row : map) {
          for (double value : row) {
            flat[at++] = value;
          }
        }
      }
    }
    put(name, flat, shape);
  }

  private Switches switches() {
    return new Switches(
        model.rfm().dilation(),
        SlowNet.GlobalAttention.valueOf(model.sfm().globalAttention().name()),
        SlowNet.LocalAttention.valueOf(model.sfm().localAttention().name()));
  }

  private SlowLosses.Reading reading(String settings) {
    Config config = network.config(settings);
    ModelConfig reread = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, reread);
    return new SlowLosses.Reading(
        SlowLosses.Combine.valueOf(loss.combine().name()),
        loss.chi() == LossConfig.Chi.FIXED
            ? SlowLosses.Chi.NUMBER
            : SlowLosses.Chi.valueOf(loss.chi().name()),
        loss.fixedChi(),
        SlowLosses.H1.valueOf(loss.h1().name()),
        SlowLosses.H2.valueOf(loss.h2().name()),
        loss.h1Weight(),
        loss.targetSigma(),
        form(reread),
        reread.dlm().trainingLattice());
  }

  private static SlowDensity.Form form(ModelConfig model) {
    if (!model.dlm().flow()) {
      return SlowDensity.Form.NORMAL;
    }
    return switch (model.dlm().standardize()) {
      case MOMENTS -> SlowDensity.Form.MIXTURE;
      case NONE -> SlowDensity.Form.PRODUCT;
      case LITERAL -> SlowDensity.Form.LITERAL;
    };
  }
}
