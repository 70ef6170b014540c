package io.sadi.model;

import io.sadi.torch.Uint8Range;

/**
 * How often a map has which values, and the range of its eight bits that this asks for: a narrow
 * one has fine steps and cuts off large values, a wide one the other way round.
 */
final class RangeSearch {
  static final int BINS = 2048;

  /** Ends that are tried, as shares of the largest value. */
  private static final int ENDS = 40;

  private double low;
  private double high;
  private final double[] counts = new double[BINS];

  /** Takes values into account when choosing the bins; all of them before {@link #count}. */
  void include(double least, double largest) {
    low = Math.min(low, least);
    high = Math.max(high, largest);
  }

  double low() {
    return low;
  }

  double high() {
    return high;
  }

  /** How many values each bin has more. */
  void count(float[] more) {
    for (int i = 0; i < BINS; i++) {
      counts[i] += more[i];
    }
  }

  /** The range that holds all values. */
  Uint8Range whole() {
    return Uint8Range.of(low, high);
  }

  /**
   * The range with the smallest sum of errors to a power: 2, 3 or 4. The larger the power, the more
   * a value counts that is cut off.
   */
  Uint8Range best(int power) {
    if (high - low < Float.MIN_NORMAL) {
      return whole();
    }
    Uint8Range best = whole();
    double least = cost(best, power);
    int lows = low < 0 ? ENDS : 1;
    // The two ends by turns, until neither moves: one alone at a time misses hardly anything.
    double from = low;
    double to = high;
    for (int turn = 0; turn < 3; turn++) {
      for (int end = 1; end <= ENDS; end++) {
        Uint8Range range = Uint8Range.of(from, high * end / ENDS);
        double cost = cost(range, power);
        if (cost < least) {
          least = cost;
          best = range;
          to = high * end / ENDS;
        }
      }
      for (int end = 1; end <= lows && low < 0; end++) {
        Uint8Range range = Uint8Range.of(low * end / ENDS, to);
        double cost = cost(range, power);
        if (cost < least) {
          least = cost;
          best = range;
          from = low * end / ENDS;
        }
      }
    }
    return best;
  }

  private double cost(Uint8Range range, int power) {
    double sum = 0;
    double width = (high - low) / BINS;
    for (int i = 0; i < BINS; i++) {
      if (counts[i] > 0) {
        double value = low + (i + 0.5) * width;
        double code = Math.rint(value / range.scale()) + range.zeroPoint();
        double kept = Math.max(0, Math.min(Uint8Range.CODES, code));
        double cut = Math.abs(value - (kept - range.zeroPoint()) * range.scale());
        // Within a bin and a step values lie anywhere.
        double error = code == kept ? Math.max(cut, range.scale() / 4) : cut;
        double square = error * error;
        sum += counts[i] * (power == 2 ? square : power == 3 ? square * error : square * square);
      }
    }
    return sum;
  }
}
