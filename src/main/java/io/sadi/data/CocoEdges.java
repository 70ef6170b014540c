package io.sadi.data;

import io.sadi.config.Field;
import io.sadi.data.Skeleton.Pair;
import java.util.ArrayList;
import java.util.List;

/**
 * The edges of a category: pairs of its joints, by number or by name. COCO counts joints from 1;
 * where an edge has a 0 and none has the number of joints, they are counted from 0. Edges are for
 * drawing alone: one that is no pair of the category's joints is left out, as are those of an
 * earlier list of joints.
 *
 * @param edges joint indices
 * @param stray the elements that were left out, as the file has them
 */
record CocoEdges(List<Pair> edges, List<String> stray) {
  static final CocoEdges NONE = new CocoEdges(List.of(), List.of());

  static CocoEdges of(Field skeleton, List<String> joints) {
    if (!skeleton.isList()) {
      return new CocoEdges(List.of(), List.of(shown(skeleton)));
    }
    int first = first(skeleton, joints.size());
    List<Pair> edges = new ArrayList<>();
    List<String> stray = new ArrayList<>();
    for (Field element : skeleton.list()) {
      boolean pair = element.isList(2);
      int a = pair ? joint(element.list().get(0), first, joints) : -1;
      int b = pair ? joint(element.list().get(1), first, joints) : -1;
      if (a >= 0 && b >= 0) {
        edges.add(new Pair(a, b));
      } else {
        stray.add(shown(element));
      }
    }
    return new CocoEdges(List.copyOf(edges), List.copyOf(stray));
  }

  /** What the first joint is called. */
  private static int first(Field skeleton, int joints) {
    boolean zero = false;
    boolean last = false;
    for (Field edge : skeleton.list()) {
      for (Field end : edge.isList() ? edge.list() : List.<Field>of()) {
        zero |= number(end) == 0;
        last |= number(end) == joints;
      }
    }
    return zero && !last ? 0 : 1;
  }

  /** The joint's index, or -1. */
  private static int joint(Field end, int first, List<String> joints) {
    if (end.isText()) {
      return joints.indexOf(end.text());
    }
    double number = number(end) - first;
    return number == Math.rint(number) && number >= 0 && number < joints.size() ? (int) number : -1;
  }

  private static double number(Field end) {
    return end.isNumber() ? end.number(number -> true, "a number") : Double.NaN;
  }

  private static String shown(Field element) {
    String text = String.valueOf(element.value());
    return text.length() > 30 ? "a longer value" : text;
  }
}
