package io.sadi.data;

import com.google.gson.JsonArray;
import io.sadi.config.Field;
import io.sadi.config.Names;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The joints of a body in dataset order, which of them swap when an image is mirrored, and which
 * are connected.
 *
 * @param joints names, person-centric left and right
 * @param flipPairs pairs of joint indices, each joint in at most one pair
 * @param edges pairs of joint indices that a drawing connects
 */
public record Skeleton(List<String> joints, List<Pair> flipPairs, List<Pair> edges) {

  /** Two joint indices. */
  public record Pair(int a, int b) {}

  private static final int MAX_JOINTS = 200;

  public Skeleton {
    joints = List.copyOf(joints);
    flipPairs = List.copyOf(flipPairs);
    edges = List.copyOf(edges);
  }

  /**
   * A skeleton from the names of its joints, however they are written: {@code left_X} and {@code
   * right_X}, or {@code LX} and {@code RX}, swap in a mirrored image.
   *
   * @param edges empty for what the names suggest
   * @param where what an error message calls the place of the names
   * @throws BadInputException where a name is blank or given twice, or there are none or over 200
   */
  public static Skeleton named(List<String> joints, List<Pair> edges, String where) {
    checkNames(joints, where);
    List<Pair> flipPairs = new ArrayList<>();
    List<JointName> said = joints.stream().map(JointName::of).toList();
    boolean[] paired = new boolean[joints.size()];
    for (int k = 0; k < joints.size(); k++) {
      for (int other = k + 1; other < joints.size(); other++) {
        if (!paired[k] && !paired[other] && said.get(k).mirrors(said.get(other))) {
          flipPairs.add(new Pair(k, other));
          paired[k] = true;
          paired[other] = true;
        }
      }
    }
    return new Skeleton(joints, flipPairs, edges.isEmpty() ? guessed(joints) : edges);
  }

  /**
   * The same joints with other pairs that swap in a mirrored image.
   *
   * @param pairs as {@code a:b}, joints by name, or by number from 0 where no name is one
   * @throws BadInputException where a joint is none, or in two pairs
   */
  public Skeleton withFlipPairs(List<String> pairs) {
    List<Pair> flipPairs = new ArrayList<>();
    Set<Integer> paired = new HashSet<>();
    for (String text : pairs) {
      int colon = text.indexOf(':');
      if (colon < 0) {
        throw BadInputException.at("--flip-pairs", "'" + text + "'", "LEFT:RIGHT", "");
      }
      Pair pair = new Pair(joint(text.substring(0, colon)), joint(text.substring(colon + 1)));
      for (int k : new int[] {pair.a, pair.b}) {
        if (!paired.add(k)) {
          throw BadInputException.at(
              "--flip-pairs", joints.get(k) + " for the second time", "each joint in one pair", "");
        }
      }
      flipPairs.add(pair);
    }
    return new Skeleton(joints, flipPairs, edges);
  }

  private int joint(String name) {
    int k = index(name.strip());
    if (k < 0 && isNumber(name) && joints.stream().noneMatch(Skeleton::isNumber)) {
      k = Integer.parseInt(name);
    }
    if (k < 0 || k >= size()) {
      throw BadInputException.at(
          "--flip-pairs",
          name,
          "one of the joints",
          "the nearest is " + Names.nearest(name, joints));
    }
    return k;
  }

  private static boolean isNumber(String text) {
    return text.matches("\\d{1,3}");
  }

  private static List<Pair> guessed(List<String> joints) {
    for (Skeleton known : List.of(mpii16(), lsp14())) {
      if (known.joints.equals(joints)) {
        return known.edges;
      }
    }
    return Limbs.guess(joints);
  }

  static void checkNames(List<String> joints, String where) {
    if (joints.isEmpty() || joints.size() > MAX_JOINTS) {
      throw BadInputException.at(where, joints.size() + " joints", "1.." + MAX_JOINTS, "");
    }
    for (int k = 0; k < joints.size(); k++) {
      String name = joints.get(k);
      if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
        throw BadInputException.at(where + "[" + k + "]", "'" + name.strip() + "'", "a name", "");
      }
      if (joints.indexOf(name) < k) {
        throw BadInputException.at(where + "[" + k + "]", name + " again", "a new name", "");
      }
    }
  }

  /** K, the number of joints. */
  public int size() {
    return joints.size();
  }

  /** The index of a joint of this name, or else of one that is called so in another way, or -1. */
  public int index(String joint) {
    int exact = joints.indexOf(joint);
    if (exact >= 0) {
      return exact;
    }
    JointName meant = JointName.of(joint);
    for (int k = 0; k < joints.size(); k++) {
      if (JointName.of(joints.get(k)).equals(meant)) {
        return k;
      }
    }
    return -1;
  }

  /** Whether a joint's name says that it is on the left. */
  public boolean isLeft(int k) {
    return JointName.of(joints.get(k)).side() == JointName.Side.LEFT;
  }

  /** Whether a joint's name says that it is on the right. */
  public boolean isRight(int k) {
    return JointName.of(joints.get(k)).side() == JointName.Side.RIGHT;
  }

  /** For every joint the one that takes its place in a mirrored image. */
  public int[] flipPermutation() {
    int[] permutation = new int[size()];
    for (int k = 0; k < permutation.length; k++) {
      permutation[k] = k;
    }
    for (Pair pair : flipPairs) {
      permutation[pair.a] = pair.b;
      permutation[pair.b] = pair.a;
    }
    return permutation;
  }

  /**
   * MPII's 16 joints (protocols of the benchmark: head box, pelvis and thorax outside the mean).
   */
  public static Skeleton mpii16() {
    return new Skeleton(
        List.of(
            "right_ankle",
            "right_knee",
            "right_hip",
            "left_hip",
            "left_knee",
            "left_ankle",
            "pelvis",
            "thorax",
            "upper_neck",
            "head_top",
            "right_wrist",
            "right_elbow",
            "right_shoulder",
            "left_shoulder",
            "left_elbow",
            "left_wrist"),
        pairs(0, 5, 1, 4, 2, 3, 10, 15, 11, 14, 12, 13),
        pairs(
            0, 1, 1, 2, 2, 6, 6, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8, 9, 10, 11, 11, 12, 12, 7, 7, 13, 13,
            14, 14, 15));
  }

  /** The 14 joints of LSP and LSPET. */
  public static Skeleton lsp14() {
    return new Skeleton(
        List.of(
            "right_ankle",
            "right_knee",
            "right_hip",
            "left_hip",
            "left_knee",
            "left_ankle",
            "right_wrist",
            "right_elbow",
            "right_shoulder",
            "left_shoulder",
            "left_elbow",
            "left_wrist",
            "neck",
            "head_top"),
        pairs(0, 5, 1, 4, 2, 3, 6, 11, 7, 10, 8, 9),
        pairs(
            0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8, 12, 12, 9, 9, 10, 10, 11, 12, 13, 8, 2, 9,
            3));
  }

  /** Pairs as files of networks hold them: {@code [[a, b], ...]}. */
  public static JsonArray json(List<Pair> pairs) {
    JsonArray array = new JsonArray();
    for (Pair pair : pairs) {
      JsonArray two = new JsonArray();
      two.add(pair.a());
      two.add(pair.b());
      array.add(two);
    }
    return array;
  }

  /** Reads {@link #json}. */
  public static List<Pair> pairs(Field json, int joints) {
    List<Pair> pairs = new ArrayList<>();
    for (Field element : json.list()) {
      if (!element.isList(2)) {
        throw element.wrong("a pair of joints");
      }
      int a = (int) element.list().get(0).integer(0, joints - 1);
      int b = (int) element.list().get(1).integer(0, joints - 1);
      pairs.add(new Pair(a, b));
    }
    return pairs;
  }

  private static List<Pair> pairs(int... indices) {
    Pair[] pairs = new Pair[indices.length / 2];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = new Pair(indices[2 * i], indices[2 * i + 1]);
    }
    return List.of(pairs);
  }
}
