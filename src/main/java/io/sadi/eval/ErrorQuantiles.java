package io.sadi.eval;

import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.Quantile.EstimationMethod;

/**
 * How large the errors of one set of predictions are: the error that half of the joints stay
 * within, three quarters, and so on. Errors of people without a prediction are infinite.
 *
 * @param decode where the joints came from
 * @param reference whose lengths are one of the two units; people without it do not count
 * @param quantiles of every joint
 */
record ErrorQuantiles(String decode, ReferenceLength reference, PerJoint<Quantiles> quantiles) {

  /** The shares of joints. */
  public static final List<Double> LEVELS = List.of(0.5, 0.75, 0.9, 0.95);

  /** An error that somebody has, not one between two: infinite errors cannot be averaged. */
  private static final Quantile QUANTILE = Quantile.withDefaults().with(EstimationMethod.HF1);

  /**
   * Errors that a share of joints stays within, for each of LEVELS; NaN where no joint counts.
   *
   * @param counted how many joints
   * @param lengths in reference lengths
   * @param pixels in image pixels
   */
  public record Quantiles(int counted, List<Double> lengths, List<Double> pixels) {
    public Quantiles {
      lengths = List.copyOf(lengths);
      pixels = List.copyOf(pixels);
    }
  }

  static ErrorQuantiles of(
      String decode, ReferenceLength reference, List<String> joints, JointErrors errors) {
    return new ErrorQuantiles(
        decode, reference, PerJoint.of(joints, these -> quantiles(errors, these)));
  }

  private static Quantiles quantiles(JointErrors errors, List<Integer> joints) {
    DoubleStream.Builder lengths = DoubleStream.builder();
    DoubleStream.Builder pixels = DoubleStream.builder();
    for (int k : joints) {
      for (int i = 0; i < errors.people(); i++) {
        if (errors.counts(i, k)) {
          lengths.add(errors.error(i, k));
          pixels.add(errors.pixels(i, k));
        }
      }
    }
    double[] inLengths = lengths.build().toArray();
    return new Quantiles(inLengths.length, levels(inLengths), levels(pixels.build().toArray()));
  }

  private static List<Double> levels(double[] errors) {
    double[] levels = LEVELS.stream().mapToDouble(level -> level).toArray();
    return DoubleStream.of(QUANTILE.evaluate(errors, levels)).boxed().toList();
  }
}
