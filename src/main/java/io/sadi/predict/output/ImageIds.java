package io.sadi.predict.output;

import io.sadi.data.CocoId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The numbers by which COCO results name images.
 *
 * @param byName of every image that has one
 * @param places whether they are places in the input, from 1: what several processes that were
 *     given the input in different orders do not agree on
 */
public record ImageIds(Map<String, CocoId> byName, boolean places) {
  public static final ImageIds NONE = new ImageIds(Map.of(), false);

  /** Numbers that a file gives. */
  public static ImageIds given(Map<String, CocoId> byName) {
    return new ImageIds(byName, false);
  }

  /**
   * Numbers for images that have none: their names', where all are different whole numbers as in
   * COCO ({@code 000000000139.jpg} is 139), else their places.
   *
   * @param names in the order of the input
   */
  public static ImageIds of(List<String> names) {
    Map<String, CocoId> named = new HashMap<>();
    Set<Long> used = new HashSet<>();
    for (String name : names) {
      String file = name.substring(name.lastIndexOf('/') + 1);
      String stem = file.replaceFirst("\\.[^.]*$", "");
      if (!stem.matches("[0-9]{1,15}") || !used.add(Long.parseLong(stem))) {
        return new ImageIds(places(names), true);
      }
      named.put(name, CocoId.of(Long.parseLong(stem)));
    }
    return new ImageIds(named, false);
  }

  /** The place of each name, from 1. */
  static Map<String, CocoId> places(List<String> names) {
    Map<String, CocoId> places = new HashMap<>();
    for (String name : names) {
      places.put(name, CocoId.of(places.size() + 1));
    }
    return places;
  }
}
