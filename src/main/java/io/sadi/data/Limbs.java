package io.sadi.data;

import io.sadi.data.JointName.Side;
import io.sadi.data.Skeleton.Pair;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which joints a drawing connects, guessed from their names where the dataset does not say. */
final class Limbs {
  /** From the end of a limb towards the body; the first that is there is connected. */
  private static final String[][] TOWARDS = {
    {"ankle", "knee"},
    {"knee", "hip"},
    {"hip", "pelvis", "spine"},
    {"wrist", "elbow"},
    {"elbow", "shoulder"},
    {"shoulder", "thorax", "neck", "upper_neck"},
    {"ear", "eye"},
    {"eye", "nose"},
    {"pelvis", "spine", "thorax", "neck"},
    {"spine", "thorax", "neck"},
    {"thorax", "upper_neck", "neck", "head"},
    {"neck", "head_top", "head", "nose"},
    {"upper_neck", "head_top", "head", "nose"},
  };

  private final List<JointName> names;
  private final Set<Pair> edges = new LinkedHashSet<>();

  private Limbs(List<String> joints) {
    names = joints.stream().map(JointName::of).toList();
  }

  static List<Pair> guess(List<String> joints) {
    Limbs limbs = new Limbs(joints);
    for (int k = 0; k < joints.size(); k++) {
      limbs.connect(k);
    }
    limbs.connectSides("hip", "pelvis", "spine");
    limbs.connectSides("shoulder", "thorax", "neck", "upper_neck");
    limbs.connectTorso();
    return List.copyOf(limbs.edges);
  }

  private void connect(int k) {
    JointName name = names.get(k);
    for (String[] way : TOWARDS) {
      if (way[0].equals(name.part())) {
        for (int i = 1; i < way.length; i++) {
          int next = index(name.side(), way[i]);
          if (next >= 0) {
            add(k, next);
            break;
          }
        }
      }
    }
    int previous = before(k);
    if (previous >= 0) {
      add(previous, k);
    }
  }

  /** Of thumb2 it is thumb1. */
  private int before(int k) {
    String part = names.get(k).part();
    int digits = part.length();
    while (digits > 0 && Character.isDigit(part.charAt(digits - 1))) {
      digits--;
    }
    if (digits == 0 || digits == part.length() || part.length() - digits > 4) {
      return -1;
    }
    int number = Integer.parseInt(part.substring(digits));
    return index(names.get(k).side(), part.substring(0, digits) + (number - 1));
  }

  /** Two sides with nothing between them are connected to each other. */
  private void connectSides(String part, String... between) {
    for (String middle : between) {
      if (index(Side.NONE, middle) >= 0) {
        return;
      }
    }
    add(index(Side.LEFT, part), index(Side.RIGHT, part));
  }

  /** Shoulders to hips, where no spine does it. */
  private void connectTorso() {
    boolean spine =
        index(Side.NONE, "pelvis") >= 0
            && (index(Side.NONE, "thorax") >= 0 || index(Side.NONE, "neck") >= 0);
    if (!spine) {
      add(index(Side.LEFT, "shoulder"), index(Side.LEFT, "hip"));
      add(index(Side.RIGHT, "shoulder"), index(Side.RIGHT, "hip"));
    }
  }

  /** A joint of this side, or else one in the middle. */
  private int index(Side side, String part) {
    int same = names.indexOf(new JointName(side, part));
    return same >= 0 ? same : names.indexOf(new JointName(Side.NONE, part));
  }

  private void add(int a, int b) {
    if (a >= 0 && b >= 0 && a != b) {
      edges.add(new Pair(Math.min(a, b), Math.max(a, b)));
    }
  }
}
