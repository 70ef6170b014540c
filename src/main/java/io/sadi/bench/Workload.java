package io.sadi.bench;

/** Something that is done over and over, to see how often a second. */
interface Workload extends AutoCloseable {
  /**
   * Called before a turn of some times: what was made ahead since the last one is no work of it.
   */
  default void settle() {}

  /** Called after a turn: what would go on by itself stops, as others have theirs now. */
  default void rest() {}

  /** Does it once, to its end: on a GPU too it is done when this returns. */
  void once();

  /** Images that one go is about. */
  int images();

  /** Images that are computed together. */
  default int batch() {
    return images();
  }

  /** Arithmetic of one go in 1e9 multiplications and additions; NaN where that is not the point. */
  double gflop();

  @Override
  void close();
}
