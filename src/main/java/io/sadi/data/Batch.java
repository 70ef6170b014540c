package io.sadi.data;

import java.nio.ByteBuffer;

/**
 * Crops as the network takes them, and what it should say of them. Its buffers are used again once
 * it has been given back with {@link Batches#release}.
 */
public final class Batch {
  private final int size;
  private final int[] indices;
  private final ByteBuffer rgb;
  private final float[] joints;
  private final float[] mask;

  Batch(int capacity, int crop, int joints) {
    this.size = capacity;
    this.indices = new int[capacity];
    this.rgb = ByteBuffer.allocateDirect(Math.multiplyExact(capacity, crop * crop * 3));
    this.joints = new float[capacity * joints * 2];
    this.mask = new float[capacity * joints];
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
    return rgb;
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
