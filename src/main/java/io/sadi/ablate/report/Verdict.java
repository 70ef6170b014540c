package io.sadi.ablate.report;

import io.sadi.config.Config;
import io.sadi.eval.Interval;
import io.sadi.eval.SeedComparison;
import java.util.Locale;

/**
 * The result of a comparison with the baseline, at a level of 5 % over all comparisons of a study.
 */
enum Verdict {
  /** Significantly better, for other people and other seeds. */
  BETTER,
  /** Significantly worse, for other people and other seeds. */
  WORSE,
  /** Significant for other people with these networks, not for other seeds. */
  UNDECIDED,
  /** Not significant: the sampling of people explains the difference. */
  NOISE;

  static final double LEVEL = 0.05;

  static Verdict of(SeedComparison comparison) {
    if (!(comparison.pPeople() < LEVEL)) {
      return NOISE;
    }
    if (!(comparison.pSeeds() < LEVEL)) {
      return UNDECIDED;
    }
    return comparison.differences().meanJointWeighted() > 0 ? BETTER : WORSE;
  }

  /** Lower case. */
  @Override
  public String toString() {
    return Config.name(this);
  }

  /** The rest of a sentence that begins with the variant's name and the verdict. */
  String words(String baseline, SeedComparison comparison) {
    double difference = comparison.differences().meanJointWeighted();
    Interval interval = comparison.intervals95().meanJointWeighted();
    String size = String.format(Locale.ROOT, "%.2f points", Math.abs(difference));
    String range =
        "95 % interval " + Text.signed(interval.low()) + " to " + Text.signed(interval.high());
    return switch (this) {
      case BETTER, WORSE ->
          size + (difference > 0 ? " above " : " below ") + baseline + " (" + range + ").";
      case UNDECIDED ->
          "these networks are "
              + size
              + (difference > 0 ? " above " : " below ")
              + baseline
              + "'s on these people ("
              + Text.p(comparison.pPeople())
              + "), but "
              + (comparison.seeds() == 1
                  ? "they are of one seed, and another may turn it round."
                  : "networks of other seeds may not be ("
                      + Text.p(comparison.pSeeds())
                      + " corrected; "
                      + range
                      + ").");
      case NOISE ->
          size
              + (difference > 0 ? " above " : " below ")
              + baseline
              + ", as much as equally good networks differ by chance ("
              + Text.p(comparison.pPeople())
              + "; "
              + range
              + ").";
    };
  }
}
