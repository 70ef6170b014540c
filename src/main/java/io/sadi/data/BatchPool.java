package io.sadi.data;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.HostMemory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Unused batches, whose buffers are reused from epoch to epoch: native memory is expensive to
 * allocate, above all where a GPU copies from it. Safe for use by several threads at once.
 */
public final class BatchPool {
  private final ComputeDevice device;
  private final Deque<Batch> free = new ArrayDeque<>();

  /** A pool of batches that go to this device. */
  public BatchPool(ComputeDevice device) {
    this.device = device;
  }

  /**
   * A batch with any content.
   *
   * @param size B
   * @param bytes of pictures that it has room for
   * @param joints K
   */
  Batch take(int size, int bytes, int joints) {
    synchronized (free) {
      for (Iterator<Batch> batches = free.iterator(); batches.hasNext(); ) {
        Batch batch = batches.next();
        batches.remove();
        if (batch.fits(size, bytes, joints)) {
          return batch;
        }
      }
    }
    return new Batch(size, HostMemory.allocate(bytes, device), joints);
  }

  /** Takes a batch back that is not used any more. */
  void release(Batch batch) {
    synchronized (free) {
      free.add(batch);
    }
  }
}
