package io.sadi.predict.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.bytedeco.javacpp.BytePointer;

/**
 * Native memory for the crops of a few batches, handed out and given back: those in the lanes, one
 * that waits, and those being put together.
 */
final class BatchMemory implements AutoCloseable {
  private final List<BytePointer> all = new ArrayList<>();
  private final BlockingQueue<ByteBuffer> free;

  /**
   * @param count of batches
   * @param bytes of each
   */
  BatchMemory(int count, int bytes) {
    this.free = new ArrayBlockingQueue<>(count);
    for (int i = 0; i < count; i++) {
      // Retained: it lives until close, not as long as a scope that happens to be open.
      BytePointer memory = new BytePointer(bytes).retainReference();
      BytePointer.memset(memory, 0, bytes);
      all.add(memory);
      free.add(memory.asByteBuffer());
    }
  }

  /** Waits until a lane is done with some. */
  ByteBuffer take() {
    try {
      return free.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the network", e);
    }
  }

  void give(ByteBuffer memory) {
    free.add(memory);
  }

  /** Once no lane uses it. */
  @Override
  public void close() {
    all.forEach(BytePointer::deallocate);
  }
}
