package io.sadi.data;

import io.sadi.geom.Box;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Crops of the upper or the lower half of a body, as people are seen in photos that show no more of
 * them. The rule is MMPose's {@code RandomHalfBody}: of a person with more than half of the joints
 * annotated the upper body is taken with probability 0.7, else the lower one; a half with too few
 * annotated joints gives way to the other. The crop lies about the half's joints, 1.5 times as
 * large as their extent.
 */
final class HalfBody {
  private static final double UPPER = 0.7;
  private static final double PADDING = 1.5;
  private static final int MIN_UPPER = 2;
  private static final int MIN_LOWER = 3;

  /**
   * The least extent of a half, as a share of the person's larger side: joints that nearly coincide
   * give no crop.
   */
  private static final double SMALLEST = 0.25;

  private static final Set<String> UPPER_WORDS =
      Set.of(
          "head",
          "face",
          "eye",
          "ear",
          "nose",
          "mouth",
          "chin",
          "forehead",
          "neck",
          "thorax",
          "chest",
          "spine",
          "clavicle",
          "collar",
          "shoulder",
          "arm",
          "elbow",
          "forearm",
          "wrist",
          "hand",
          "palm",
          "finger",
          "forefinger",
          "thumb",
          "pinky");

  private static final Set<String> LOWER_WORDS =
      Set.of(
          "root", "pelvis", "hip", "leg", "thigh", "knee", "shin", "ankle", "foot", "heel", "toe");

  private final boolean[] upper;
  private final boolean[] lower;

  HalfBody(Skeleton skeleton) {
    upper = new boolean[skeleton.size()];
    lower = new boolean[skeleton.size()];
    for (int k = 0; k < skeleton.size(); k++) {
      for (String word : JointName.of(skeleton.joints().get(k)).part().split("_", -1)) {
        String plain = word.replaceAll("[0-9]+$", ""); // thumb2
        upper[k] |= UPPER_WORDS.contains(plain);
        lower[k] |= LOWER_WORDS.contains(plain);
      }
    }
  }

  /** Whether enough joints have names that tell their half of the body. */
  boolean isKnown() {
    return count(upper) >= MIN_UPPER && count(lower) >= MIN_LOWER;
  }

  boolean isUpper(int joint) {
    return upper[joint];
  }

  boolean isLower(int joint) {
    return lower[joint];
  }

  /**
   * The person with a crop of one half, or as it is.
   *
   * @param probability of a half
   */
  Person draw(Person person, double probability, RandomGenerator random) {
    boolean half = random.nextDouble() < probability;
    boolean preferUpper = random.nextDouble() < UPPER;
    boolean[] joints = half ? choose(person, preferUpper) : null;
    return joints == null ? person : about(person, joints);
  }

  private boolean @Nullable [] choose(Person person, boolean preferUpper) {
    if (2 * annotated(person, null) <= upper.length) {
      return null;
    }
    boolean hasUpper = annotated(person, upper) >= MIN_UPPER;
    boolean hasLower = annotated(person, lower) >= MIN_LOWER;
    if (hasUpper && (preferUpper || !hasLower)) {
      return upper;
    }
    return hasLower ? lower : null;
  }

  private static Person about(Person person, boolean[] joints) {
    double x = 0;
    double y = 0;
    byte[] chosen = person.visibility().clone();
    for (int k = 0; k < chosen.length; k++) {
      if (!joints[k]) {
        chosen[k] = Person.NOT_ANNOTATED;
      } else if (person.annotated(k)) {
        x += person.x()[k];
        y += person.y()[k];
      }
    }
    int count = annotated(person, joints);
    Box extent = person.withJoints(person.image(), person.x(), person.y(), chosen).extent();
    double scale = PADDING * Math.max(extent.width(), extent.height()) / Person.SCALE_UNIT;
    return person.withCrop(
        person.box(), x / count, y / count, Math.max(scale, SMALLEST * person.scale()));
  }

  /**
   * How many joints are annotated.
   *
   * @param among which joints; null: all
   */
  private static int annotated(Person person, boolean @Nullable [] among) {
    int count = 0;
    for (int k = 0; k < person.visibility().length; k++) {
      if (person.annotated(k) && (among == null || among[k])) {
        count++;
      }
    }
    return count;
  }

  private static int count(boolean[] flags) {
    int count = 0;
    for (boolean flag : flags) {
      count += flag ? 1 : 0;
    }
    return count;
  }
}
