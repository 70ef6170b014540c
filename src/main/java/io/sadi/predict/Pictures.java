package io.sadi.predict;

import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Draws the pictures that were asked for while the network goes on. Photos are decoded a second
 * time for it: to keep them from the first would take 36 MB for each of a phone's in the queue.
 */
final class Pictures implements AutoCloseable {
  private final Map<String, Path> files = new HashMap<>();
  private final @Nullable PictureFolder overlays;
  private final @Nullable PictureFolder heatmaps;
  private final OverlayPicture overlay;
  private final HeatmapPicture heatmap;
  private final int threads;
  private final ExecutorService workers;
  private final Deque<Future<?>> underWay = new ArrayDeque<>();

  /**
   * @param overlays where photos with people drawn over them go; null for none
   * @param heatmaps where pictures of heatmaps go; null for none
   * @param fusionWeight w of {@link Decode#FUSED}
   * @param threads that draw
   */
  Pictures(
      List<InputImage> images,
      @Nullable PictureFolder overlays,
      @Nullable PictureFolder heatmaps,
      Skeleton skeleton,
      double fusionWeight,
      int threads) {
    this.overlays = overlays;
    this.heatmaps = heatmaps;
    this.overlay = new OverlayPicture(skeleton);
    this.heatmap = new HeatmapPicture(skeleton, fusionWeight);
    this.threads = threads;
    this.workers =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "sadi-pictures");
              thread.setDaemon(true);
              return thread;
            });
    images.forEach(image -> files.put(image.name(), image.file()));
  }

  /** Draws an image's pictures some time before {@link #finish} returns. */
  void draw(FoundImage image) throws IOException {
    if (overlays == null && heatmaps == null) {
      return;
    }
    underWay.add(
        workers.submit(
            () -> {
              write(image);
              return null;
            }));
    if (underWay.size() > 2 * threads) {
      await();
    }
  }

  /** Waits for the last picture. */
  void finish() throws IOException {
    while (!underWay.isEmpty()) {
      await();
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }

  private void write(FoundImage found) throws IOException {
    Path file = files.get(found.name());
    if (file == null) {
      throw new IllegalArgumentException(found.name() + " is none of the images");
    }
    try (Image photo = Image.read(file)) {
      if (overlays != null) {
        try (Image picture = overlay.draw(photo, found.people())) {
          overlays.write(found.name(), picture);
        }
      }
      if (heatmaps != null) {
        try (Image picture = heatmap.draw(photo, found.people())) {
          heatmaps.write(found.name(), picture);
        }
      }
    }
  }

  private void await() throws IOException {
    try {
      underWay.remove().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a picture", e);
    }
  }
}
