package io.sadi.predict.engine;

import io.sadi.io.Workers;
import io.sadi.torch.Torch;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that run a network on several batches at the same time, each with its share of LibTorch's
 * threads.
 */
public final class Lanes implements AutoCloseable {
  private final int count;
  private final LaneThreads threads;
  private final ExecutorService lanes;

  /**
   * @param count of them
   * @param threads that they share, with those of others
   */
  public Lanes(int count, LaneThreads threads) {
    this.count = count;
    this.threads = threads;
    int share = Math.max(1, Math.round((float) threads.count() / count));
    this.lanes =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Runnable lane =
                  () -> {
                    Torch.ownThreads(share);
                    task.run();
                  };
              Thread thread = new Thread(lane, "sadi-network");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs it on a lane that is free, as soon as one is. */
  public <T> Future<T> submit(Callable<T> task) {
    return lanes.submit(
        () -> {
          threads.take(count);
          try {
            return task.call();
          } finally {
            threads.give(count);
          }
        });
  }

  /** Waits for what is under way, since it uses the network's memory; what is not is left out. */
  @Override
  public void close() {
    Workers.end(lanes);
    Torch.ownThreads(threads.count()); // threads that are started from now on have it from here
  }
}
