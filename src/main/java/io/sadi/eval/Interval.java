package io.sadi.eval;

/** From low to high, in the unit of the value it is about; NaN where that is. */
public record Interval(double low, double high) {
  /** The interval of the value in another unit. */
  Interval times(double factor) {
    return new Interval(factor * low, factor * high);
  }
}
