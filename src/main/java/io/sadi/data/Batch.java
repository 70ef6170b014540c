package io.sadi.data;

import io.sadi.torch.HostMemory;
import java.nio.ByteBuffer;

/**
 * Crops as the network takes them, and what it should say of them. Its buffers are used again once
 * it has been given back with {@link Batches#release}.
 */
public final class Batch {
  private final int size;
  private final int[] indices;
  private final HostMemory pictures;
  private final float[] joints;
  private final float[] mask;

  /**
   * @param pictures room for the crops
   * @param joints K
   */
  Batch(int size, HostMemory pictures, int joints) {
    this.size = size;
    this.indices = new int[size];
    this.pictures = pictures;
    this.joints = new float[size * joints * 2];
    this.mask = new float[size * joints];
  }

  /** Whether it can hold a batch of this size and these joints, of pictures of so many bytes. */
  boolean fits(int otherSize, int bytes, int otherJoints) {
    return size == otherSize
        && mask.length == otherSize * otherJoints
        && pictures.bytes().capacity() >= bytes;
  }

  /** B, the number of crops. */
  public int size() {
    return size;
  }

  /** Which people these are, [B], as places in the list that the batches were made from. */
  public int[] indices() {
    return indices;
  }

  /** The crops, direct, [B, H, W, 3]. */
  public ByteBuffer rgb() {
    return pictures.bytes();
  }

  /** Where the joints are, [B, K, 2] in the units of mu. */
  public float[] joints() {
    return joints;
  }

  /** [B, K]: 1 where a joint is annotated and inside the crop. */
  public float[] mask() {
    return mask;
  }
}
