package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * From the joints of one skeleton to those of another, by name. LSP's neck and MPII's upper neck
 * are one joint; pelvis and thorax, where a skeleton lacks them, are the midpoints of hips and
 * shoulders.
 */
public final class SkeletonMap {
  private static final Map<String, String> SAME =
      Map.of("neck", "upper_neck", "upper_neck", "neck");
  private static final Map<String, List<String>> MIDPOINTS =
      Map.of(
          "pelvis", List.of("left_hip", "right_hip"),
          "thorax", List.of("left_shoulder", "right_shoulder"));

  /** For each joint of the target one joint of the source, two, or none. */
  private final List<int[]> sources = new ArrayList<>();

  private final List<String> missing = new ArrayList<>();

  public SkeletonMap(Skeleton source, Skeleton target) {
    for (String joint : target.joints()) {
      int same = source.index(joint);
      int other = same >= 0 ? same : source.index(SAME.getOrDefault(joint, joint));
      int[] ends =
          MIDPOINTS.getOrDefault(joint, List.of()).stream().mapToInt(source::index).toArray();
      if (other >= 0) {
        sources.add(new int[] {other});
      } else if (ends.length == 2 && ends[0] >= 0 && ends[1] >= 0) {
        sources.add(ends);
      } else {
        sources.add(new int[0]);
        missing.add(joint);
      }
    }
  }

  /** Joints of the target that nothing in the source stands for. */
  public List<String> missing() {
    return missing;
  }

  /**
   * The person with the target's joints. A midpoint is annotated where both its ends are, and
   * visible where both are.
   *
   * @param image what the person's image is called from now on
   */
  public Person apply(Person person, String image) {
    int joints = sources.size();
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    for (int k = 0; k < joints; k++) {
      int[] from = sources.get(k);
      byte least = from.length == 0 ? Person.NOT_ANNOTATED : Person.VISIBLE;
      for (int source : from) {
        least = (byte) Math.min(least, person.visibility()[source]);
        x[k] += person.x()[source] / from.length;
        y[k] += person.y()[source] / from.length;
      }
      visibility[k] = least;
      if (least == Person.NOT_ANNOTATED) {
        x[k] = 0;
        y[k] = 0;
      }
    }
    return person.withJoints(image, x, y, visibility);
  }
}
