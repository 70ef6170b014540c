package io.sadi.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
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

  static CocoEdges of(JsonElement skeleton, List<String> joints) {
    if (!skeleton.isJsonArray()) {
      return new CocoEdges(List.of(), List.of(shown(skeleton)));
    }
    int first = first(skeleton.getAsJsonArray(), joints.size());
    List<Pair> edges = new ArrayList<>();
    List<String> stray = new ArrayList<>();
    for (JsonElement element : skeleton.getAsJsonArray()) {
      boolean pair = element.isJsonArray() && element.getAsJsonArray().size() == 2;
      int a = pair ? joint(element.getAsJsonArray().get(0), first, joints) : -1;
      int b = pair ? joint(element.getAsJsonArray().get(1), first, joints) : -1;
      if (a >= 0 && b >= 0) {
        edges.add(new Pair(a, b));
      } else {
        stray.add(shown(element));
      }
    }
    return new CocoEdges(List.copyOf(edges), List.copyOf(stray));
  }

  /** What the first joint is called. */
  private static int first(JsonArray skeleton, int joints) {
    boolean zero = false;
    boolean last = false;
    for (JsonElement edge : skeleton) {
      if (edge.isJsonArray()) {
        for (JsonElement end : edge.getAsJsonArray()) {
          if (end.isJsonPrimitive() && end.getAsJsonPrimitive().isNumber()) {
            zero |= end.getAsDouble() == 0;
            last |= end.getAsDouble() == joints;
          }
        }
      }
    }
    return zero && !last ? 0 : 1;
  }

  /** The joint's index, or -1. */
  private static int joint(JsonElement end, int first, List<String> joints) {
    if (!end.isJsonPrimitive()) {
      return -1;
    }
    JsonPrimitive value = end.getAsJsonPrimitive();
    if (value.isString()) {
      return joints.indexOf(value.getAsString());
    }
    double number = value.isNumber() ? value.getAsDouble() - first : -1;
    return number == Math.rint(number) && number >= 0 && number < joints.size() ? (int) number : -1;
  }

  private static String shown(JsonElement element) {
    String text = element.toString();
    return text.length() > 30 ? "a longer value" : text;
  }
}
