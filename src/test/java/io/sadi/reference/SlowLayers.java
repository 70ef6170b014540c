package io.sadi.reference;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The layers that the network is made of. A batch of maps is [image][channel][row][column]; every
 * function returns new arrays.
 */
final class SlowLayers {
  private static final double EPSILON = 1e-5;
  private static final double MOMENTUM = 0.1;

  private final TensorFile weights;
  private final boolean batchStatistics;
  private final Map<String, double[]> statistics = new LinkedHashMap<>();

  /**
   * @param batchStatistics whether batch norms use the mean and variance of the batch, as in
   *     training, or those that the file keeps
   */
  SlowLayers(TensorFile weights, boolean batchStatistics) {
    this.weights = weights;
    this.batchStatistics = batchStatistics;
  }

  /** What a training step leaves in the batch norms' running statistics, by name. */
  Map<String, double[]> statistics() {
    return statistics;
  }

  boolean has(String name) {
    return weights.has(name);
  }

  /** "Same" padding: zeros, dilation (k - 1) / 2 on each side. A bias where the file has one. */
  double[][][][] conv(double[][][][] x, String path, int stride, int dilation) {
    double[] w = weights.get(path + ".weight");
    int[] shape = weights.shape(path + ".weight");
    double[] bias =
        weights.has(path + ".bias") ? weights.get(path + ".bias") : new double[shape[0]];
    int in = shape[1];
    int k = shape[2];
    int padding = dilation * (k - 1) / 2;
    int height = x[0][0].length;
    int width = x[0][0][0].length;
    if (x[0].length != in) {
      throw new IllegalArgumentException(path + ": " + x[0].length + " channels, not " + in);
    }
    double[][][][] y = new double[x.length][shape[0]][height / stride][width / stride];
    for (int n = 0; n < x.length; n++) {
      for (int o = 0; o < shape[0]; o++) {
        for (int row = 0; row < height / stride; row++) {
          for (int column = 0; column < width / stride; column++) {
            double sum = bias[o];
            for (int i = 0; i < in; i++) {
              for (int dy = 0; dy < k; dy++) {
                int fromRow = row * stride + dy * dilation - padding;
                if (fromRow < 0 || fromRow >= height) {
                  continue;
                }
                double[] line = x[n][i][fromRow];
                for (int dx = 0; dx < k; dx++) {
                  int fromColumn = column * stride + dx * dilation - padding;
                  if (fromColumn >= 0 && fromColumn < width) {
                    sum += w[((o * in + i) * k + dy) * k + dx] * line[fromColumn];
                  }
                }
              }
            }
            y[n][o][row][column] = sum;
          }
        }
      }
    }
    return y;
  }

  /** A channel less its mean, divided by its deviation, then scaled and moved. */
  double[][][][] batchNorm(double[][][][] x, String path) {
    double[] scale = weights.get(path + ".weight");
    double[] shift = weights.get(path + ".bias");
    double[] mean = weights.get(path + ".running_mean").clone();
    double[] variance = weights.get(path + ".running_var").clone();
    if (batchStatistics) {
      double[] newMean = mean.clone();
      double[] newVariance = variance.clone();
      for (int c = 0; c < mean.length; c++) {
        double count = 0;
        double sum = 0;
        for (double[][][] image : x) {
          for (double[] row : image[c]) {
            for (double value : row) {
              count++;
              sum += value;
            }
          }
        }
        mean[c] = sum / count;
        double squares = 0;
        for (double[][][] image : x) {
          for (double[] row : image[c]) {
            for (double value : row) {
              squares += (value - mean[c]) * (value - mean[c]);
            }
          }
        }
        variance[c] = squares / count;
        newMean[c] = (1 - MOMENTUM) * newMean[c] + MOMENTUM * mean[c];
        // What is kept is the estimate without bias.
        newVariance[c] = (1 - MOMENTUM) * newVariance[c] + MOMENTUM * squares / (count - 1);
      }
      statistics.put(path + ".running_mean", newMean);
      statistics.put(path + ".running_var", newVariance);
    }
    double[][][][] y = like(x);
    for (int n = 0; n < x.length; n++) {
      for (int c = 0; c < x[n].length; c++) {
        for (int row = 0; row < x[n][c].length; row++) {
          for (int column = 0; column < x[n][c][row].length; column++) {
            double normal = (x[n][c][row][column] - mean[c]) / Math.sqrt(variance[c] + EPSILON);
            y[n][c][row][column] = normal * scale[c] + shift[c];
          }
        }
      }
    }
    return y;
  }

  double[][][][] convBn(double[][][][] x, String path, int stride, int dilation) {
    return batchNorm(conv(x, path + ".conv", stride, dilation), path + ".bn");
  }

  double[][][][] convBnRelu(double[][][][] x, String path, int stride) {
    return relu(convBn(x, path, stride, 1));
  }

  /** A fully connected layer of one image's features. */
  double[] linear(double[] x, String path) {
    double[] w = weights.get(path + ".weight");
    double[] bias = weights.get(path + ".bias");
    double[] y = bias.clone();
    for (int o = 0; o < y.length; o++) {
      for (int i = 0; i < x.length; i++) {
        y[o] += w[o * x.length + i] * x[i];
      }
    }
    return y;
  }

  static double[][][][] relu(double[][][][] x) {
    double[][][][] y = like(x);
    for (int n = 0; n < x.length; n++) {
      for (int c = 0; c < x[n].length; c++) {
        for (int row = 0; row < x[n][c].length; row++) {
          for (int column = 0; column < x[n][c][row].length; column++) {
            y[n][c][row][column] = Math.max(0, x[n][c][row][column]);
          }
        }
      }
    }
    return y;
  }

  static double[][][][] add(double[][][][] a, double[][][][] b) {
    double[][][][] y = like(a);
    for (int n = 0; n < a.length; n++) {
      for (int c = 0; c < a[n].length; c++) {
        for (int row = 0; row < a[n][c].length; row++) {
          for (int column = 0; column < a[n][c][row].length; column++) {
            y[n][c][row][column] = a[n][c][row][column] + b[n][c][row][column];
          }
        }
      }
    }
    return y;
  }

  /** Every pixel four times. */
  static double[][][][] upsampleNearest(double[][][][] x) {
    int height = 2 * x[0][0].length;
    int width = 2 * x[0][0][0].length;
    double[][][][] y = new double[x.length][x[0].length][height][width];
    for (int n = 0; n < x.length; n++) {
      for (int c = 0; c < x[n].length; c++) {
        for (int row = 0; row < height; row++) {
          for (int column = 0; column < width; column++) {
            y[n][c][row][column] = x[n][c][row / 2][column / 2];
          }
        }
      }
    }
    return y;
  }

  /** Between pixel centres by how near they are; beyond the outermost centres their value. */
  static double[][][][] upsampleBilinear(double[][][][] x, int factor) {
    int height = factor * x[0][0].length;
    int width = factor * x[0][0][0].length;
    double[][][][] y = new double[x.length][x[0].length][height][width];
    for (int n = 0; n < x.length; n++) {
      for (int c = 0; c < x[n].length; c++) {
        for (int row = 0; row < height; row++) {
          for (int column = 0; column < width; column++) {
            double atRow = (row + 0.5) / factor - 0.5;
            double atColumn = (column + 0.5) / factor - 0.5;
            y[n][c][row][column] = between(x[n][c], atRow, atColumn);
          }
        }
      }
    }
    return y;
  }

  private static double between(double[][] map, double atRow, double atColumn) {
    double row = Math.min(Math.max(atRow, 0), map.length - 1);
    double column = Math.min(Math.max(atColumn, 0), map[0].length - 1);
    double sum = 0;
    for (int r = 0; r < map.length; r++) {
      for (int c = 0; c < map[0].length; c++) {
        sum +=
            Math.max(0, 1 - Math.abs(r - row)) * Math.max(0, 1 - Math.abs(c - column)) * map[r][c];
      }
    }
    return sum;
  }

  /** Means of squares of factor x factor pixels. */
  static double[][][][] averagePool(double[][][][] x, int factor) {
    int height = x[0][0].length / factor;
    int width = x[0][0][0].length / factor;
    double[][][][] y = new double[x.length][x[0].length][height][width];
    for (int n = 0; n < x.length; n++) {
      for (int c = 0; c < x[n].length; c++) {
        for (int row = 0; row < height; row++) {
          for (int column = 0; column < width; column++) {
            double sum = 0;
            for (int dy = 0; dy < factor; dy++) {
              for (int dx = 0; dx < factor; dx++) {
                sum += x[n][c][row * factor + dy][column * factor + dx];
              }
            }
            y[n][c][row][column] = sum / (factor * factor);
          }
        }
      }
    }
    return y;
  }

  /** Global average pooling of one image: a number a channel. */
  static double[] mean(double[][][] image) {
    double[] means = new double[image.length];
    for (int c = 0; c < image.length; c++) {
      double sum = 0;
      for (double[] row : image[c]) {
        for (double value : row) {
          sum += value;
        }
      }
      means[c] = sum / (image[c].length * image[c][0].length);
    }
    return means;
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static double[][][][] like(double[][][][] x) {
    return new double[x.length][x[0].length][x[0][0].length][x[0][0][0].length];
  }
}
