package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one set of predictions is measured by in one reference length.
 *
 * @param errors of the joints
 * @param detections matched by similarity; null where the length is not OKS's
 */
record Measured(JointErrors errors, @Nullable Detections detections) {

  /**
   * Measures predictions.
   *
   * @param oks needed for areas alone
   */
  static Measured of(
      List<Person> people,
      @Nullable OksTruth oks,
      Predictions predictions,
      Skeleton skeleton,
      ReferenceLength reference) {
    return new Measured(
        JointErrors.of(people, predictions, skeleton, reference, oks),
        reference == ReferenceLength.AREA && oks != null
            ? Detections.of(oks, predictions.detections())
            : null);
  }
}
