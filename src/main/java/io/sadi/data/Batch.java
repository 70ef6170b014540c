package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.torch.HostMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Crops as the network takes them, with their target joints. The buffers are reused after {@link
 * Batches#release}.
 */
public final class Batch {
  /**
   * What is left to do where a device makes the crops.
   *
   * @param cropToPicture from pixels of the crop to those of the picture that it is to be sampled
   *     from, bilinearly, with {@link io.sadi.image.Image#OUTSIDE} beyond the edges
   * @param look what becomes of the crop's pixels then
   */
  public record DeviceWork(Affine cropToPicture, Appearance.AppearanceDraw look) {}

  private final int size;
  private int side;
  private final List<DeviceWork> deviceWork = new ArrayList<>();
  private final int[] indices;
  private final HostMemory pictures;
  private final float[] joints;
  private final float[] mask;

  /**
   * @param pictures room for them
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

  /** To be filled anew, with pictures of this side. */
  void begin(int newSide) {
    side = newSide;
    deviceWork.clear();
    pictures.bytes().clear();
  }

  void add(DeviceWork work) {
    deviceWork.add(work);
  }

  /** The first of its crops as a batch of their own, which has this one's buffers. */
  public Batch first(int count) {
    Batch part = new Batch(count, pictures, mask.length / size);
    part.side = side;
    part.deviceWork.addAll(deviceWork.subList(0, Math.min(count, deviceWork.size())));
    System.arraycopy(indices, 0, part.indices, 0, part.indices.length);
    System.arraycopy(joints, 0, part.joints, 0, part.joints.length);
    System.arraycopy(mask, 0, part.mask, 0, part.mask.length);
    return part;
  }

  /** B, the number of crops. */
  public int size() {
    return size;
  }

  /** Which people these are, [B], as places in the list that the batches were made from. */
  public int[] indices() {
    return indices;
  }

  /** H and W of the pictures. */
  public int side() {
    return side;
  }

  /** What a device has to do to each picture to make a crop of it; empty where they are crops. */
  public List<DeviceWork> deviceWork() {
    return Collections.unmodifiableList(deviceWork);
  }

  /** The pictures, direct, [B, H, W, 3] from position 0. */
  public ByteBuffer rgb() {
    return pictures.bytes();
  }

  /** Where the joints are, [B, K, 2] in the units of mu. */
  public float[] joints() {
    return joints;
  }

  /**
   * [B, K]: how much a joint counts in the loss, 0 where it is not inside the crop; 1 for annotated
   * ones, unless the training set says otherwise.
   */
  public float[] mask() {
    return mask;
  }

  /** How many joints count, as the sum of {@link #mask}. */
  public double countedJoints() {
    double count = 0;
    for (float counts : mask) {
      count += counts;
    }
    return count;
  }
}
