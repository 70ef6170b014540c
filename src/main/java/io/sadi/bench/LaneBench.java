package io.sadi.bench;

import io.sadi.predict.engine.LaneThreads;
import io.sadi.predict.engine.Lanes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The same batch repeatedly, in several busy lanes. */
class LaneBench implements Workload {
  private final int images;
  private final double gflop;
  private final int count;
  private final Callable<?> batch;
  private final Deque<Future<?>> underWay = new ArrayDeque<>();
  private @Nullable Lanes lanes;

  /**
   * @param images in a batch
   * @param gflop of a batch
   * @param count of lanes
   * @param batch computes one
   */
  LaneBench(int images, double gflop, int count, Callable<?> batch) {
    this.images = images;
    this.gflop = gflop;
    this.count = count;
    this.batch = batch;
  }

  private void submit() {
    if (lanes == null) {
      lanes = new Lanes(count, new LaneThreads());
    }
    underWay.add(lanes.submit(batch));
  }

  private void await() {
    try {
      underWay.remove().get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void settle() {
    while (underWay.size() < count) {
      submit();
    }
  }

  @Override
  public void once() {
    // One batch a lane: they run side by side, so a single batch's time is not meaningful.
    for (int i = 0; i < count; i++) {
      submit();
    }
    for (int i = 0; i < count; i++) {
      await();
    }
  }

  @Override
  public void rest() {
    while (!underWay.isEmpty()) {
      await();
    }
    if (lanes != null) {
      lanes.close();
      lanes = null;
    }
  }

  @Override
  public int images() {
    return images * count;
  }

  @Override
  public int batch() {
    return images;
  }

  @Override
  public double gflop() {
    return gflop * count;
  }

  @Override
  public void close() {
    rest();
  }
}
