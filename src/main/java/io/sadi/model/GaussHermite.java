package io.sadi.model;

/**
 * Nodes and weights that integrate polynomials against the standard normal density exactly.
 *
 * @param nodes ascending
 * @param weights positive, of sum 1
 */
@SuppressWarnings("ArrayRecordComponent")
record GaussHermite(double[] nodes, double[] weights) {

  /** The rule of n nodes, exact to degree 2n - 1: Newton's method on the orthonormal recurrence. */
  static GaussHermite of(int n) {
    double[] nodes = new double[n];
    double[] weights = new double[n];
    double x = 0;
    for (int i = 0; i < (n + 1) / 2; i++) {
      // Starting points of the physicists' polynomials (Press et al., gauher).
      x =
          switch (i) {
            case 0 -> Math.sqrt(2.0 * n + 1) - 1.85575 * Math.pow(2.0 * n + 1, -1.0 / 6);
            case 1 -> x - 1.14 * Math.pow(n, 0.426) / x;
            case 2 -> 1.86 * x - 0.86 * nodes[n - 1];
            case 3 -> 1.91 * x - 0.91 * nodes[n - 2];
            default -> 2 * x - nodes[n + 1 - i];
          };
      double derivative = 1;
      for (int iteration = 0; iteration < 100; iteration++) {
        double previous = 0;
        double value = Math.pow(Math.PI, -0.25);
        for (int k = 0; k < n; k++) {
          double next =
              x * Math.sqrt(2.0 / (k + 1)) * value - Math.sqrt((double) k / (k + 1)) * previous;
          previous = value;
          value = next;
        }
        derivative = Math.sqrt(2.0 * n) * previous;
        double step = value / derivative;
        x -= step;
        if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(x))) {
          break;
        }
      }
      double weight = 2 / (derivative * derivative);
      nodes[n - 1 - i] = x;
      nodes[i] = -x;
      weights[i] = weight;
      weights[n - 1 - i] = weight;
    }
    // From the physicists' weight exp(-x^2) to the normal density.
    for (int i = 0; i < n; i++) {
      nodes[i] *= Math.sqrt(2);
      weights[i] /= Math.sqrt(Math.PI);
    }
    return new GaussHermite(nodes, weights);
  }
}
