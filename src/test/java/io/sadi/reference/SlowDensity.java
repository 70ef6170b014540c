package io.sadi.reference;

/**
 * The DLM: the density P of a joint's error u = (joint - mu) / sigma, made of the flow's density
 * and the standard normal one, and the heatmap H2 that it draws.
 */
public final class SlowDensity {
  private static final int NODES = 32;
  private static final double EXTENT = 6;

  /** The values of {@code dlm.standardize}, and of {@code dlm.combine}. */
  public enum Form {
    /** moments, mixture */
    MIXTURE,
    /** none, product: RLE's */
    PRODUCT,
    /** literal, mixture: Eq. 5 as printed */
    LITERAL,
    /** dlm.flow off: the normal density */
    NORMAL
  }

  private final TensorFile weights;
  private final Form form;
  private final double[] mean = new double[2];
  private final double[] deviation = new double[2];

  public SlowDensity(TensorFile weights, Form form) {
    this.weights = weights;
    this.form = form;
    if (form == Form.MIXTURE || form == Form.LITERAL) {
      moments();
    }
  }

  /** The mean of the flow's variable, x and y. */
  public double[] mean() {
    return mean.clone();
  }

  /** Its standard deviation. */
  public double[] deviation() {
    return deviation.clone();
  }

  /** log P(u). */
  public double log(double ux, double uy) {
    double q = logNormal(ux, uy);
    return switch (form) {
      case NORMAL -> q;
      case PRODUCT -> logFlow(ux, uy) + q;
      case MIXTURE -> {
        double i =
            Math.log(deviation[0])
                + Math.log(deviation[1])
                + logFlow(mean[0] + deviation[0] * ux, mean[1] + deviation[1] * uy);
        yield half(i, q);
      }
      case LITERAL ->
          half(logFlow((ux - mean[0]) / deviation[0], (uy - mean[1]) / deviation[1]), q);
    };
  }

  /** log((exp a + exp b) / 2). */
  private static double half(double a, double b) {
    double larger = Math.max(a, b);
    return larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger)) - Math.log(2);
  }

  private static double logNormal(double x, double y) {
    return -(x * x + y * y) / 2 - Math.log(2 * Math.PI);
  }

  /** log G: a point back through the couplings to the prior, with the change of volume. */
  double logFlow(double x, double y) {
    double[] z = {x, y};
    double logVolume = 0;
    for (int i = 5; i >= 0; i--) {
      int changed = i % 2; // masks [0, 1], [1, 0]: the first keeps y and changes x
      double s = scale(i, z[1 - changed]);
      z[changed] = (z[changed] - translation(i, z[1 - changed])) * Math.exp(-s);
      logVolume += s;
    }
    return logNormal(z[0], z[1]) - logVolume;
  }

  /** A point of the prior forward through the couplings. */
  private double[] push(double x, double y) {
    double[] z = {x, y};
    for (int i = 0; i < 6; i++) {
      int changed = i % 2;
      double s = scale(i, z[1 - changed]);
      z[changed] = z[changed] * Math.exp(s) + translation(i, z[1 - changed]);
    }
    return z;
  }

  private double scale(int coupling, double kept) {
    return Math.tanh(perceptron("dlm.flow.scale." + coupling, coupling % 2, kept));
  }

  private double translation(int coupling, double kept) {
    return perceptron("dlm.flow.translate." + coupling, coupling % 2, kept);
  }

  /** 2-64-64-2 with leaky ReLUs, of which one input is 0 and one output is used. */
  private double perceptron(String path, int changed, double kept) {
    double[] x = new double[2];
    x[1 - changed] = kept;
    for (int layer = 0; layer <= 4; layer += 2) {
      double[] w = weights.get(path + "." + layer + ".weight");
      double[] y = weights.get(path + "." + layer + ".bias").clone();
      for (int o = 0; o < y.length; o++) {
        for (int i = 0; i < x.length; i++) {
          y[o] += w[o * x.length + i] * x[i];
        }
        if (layer < 4 && y[o] < 0) {
          y[o] *= 0.01;
        }
      }
      x = y;
    }
    return x[changed];
  }

  /** By 32 x 32 Gauss-Hermite nodes of the prior. */
  private void moments() {
    double[] nodes = hermiteRoots();
    double[][][] pushed = new double[NODES][NODES][];
    double[] weight = new double[NODES];
    for (int i = 0; i < NODES; i++) {
      weight[i] = 1 / christoffel(nodes[i]);
      for (int j = 0; j < NODES; j++) {
        pushed[i][j] = push(nodes[i], nodes[j]);
      }
    }
    for (int axis = 0; axis < 2; axis++) {
      for (int i = 0; i < NODES; i++) {
        for (int j = 0; j < NODES; j++) {
          mean[axis] += weight[i] * weight[j] * pushed[i][j][axis];
        }
      }
      double variance = 0;
      for (int i = 0; i < NODES; i++) {
        for (int j = 0; j < NODES; j++) {
          double less = pushed[i][j][axis] - mean[axis];
          variance += weight[i] * weight[j] * less * less;
        }
      }
      deviation[axis] = Math.sqrt(variance);
    }
  }

  /** The zeros of the Hermite polynomial of degree 32, found where its sign changes. */
  private static double[] hermiteRoots() {
    double[] roots = new double[NODES];
    int found = 0;
    double step = 1e-3;
    for (double x = -12; x < 12; x += step) {
      double low = x;
      double high = x + step;
      if (hermite(NODES, low) * hermite(NODES, high) < 0) {
        for (int i = 0; i < 60; i++) {
          double middle = (low + high) / 2;
          if (hermite(NODES, low) * hermite(NODES, middle) <= 0) {
            high = middle;
          } else {
            low = middle;
          }
        }
        roots[found++] = (low + high) / 2;
      }
    }
    if (found != NODES) {
      throw new IllegalStateException(found + " zeros");
    }
    return roots;
  }

  /** The polynomial of a degree that is orthonormal to the others under the normal density. */
  private static double hermite(int degree, double x) {
    double before = 0;
    double here = 1;
    for (int k = 0; k < degree; k++) {
      double next = (x * here - Math.sqrt(k) * before) / Math.sqrt(k + 1);
      before = here;
      here = next;
    }
    return here;
  }

  /** One divided by a node's weight: the sum of the squares of the polynomials below. */
  private static double christoffel(double x) {
    double sum = 0;
    for (int degree = 0; degree < NODES; degree++) {
      sum += hermite(degree, x) * hermite(degree, x);
    }
    return sum;
  }

  /**
   * P on n x n nodes over [-6, 6]^2.
   *
   * @param values [row = u_y][column = u_x], divided by the largest
   * @param logPeak the largest log P
   * @param mode where it is, u_x and u_y
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Lattice(double[][] values, double logPeak, double[] mode) {}

  public Lattice lattice(int n) {
    double[][] values = new double[n][n];
    double peak = Double.NEGATIVE_INFINITY;
    double[] mode = new double[2];
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        double ux = EXTENT * (2.0 * column / (n - 1) - 1);
        double uy = EXTENT * (2.0 * row / (n - 1) - 1);
        values[row][column] = log(ux, uy);
        if (values[row][column] > peak) {
          peak = values[row][column];
          mode = new double[] {ux, uy};
        }
      }
    }
    for (double[] row : values) {
      for (int column = 0; column < n; column++) {
        row[column] = Math.exp(row[column] - peak);
      }
    }
    return new Lattice(values, peak, mode);
  }

  /**
   * H2 of one joint, size x size pixels: P at each pixel's u, divided by its largest value. Sigma
   * is at least half a pixel.
   *
   * @param lattice sampled between its nodes, 0 beyond them
   */
  public static double[][] draw(double[] mu, double[] sigma, int size, Lattice lattice) {
    double[][] map = new double[size][size];
    int n = lattice.values().length;
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        double atColumn = node(u(column, size, mu[0], sigma[0]), n);
        double atRow = node(u(row, size, mu[1], sigma[1]), n);
        for (int r = (int) Math.floor(atRow); r <= Math.floor(atRow) + 1; r++) {
          for (int c = (int) Math.floor(atColumn); c <= Math.floor(atColumn) + 1; c++) {
            if (r >= 0 && r < n && c >= 0 && c < n) {
              double near = (1 - Math.abs(r - atRow)) * (1 - Math.abs(c - atColumn));
              map[row][column] += near * lattice.values()[r][c];
            }
          }
        }
      }
    }
    return map;
  }

  /** The same with the flow run at each pixel. */
  public double[][] drawExactly(double[] mu, double[] sigma, int size, double logPeak) {
    double[][] map = new double[size][size];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        double ux = u(column, size, mu[0], sigma[0]);
        double uy = u(row, size, mu[1], sigma[1]);
        map[row][column] = Math.exp(log(ux, uy) - logPeak);
      }
    }
    return map;
  }

  private static double u(int pixel, int size, double mu, double sigma) {
    double place = (pixel + 0.5) / size - 0.5;
    return (place - mu) / Math.max(sigma, 0.5 / size);
  }

  private static double node(double u, int n) {
    return (u / EXTENT + 1) / 2 * (n - 1);
  }
}
