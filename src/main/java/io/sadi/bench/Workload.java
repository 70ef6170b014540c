package io.sadi.bench;

/** Work that is repeated to measure its speed. */
interface Workload extends AutoCloseable {
  /** Called before a turn, to discard results that were prepared ahead. */
  default void settle() {}

  /** Called after a turn, to stop background work. */
  default void rest() {}

  /** Does the work once; on a GPU, too, it is complete when this returns. */
  void once();

  /** People in an image, on average so far, where images are photos; 1 where they are crops. */
  default double peoplePerImage() {
    return 1;
  }

  /** Images of one repetition. */
  int images();

  /** Images that are computed at a time. */
  default int batch() {
    return images();
  }

  /**
   * Arithmetic of one repetition in 1e9 multiplications and additions; NaN if it is not of
   * interest.
   */
  double gflop();

  @Override
  void close();
}
