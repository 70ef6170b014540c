package io.sadi.api;

import java.util.List;

/**
 * The joints that a model finds.
 *
 * @param joints their names, K, in the order of every {@link Pose#joints}
 * @param edges pairs of joints that a drawing connects
 * @param mirrored pairs of joints that swap in a mirrored image
 */
public record Skeleton(List<String> joints, List<Pair> edges, List<Pair> mirrored) {

  /**
   * Two joints.
   *
   * @param a index of one in {@link Skeleton#joints}
   * @param b index of the other
   */
  public record Pair(int a, int b) {}

  /** Keeps copies of the lists. */
  public Skeleton {
    joints = List.copyOf(joints);
    edges = List.copyOf(edges);
    mirrored = List.copyOf(mirrored);
  }
}
