package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far the scores and deviations of one set of predictions can be trusted. Annotated joints with
 * a score or deviation count; people without a prediction have neither, and a joint without a place
 * has no error to compare its deviation with.
 *
 * @param decode where the joints came from
 * @param sigma null where there are no deviations
 * @param scores for the event "right" of each metric with a threshold; empty where there are none
 */
public record Calibration(
    String decode,
    @Nullable PerJoint<SigmaCalibration> sigma,
    Map<PoseMetric, PerJoint<ScoreCalibration>> scores) {

  public Calibration {
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
  }

  /**
   * Measures one set of predictions.
   *
   * @param errors by metric
   * @throws BadInputException naming a score outside 0..1 or a deviation that is not above 0
   */
  static Calibration of(
      String decode,
      List<Person> people,
      Predictions predictions,
      List<String> joints,
      Map<PoseMetric, JointErrors> errors) {
    PredictedPeople sample = new PredictedPeople(people, predictions);
    sample.checkRanges(decode, joints);
    PerJoint<SigmaCalibration> sigma = PerJoint.of(joints, sample::sigma);
    Map<PoseMetric, PerJoint<ScoreCalibration>> scores = new LinkedHashMap<>();
    errors.forEach(
        (metric, of) -> {
          if (!metric.area()) {
            PerJoint<ScoreCalibration> score =
                PerJoint.of(joints, these -> sample.score(these, metric, of));
            if (score.inMeans().counted() > 0) {
              scores.put(metric, score);
            }
          }
        });
    return new Calibration(decode, sigma.inMeans().counted() > 0 ? sigma : null, scores);
  }

  /** Measures the deviations of one set of predictions; their scores are left out. */
  public static Calibration ofSigma(
      String decode, List<Person> people, Predictions predictions, List<String> joints) {
    return new Calibration(
        decode, PerJoint.of(joints, new PredictedPeople(people, predictions)::sigma), Map.of());
  }

  /** Whether there is nothing to calibrate. */
  boolean isEmpty() {
    return sigma == null && scores.isEmpty();
  }

  /** The people and what was predicted of them. */
  private record PredictedPeople(List<Person> people, Predictions predictions) {

    /** A joint, and where in the lists of people and joints it stands. */
    private record PredictedJoint(Person person, Prediction prediction, int i, int k) {
      float score() {
        return prediction.score()[k];
      }

      float sigmaX() {
        return prediction.sigmaX()[k];
      }

      float sigmaY() {
        return prediction.sigmaY()[k];
      }
    }

    /** The joints that are annotated and predicted. */
    private List<PredictedJoint> joints(List<Integer> these) {
      List<PredictedJoint> joints = new ArrayList<>();
      for (int i = 0; i < people.size(); i++) {
        Person person = people.get(i);
        Prediction prediction = predictions.of(person);
        for (int k : these) {
          if (prediction != null && person.annotated(k)) {
            joints.add(new PredictedJoint(person, prediction, i, k));
          }
        }
      }
      return joints;
    }

    SigmaCalibration sigma(List<Integer> these) {
      List<PredictedJoint> joints =
          joints(these).stream()
              .filter(j -> !Float.isNaN(j.sigmaX()) && !Float.isNaN(j.sigmaY()))
              .filter(j -> j.prediction.isPlaced(j.k))
              .toList();
      return SigmaCalibration.of(
          values(joints, j -> (double) j.prediction.x()[j.k] - j.person.x()[j.k]),
          values(joints, j -> (double) j.prediction.y()[j.k] - j.person.y()[j.k]),
          values(joints, PredictedJoint::sigmaX),
          values(joints, PredictedJoint::sigmaY));
    }

    ScoreCalibration score(List<Integer> these, PoseMetric metric, JointErrors errors) {
      List<PredictedJoint> joints =
          joints(these).stream()
              .filter(j -> !Float.isNaN(j.score()) && errors.counts(j.i, j.k))
              .toList();
      boolean[] right = new boolean[joints.size()];
      for (int at = 0; at < right.length; at++) {
        PredictedJoint joint = joints.get(at);
        right[at] = metric.right(errors.error(joint.i, joint.k));
      }
      return ScoreCalibration.of(values(joints, PredictedJoint::score), right);
    }

    private static double[] values(
        List<PredictedJoint> joints, ToDoubleFunction<PredictedJoint> value) {
      return joints.stream().mapToDouble(value).toArray();
    }

    void checkRanges(String decode, List<String> names) {
      for (int k = 0; k < names.size(); k++) {
        String name = names.get(k);
        for (PredictedJoint joint : joints(List.of(k))) {
          if (joint.score() < 0 || joint.score() > 1) {
            throw wrong(decode, joint, name + "_score", joint.score(), "0 to 1");
          }
          if (joint.sigmaX() <= 0 || joint.sigmaY() <= 0) {
            float sigma = Math.min(joint.sigmaX(), joint.sigmaY());
            throw wrong(decode, joint, name + "_sigma", sigma, "a deviation above 0");
          }
        }
      }
    }

    private static BadInputException wrong(
        String decode, PredictedJoint joint, String field, float found, String expected) {
      return BadInputException.at(
          decode + ": " + joint.person.image() + ", person " + joint.person.person() + ": " + field,
          Float.toString(found),
          expected,
          "such numbers cannot be calibrated");
    }
  }
}
