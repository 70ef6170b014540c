package io.sadi.prepare.check;

import com.google.gson.JsonObject;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.Json;
import java.util.Arrays;
import java.util.List;

/**
 * What a split's people are like: how much of them is annotated, how large they are, how much poses
 * differ, and how far one gets with the mean pose alone, which is what a model has to beat.
 */
public final class PoseStatistics {
  private static final int DECIMALS = 4;

  private final List<Person> people;
  private final Skeleton skeleton;
  private final Metric metric;
  private final int shoulder;
  private final int hip;

  /** [K, 3]: people by visibility. */
  private final int[][] counts;

  /** Mean and standard deviation of a joint's place, from the crop's centre, in crop sides, [K]. */
  private final double[] meanX;

  private final double[] meanY;
  private final double[] spread;

  private PoseStatistics(List<Person> people, Skeleton skeleton, Metric metric) {
    this.people = people;
    this.skeleton = skeleton;
    this.metric = metric;
    int joints = skeleton.size();
    shoulder = skeleton.index("left_shoulder");
    hip = skeleton.index("right_hip");
    counts = new int[joints][3];
    meanX = new double[joints];
    meanY = new double[joints];
    spread = new double[joints];
  }

  public static PoseStatistics of(List<Person> people, Skeleton skeleton, Metric metric) {
    PoseStatistics statistics = new PoseStatistics(people, skeleton, metric);
    for (int k = 0; k < skeleton.size(); k++) {
      statistics.joint(k);
    }
    return statistics;
  }

  private void joint(int k) {
    double sumX = 0;
    double sumY = 0;
    double squares = 0;
    int n = 0;
    for (Person person : people) {
      counts[k][person.visibility()[k]]++;
      if (person.annotated(k) && person.scale() > 0) {
        double side = person.scale() * Person.SCALE_UNIT;
        double x = (person.x()[k] - person.centerX()) / side;
        double y = (person.y()[k] - person.centerY()) / side;
        sumX += x;
        sumY += y;
        squares += x * x + y * y;
        n++;
      }
    }
    meanX[k] = sumX / n;
    meanY[k] = sumY / n;
    spread[k] = Math.sqrt(Math.max(0, squares / n - meanX[k] * meanX[k] - meanY[k] * meanY[k]));
  }

  /** Percent of joints that the mean pose in each person's crop has right by the metric. */
  private double meanPoseScore() {
    int right = 0;
    int counted = 0;
    for (Person person : people) {
      double allowed = allowed(person);
      double side = person.scale() * Person.SCALE_UNIT;
      for (int k = 0; k < skeleton.size(); k++) {
        if (person.annotated(k) && allowed > 0) {
          double x = person.centerX() + meanX[k] * side - person.x()[k];
          double y = person.centerY() + meanY[k] * side - person.y()[k];
          right += Math.hypot(x, y) <= allowed ? 1 : 0;
          counted++;
        }
      }
    }
    return 100.0 * right / counted;
  }

  /** The largest error that is right, in pixels; NaN where the person is not measured. */
  private double allowed(Person person) {
    return switch (metric) {
      case PCKH_05 -> 0.5 * person.headSize();
      case PCK_02 -> 0.2 * torso(person);
      case OKS -> Double.NaN; // not a share of right joints
      case PCK_BOX_01 ->
          person.box() == null
              ? Double.NaN
              : 0.1 * Math.max(person.box().width(), person.box().height());
    };
  }

  private double torso(Person person) {
    if (shoulder < 0 || hip < 0 || !person.annotated(shoulder) || !person.annotated(hip)) {
      return Double.NaN;
    }
    return Math.hypot(
        (double) person.x()[shoulder] - person.x()[hip],
        (double) person.y()[shoulder] - person.y()[hip]);
  }

  /** Adds {@code joints}, {@code crop_side} and {@code mean_pose}. */
  public void addTo(JsonObject json) {
    JsonObject joints = new JsonObject();
    for (int k = 0; k < skeleton.size(); k++) {
      JsonObject joint = new JsonObject();
      joint.addProperty("visible", counts[k][Person.VISIBLE]);
      joint.addProperty("occluded", counts[k][Person.OCCLUDED]);
      joint.addProperty("not_annotated", counts[k][Person.NOT_ANNOTATED]);
      joint.add("spread", Json.number(spread[k], DECIMALS));
      joints.add(skeleton.joints().get(k), joint);
    }
    json.add("joints", joints);
    json.add(
        "pose_spread",
        Json.number(
            Arrays.stream(spread).filter(Double::isFinite).average().orElse(Double.NaN), DECIMALS));
    double[] sides =
        people.stream().mapToDouble(p -> p.scale() * Person.SCALE_UNIT).sorted().toArray();
    JsonObject side = new JsonObject();
    for (int percent : new int[] {0, 5, 50, 95, 100}) {
      int at = (int) Math.rint((sides.length - 1) * percent / 100.0);
      side.add("p" + percent, Json.number(sides.length == 0 ? Double.NaN : sides[at], 1));
    }
    json.add("crop_side", side);
    JsonObject mean = new JsonObject();
    mean.addProperty("metric", metric.label());
    mean.add("score", Json.number(meanPoseScore(), 2));
    json.add("mean_pose", mean);
  }
}
