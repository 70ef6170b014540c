package io.sadi.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * SADI-Net's forward pass. Which blocks, levels, stacks and parts there are is read off the names
 * of the file's tensors; no config is asked.
 */
public final class SlowNet {
  private static final double SMALLEST_SIGMA = 1e-3;

  /** The values of {@code sfm.global_attention}. */
  public enum GlobalAttention {
    SOFTMAX,
    SUM
  }

  /** The values of {@code sfm.local_attention}. */
  public enum LocalAttention {
    COLUMN,
    ROW,
    SPATIAL,
    CHANNEL
  }

  /**
   * What the tensors' names leave open.
   *
   * @param dilation b of Eq. 1
   */
  public record Switches(int dilation, GlobalAttention global, LocalAttention local) {
    public static final Switches DEFAULT =
        new Switches(2, GlobalAttention.SOFTMAX, LocalAttention.COLUMN);
  }

  /**
   * What the network says of a batch.
   *
   * @param heatmaps H1 of each stack, [image][joint][row][column]
   * @param mu [image][joint][x, y] in crop units; empty without the SFM
   * @param sigma likewise
   */
  public record Output(List<double[][][][]> heatmaps, double[][][] mu, double[][][] sigma) {
    public double[][][][] h1() {
      return heatmaps.get(heatmaps.size() - 1);
    }

    public boolean hasSfm() {
      return mu.length > 0;
    }
  }

  private final SlowLayers layers;
  private final Switches switches;

  /**
   * @param training whether batch norms use the batch's own statistics
   */
  public SlowNet(TensorFile weights, Switches switches, boolean training) {
    this.layers = new SlowLayers(weights, training);
    this.switches = switches;
  }

  /** The running statistics after {@link #forward} in training, by name. */
  public Map<String, double[]> statistics() {
    return layers.statistics();
  }

  /** Runs the network on normalised images [image][channel][row][column]. */
  public Output forward(double[][][][] image) {
    double[][][][] x = layers.convBnRelu(image, "stem.conv", 2);
    x = block(x, "stem.block", 2);
    List<double[][][][]> heatmaps = new ArrayList<>();
    List<double[][][][]> levels = List.of();
    for (int s = 0; layers.has("head." + s + ".heatmap.weight"); s++) {
      levels = hourglass(x, "hourglass." + s);
      double[][][][] features = layers.convBnRelu(levels.get(0), "head." + s + ".features", 1);
      double[][][][] h1 = layers.conv(features, "head." + s + ".heatmap", 1, 1);
      heatmaps.add(h1);
      String merge = "merge." + s;
      if (layers.has(merge + ".features.weight")) {
        double[][][][] back = layers.conv(features, merge + ".features", 1, 1);
        x = SlowLayers.add(SlowLayers.add(x, back), layers.conv(h1, merge + ".heatmap", 1, 1));
      }
    }
    return layers.has("sfm.fc.weight")
        ? regress(heatmaps, fuse(levels))
        : new Output(heatmaps, new double[0][][], new double[0][][]);
  }

  /** A block of Fig. 3: with the parts that the file has tensors of. */
  private double[][][][] block(double[][][][] x, String path, int stride) {
    double[][][][] y = layers.convBnRelu(x, path + ".conv1", stride);
    y = layers.convBn(y, path + ".conv2", 1, 1);
    if (layers.has(path + ".dilated.conv.weight")) {
      double[][][][] wide = layers.convBn(x, path + ".dilated", stride, switches.dilation());
      y = SlowLayers.add(y, wide);
    }
    if (layers.has(path + ".se.reduce.weight")) {
      y = squeezeAndExcite(y, path + ".se");
    }
    boolean changes = layers.has(path + ".shortcut.conv.weight");
    double[][][][] kept = changes ? layers.convBn(x, path + ".shortcut", stride, 1) : x;
    return SlowLayers.relu(SlowLayers.add(y, kept));
  }

  private double[][][][] squeezeAndExcite(double[][][][] x, String path) {
    double[][][][] y = SlowLayers.like(x);
    for (int n = 0; n < x.length; n++) {
      double[] hidden = layers.linear(SlowLayers.mean(x[n]), path + ".reduce");
      for (int i = 0; i < hidden.length; i++) {
        hidden[i] = Math.max(0, hidden[i]);
      }
      double[] factors = layers.linear(hidden, path + ".expand");
      for (int c = 0; c < x[n].length; c++) {
        for (int row = 0; row < x[n][c].length; row++) {
          for (int column = 0; column < x[n][c][row].length; column++) {
            y[n][c][row][column] = x[n][c][row][column] * SlowLayers.sigmoid(factors[c]);
          }
        }
      }
    }
    return y;
  }

  /** The blocks path.0, path.1, ..., of which the first has the stride. */
  private double[][][][] blocks(double[][][][] x, String path, int stride) {
    double[][][][] y = x;
    for (int i = 0; layers.has(path + "." + i + ".conv1.conv.weight"); i++) {
      y = block(y, path + "." + i, i == 0 ? stride : 1);
    }
    return y;
  }

  /** A level and those inside it; the outputs of all of them, fine to coarse. */
  private List<double[][][][]> hourglass(double[][][][] x, String path) {
    List<double[][][][]> levels = new ArrayList<>();
    double[][][][] y = blocks(x, path + ".down", 2);
    if (layers.has(path + ".inner.skip.0.conv1.conv.weight")) {
      levels.addAll(hourglass(y, path + ".inner"));
      y = levels.get(0);
    } else {
      y = blocks(y, path + ".inner", 1);
    }
    y = SlowLayers.upsampleNearest(blocks(y, path + ".up", 1));
    levels.add(0, SlowLayers.add(blocks(x, path + ".skip", 1), y));
    return levels;
  }

  /** The SFM up to the pooling: the four finest levels to one map. */
  private double[][][][] fuse(List<double[][][][]> levels) {
    List<double[][][][]> f = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      f.add(layers.convBnRelu(levels.get(n), "sfm.lateral." + n, 1));
    }
    if (layers.has("sfm.global.score.0.weight")) {
      f = globalAttention(f);
    }
    double[][][][] y = bottleneck(f.get(0), "sfm.increase.0");
    for (int i = 0; i < 3; i++) {
      double[][][][] next = bottleneck(f.get(i + 1), "sfm.increase." + (i + 1));
      y = localAttention(SlowLayers.add(layers.convBnRelu(y, "sfm.reduce." + i, 2), next));
    }
    return layers.convBnRelu(y, "sfm.final", 1);
  }

  /** Eq. 2 and 3. */
  private List<double[][][][]> globalAttention(List<double[][][][]> f) {
    List<double[][][][]> g = new ArrayList<>();
    List<double[][][][]> u = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      double[][][][] projected = layers.conv(f.get(n), "sfm.global.project." + n, 1, 1);
      g.add(SlowLayers.upsampleBilinear(projected, 1 << n));
      u.add(layers.conv(g.get(n), "sfm.global.score." + n, 1, 1));
    }
    List<double[][][][]> weighted = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      weighted.add(SlowLayers.like(g.get(n)));
    }
    for (int image = 0; image < g.get(0).length; image++) {
      for (int row = 0; row < g.get(0)[0][0].length; row++) {
        for (int column = 0; column < g.get(0)[0][0][0].length; column++) {
          double sum = 0;
          for (int n = 0; n < 4; n++) {
            sum += Math.exp(u.get(n)[image][0][row][column]);
          }
          for (int n = 0; n < 4; n++) {
            double w = Math.exp(u.get(n)[image][0][row][column]) / sum;
            for (int c = 0; c < g.get(n)[image].length; c++) {
              weighted.get(n)[image][c][row][column] = w * g.get(n)[image][c][row][column];
            }
          }
        }
      }
    }
    if (switches.global() == GlobalAttention.SUM) {
      double[][][][] sum = weighted.get(0);
      for (int n = 1; n < 4; n++) {
        sum = SlowLayers.add(sum, weighted.get(n));
      }
      weighted = List.of(sum, sum, sum, sum);
    }
    List<double[][][][]> restored = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      double[][][][] small = SlowLayers.averagePool(weighted.get(n), 1 << n);
      restored.add(layers.convBnRelu(small, "sfm.global.restore." + n, 1));
    }
    return restored;
  }

  private double[][][][] bottleneck(double[][][][] x, String path) {
    double[][][][] y = layers.convBnRelu(x, path + ".conv1", 1);
    y = layers.convBnRelu(y, path + ".conv2", 1);
    y = layers.convBn(y, path + ".conv3", 1, 1);
    return SlowLayers.relu(SlowLayers.add(y, layers.convBn(x, path + ".shortcut", 1, 1)));
  }

  /** s softmax(s) times the number of places that the softmax runs along. */
  private double[][][][] localAttention(double[][][][] s) {
    double[][][][] y = SlowLayers.like(s);
    for (int n = 0; n < s.length; n++) {
      for (int c = 0; c < s[n].length; c++) {
        for (int row = 0; row < s[n][c].length; row++) {
          for (int column = 0; column < s[n][c][row].length; column++) {
            List<Double> along = along(s[n], c, row, column);
            double sum = 0;
            for (double value : along) {
              sum += Math.exp(value);
            }
            double weight = along.size() * Math.exp(s[n][c][row][column]) / sum;
            y[n][c][row][column] = s[n][c][row][column] * weight;
          }
        }
      }
    }
    return y;
  }

  /** What one value is normalised with. */
  private List<Double> along(double[][][] image, int channel, int row, int column) {
    List<Double> values = new ArrayList<>();
    for (int c = 0; c < image.length; c++) {
      for (int r = 0; r < image[c].length; r++) {
        for (int k = 0; k < image[c][r].length; k++) {
          boolean in =
              switch (switches.local()) {
                case COLUMN -> c == channel && k == column;
                case ROW -> c == channel && r == row;
                case SPATIAL -> c == channel;
                case CHANNEL -> r == row && k == column;
              };
          if (in) {
            values.add(image[c][r][k]);
          }
        }
      }
    }
    return values;
  }

  /** Pooling and theta = (mu_x, mu_y, s_x, s_y) of each joint. */
  private Output regress(List<double[][][][]> heatmaps, double[][][][] x) {
    int joints = heatmaps.get(0)[0].length;
    double[][][] mu = new double[x.length][joints][2];
    double[][][] sigma = new double[x.length][joints][2];
    for (int n = 0; n < x.length; n++) {
      double[] theta = layers.linear(SlowLayers.mean(x[n]), "sfm.fc");
      for (int k = 0; k < joints; k++) {
        for (int axis = 0; axis < 2; axis++) {
          mu[n][k][axis] = theta[4 * k + axis];
          double s = SlowLayers.sigmoid(theta[4 * k + 2 + axis]);
          sigma[n][k][axis] = Math.max(s, SMALLEST_SIGMA);
        }
      }
    }
    return new Output(heatmaps, mu, sigma);
  }
}
