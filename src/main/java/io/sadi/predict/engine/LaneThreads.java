package io.sadi.predict.engine;

import io.sadi.torch.Torch;
import java.util.concurrent.Semaphore;

/**
 * LibTorch's threads, shared among the lanes of everybody who uses a network at the same time: so
 * that several callers together compute with no more threads than one.
 */
public final class LaneThreads {
  private final int count;
  private final Semaphore free;

  /** All that LibTorch has for the calling thread. */
  public LaneThreads() {
    this.count = Torch.threads();
    this.free = new Semaphore(count, true);
  }

  int count() {
    return count;
  }

  /** Waits for a lane's share, where it is one of several that share them alike. */
  void take(int lanes) throws InterruptedException {
    free.acquire(share(lanes));
  }

  void give(int lanes) {
    free.release(share(lanes));
  }

  /** Rounded down: all lanes of one caller have room at the same time. */
  private int share(int lanes) {
    return Math.max(1, count / lanes);
  }
}
