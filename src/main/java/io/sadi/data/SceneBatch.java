package io.sadi.data;

import io.sadi.geom.Box;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.HostMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Squares put together of photos, and what a detector's maps should be for them, [B, maps, cells,
 * cells]. The buffers are reused after {@link SceneBatches#release}.
 */
public final class SceneBatch {
  private final int size;
  private final int side;
  private final int[] indices;
  private final HostMemory pictures;
  private final float[] centre;
  private final float[] weight;
  private final float[] box;
  private final float[] boxWeight;
  private final List<List<Box>> learned = new ArrayList<>();
  private int people;

  /**
   * @param side of the squares in pixels
   * @param device that they go to
   */
  SceneBatch(int size, int side, ComputeDevice device) {
    this.size = size;
    this.side = side;
    this.indices = new int[size];
    this.pictures = HostMemory.allocate(Math.multiplyExact(size, 3 * side * side), device);
    int cells = side / SceneTargets.STRIDE;
    int area = size * cells * cells;
    this.centre = new float[area];
    this.weight = new float[area];
    this.box = new float[SceneTargets.BOX * area];
    this.boxWeight = new float[area];
  }

  /** To be filled anew. */
  void begin() {
    people = 0;
    learned.clear();
    pictures.bytes().clear();
  }

  /** Who is in the next square. */
  void add(List<Box> boxes) {
    learned.add(boxes);
    people += boxes.size();
  }

  /** B, the number of squares. */
  public int size() {
    return size;
  }

  /** H and W of the squares. */
  public int side() {
    return side;
  }

  /** Which photos these began with, [B], as places in the list that the batches were made from. */
  public int[] indices() {
    return indices;
  }

  /** The pictures, direct, [B, H, W, 3] from position 0. */
  public ByteBuffer rgb() {
    return pictures.bytes();
  }

  /** [B, 1, cells, cells]: 1 in the cell with a person's middle, falling off around it. */
  public float[] centre() {
    return centre;
  }

  /** [B, 1, cells, cells]: how much each counts. */
  public float[] weight() {
    return weight;
  }

  /**
   * [B, 4, cells, cells]: how far a box's middle is right of and below a cell's, in cells, and the
   * logarithms of its width and height in quarters of the square.
   */
  public float[] box() {
    return box;
  }

  /** [B, 1, cells, cells]: how much each of them counts; 0 away from centres. */
  public float[] boxWeight() {
    return boxWeight;
  }

  /** The boxes of a square's people, in its pixels, edges at whole numbers. */
  public List<Box> learned(int b) {
    return learned.get(b);
  }

  /** How many people are labelled in it. */
  public int people() {
    return people;
  }
}
