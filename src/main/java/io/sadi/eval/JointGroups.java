package io.sadi.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How published tables sum up joints, derived from the joints' names so that it holds for any
 * skeleton.
 *
 * <ul>
 *   <li>left_X and right_X are averaged as X.
 *   <li>The head is head_top, averaged with neck where the skeleton has one (LSP). MPII's
 *       upper_neck is in no group.
 *   <li>pelvis and thorax are outside both means (MPII's protocol); all other joints are in them.
 * </ul>
 */
final class JointGroups {
  /** The order of published tables; groups of other names follow. */
  private static final List<String> ORDER =
      List.of("head", "shoulder", "elbow", "wrist", "hip", "knee", "ankle");

  private JointGroups() {}

  static boolean inMean(String joint) {
    return !joint.equals("pelvis") && !joint.equals("thorax");
  }

  /** The groups of these joints, each with the joints that it averages. */
  static Map<String, List<String>> of(List<String> joints) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    ORDER.forEach(group -> groups.put(group, new ArrayList<>()));
    for (String joint : joints) {
      String group = group(joint, joints);
      if (!group.isEmpty()) {
        groups.computeIfAbsent(group, name -> new ArrayList<>()).add(joint);
      }
    }
    groups.values().removeIf(List::isEmpty);
    return groups;
  }

  private static String group(String joint, List<String> joints) {
    if (joint.startsWith("left_")) {
      return joint.substring("left_".length());
    }
    if (joint.startsWith("right_")) {
      return joint.substring("right_".length());
    }
    boolean head =
        joint.equals("head_top") || (joint.equals("neck") && joints.contains("head_top"));
    return head ? "head" : "";
  }
}
