package io.sadi.data;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.HostMemory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Batches that nobody uses at the moment. Their buffers are used again, epoch after epoch: memory
 * outside the JVM is costly to get, above all where a GPU copies from it. Safe for use by several
 * threads at once.
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
