package io.sadi.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What stands for a tensor while a network is written down.
 *
 * @param name in the graph
 * @param shape without the batch's axis, which is open
 */
record OnnxValue(String name, List<Long> shape) {
  OnnxValue {
    shape = List.copyOf(shape);
  }

  static OnnxValue of(String name, long... shape) {
    return new OnnxValue(name, Arrays.stream(shape).boxed().toList());
  }

  /** Elements along an axis; 0 is the batch's. */
  long size(int axis) {
    return shape.get(axis - 1);
  }

  /** The same with another length of one axis. */
  OnnxValue with(int axis, long length) {
    List<Long> changed = new ArrayList<>(shape);
    changed.set(axis - 1, length);
    return new OnnxValue(name, changed);
  }
}
