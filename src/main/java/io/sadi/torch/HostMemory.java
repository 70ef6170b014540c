package io.sadi.torch;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Memory that is written here and read by a device: direct, and where the device is a GPU pinned,
 * so that it copies from there on its own while this thread goes on. It is freed some time after
 * the last reference to this object is gone, as a direct buffer is.
 */
public final class HostMemory {
  private final ByteBuffer bytes;

  /** Owns the bytes where they are pinned. */
  private final @Nullable Tensor pinned;

  private HostMemory(ByteBuffer bytes, @Nullable Tensor pinned) {
    this.bytes = bytes;
    this.pinned = pinned;
  }

  /**
   * New memory.
   *
   * @param size in bytes
   * @param device that will read it
   */
  public static HostMemory allocate(int size, ComputeDevice device) {
    if (!device.cuda()) {
      return new HostMemory(ByteBuffer.allocateDirect(size), null);
    }
    Tensor tensor =
        torch
            .empty(
                new long[] {size},
                new TensorOptions(ScalarType.Byte).pinned_memory(new BoolOptional(true)),
                new MemoryFormatOptional())
            .retainReference(); // outlives a PointerScope that it happens to be made in
    return new HostMemory(new BytePointer(tensor.data_ptr()).capacity(size).asByteBuffer(), tensor);
  }

  /** All of it. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Whether a GPU copies from it on its own. */
  boolean isPinned() {
    return pinned != null;
  }
}
