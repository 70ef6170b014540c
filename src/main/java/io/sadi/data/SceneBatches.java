package io.sadi.data;

import io.sadi.image.Image;
import io.sadi.io.Workers;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one pass over photos for a detector, as {@link Batches} are those for joints: a
 * batch depends on the seed, the epoch and the photos' places alone, never on the threads.
 */
public final class SceneBatches implements AutoCloseable {
  private final Path root;
  private final List<LabelledPhoto> photos;
  private final int side;
  private final SceneAugmentation augmentation;
  private final long seed;
  private final ComputeDevice device;
  private final Workers<SceneBatch> workers;
  private final Deque<int[]> plan = new ArrayDeque<>();
  private final ConcurrentLinkedQueue<SceneBatch> free = new ConcurrentLinkedQueue<>();

  /**
   * @param root the folder of the images
   * @param side of the squares in pixels
   * @param batch squares at a time, unless there are fewer photos
   * @param skip batches at the start to leave out, when an interrupted epoch goes on
   * @param device that the batches go to
   */
  public SceneBatches(
      Path root,
      List<LabelledPhoto> photos,
      int side,
      int batch,
      SceneAugmentation augmentation,
      long seed,
      int epoch,
      int skip,
      int threads,
      ComputeDevice device) {
    this.root = root;
    this.photos = photos;
    this.side = side;
    this.augmentation = augmentation;
    this.seed = Batches.mix(seed, epoch);
    this.device = device;
    int[] order = Batches.shuffled(IntStream.range(0, photos.size()).toArray(), this.seed);
    int size = Math.min(batch, photos.size());
    for (int i = skip; i < count(photos.size(), batch); i++) {
      plan.add(Arrays.copyOfRange(order, i * size, (i + 1) * size));
    }
    this.workers = new Workers<>("sadi-batches", threads);
    while (workers.underWay() < threads + 2 && submit()) {}
  }

  /** How many batches an epoch has: photos that do not fill the last one wait for another's. */
  public static int count(int photos, int batch) {
    return photos / Math.min(batch, photos);
  }

  /** The next batch, or null after the last. */
  public @Nullable SceneBatch next() {
    if (workers.underWay() == 0) {
      return null;
    }
    SceneBatch batch = workers.take();
    submit();
    return batch;
  }

  /** The batch that {@link #next} is going to give; null after the last. */
  public @Nullable SceneBatch peek() {
    try {
      return workers.underWay() == 0 ? null : workers.peek();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a batch's buffers back for another one. */
  public void release(SceneBatch batch) {
    free.add(batch);
  }

  private boolean submit() {
    int[] indices = plan.poll();
    if (indices == null) {
      return false;
    }
    workers.submit(() -> make(indices));
    return true;
  }

  private SceneBatch make(int[] indices) throws IOException {
    SceneBatch unused = free.poll();
    SceneBatch batch = unused == null ? new SceneBatch(indices.length, side, device) : unused;
    batch.begin();
    SceneTargets targets = new SceneTargets(side / SceneTargets.STRIDE);
    for (int b = 0; b < indices.length; b++) {
      Scene scene = augmentation.draw(photos, indices[b], side, Batches.mix(seed, indices[b]));
      batch.indices()[b] = indices[b];
      try (Image drawn = scene.draw(side, photos, root)) {
        drawn.copyTo(batch.rgb());
      }
      targets.draw(scene, b, photos, augmentation.background(), batch);
    }
    return batch;
  }

  @Override
  public void close() {
    workers.close();
  }
}
