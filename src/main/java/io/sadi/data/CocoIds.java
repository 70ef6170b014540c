package io.sadi.data;

import java.util.HashSet;
import java.util.Set;

/** The ids of one kind that a file uses, and new ones for what has none of its own. */
public final class CocoIds {
  private final Set<CocoId> used = new HashSet<>();
  private long largest;

  /** Takes an id into use; false where it is in use already. */
  public boolean add(CocoId id) {
    largest = Math.max(largest, id.number());
    return used.add(id);
  }

  /** A number above all that are in use, taken into use: from 1. */
  public CocoId next() {
    CocoId id;
    do {
      largest = largest == Long.MAX_VALUE ? 1 : largest + 1;
      id = CocoId.of(largest);
    } while (!used.add(id));
    return id;
  }
}
