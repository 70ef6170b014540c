package io.sadi.train;

/**
 * A loss as numbers.
 *
 * @param total the loss that is minimised
 * @param h1 L_H1, before its weight; of a detector the loss of the centres
 * @param h2 L_H2; NaN where the network has no second heatmap; of a detector the loss of the boxes,
 *     before its weight
 */
record LossValues(double total, double h1, double h2) {
  static final LossValues ZERO = new LossValues(0, 0, 0);

  LossValues plus(LossValues other) {
    return new LossValues(total + other.total, h1 + other.h1, h2 + other.h2);
  }

  LossValues times(double factor) {
    return new LossValues(total * factor, h1 * factor, h2 * factor);
  }

  LossValues dividedBy(double divisor) {
    return new LossValues(total / divisor, h1 / divisor, h2 / divisor);
  }
}
