package io.sadi.predict.detect;

import java.util.Arrays;

/**
 * A tensor that a detector gave.
 *
 * @param shape without a batch of one in front
 * @param values row by row
 */
@SuppressWarnings("ArrayRecordComponent") // read once, and gone
record DetectorOutput(String name, long[] shape, float[] values) {

  /** Its size along an axis; from the end where negative; 1 where there is none. */
  int size(int axis) {
    int at = axis < 0 ? shape.length + axis : axis;
    return at < 0 || at >= shape.length ? 1 : (int) shape[at];
  }

  int rank() {
    return shape.length;
  }

  boolean isCalled(String... parts) {
    String lower = name.toLowerCase(java.util.Locale.ROOT);
    return Arrays.stream(parts).anyMatch(lower::contains);
  }

  /** As a person may compare it with a description: {@code output0 [84, 8400]}. */
  @Override
  public String toString() {
    return name + " " + Arrays.toString(shape);
  }
}
