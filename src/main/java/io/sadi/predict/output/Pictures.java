package io.sadi.predict.output;

import io.sadi.checkpoint.Decode;
import io.sadi.data.Skeleton;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Workers;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.InputImage;
import io.sadi.show.HeatmapPicture;
import io.sadi.show.OverlayPicture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Draws the pictures that were asked for while the network goes on. Photos are decoded a second
 * time for it: to keep them from the first would take 36 MB for each of a phone's in the queue.
 */
public final class Pictures implements AutoCloseable {
  private static final int QUALITY = 92;

  private final Map<String, Path> files = new HashMap<>();
  private final @Nullable OutputFolder overlays;
  private final @Nullable OutputFolder heatmaps;
  private final OverlayPicture overlay;
  private final HeatmapPicture heatmap;
  private final int threads;
  private final Progress progress;
  private final Workers<FoundImage> workers;

  /**
   * @param overlays where photos with people drawn over them go; null for none
   * @param heatmaps where pictures of heatmaps go; null for none
   * @param pixels where the network has the middle of its maps
   * @param fusionWeight w of {@link Decode#FUSED}
   * @param threads that draw
   * @param progress is told of pictures that cannot be drawn
   */
  public Pictures(
      List<InputImage> images,
      @Nullable OutputFolder overlays,
      @Nullable OutputFolder heatmaps,
      Skeleton skeleton,
      PixelConvention pixels,
      double fusionWeight,
      int threads,
      Progress progress) {
    this.overlays = overlays;
    this.heatmaps = heatmaps;
    this.overlay = new OverlayPicture(skeleton);
    this.heatmap = new HeatmapPicture(skeleton, pixels, fusionWeight);
    this.threads = threads;
    this.progress = progress;
    this.workers = new Workers<>("sadi-pictures", threads);
    images.forEach(image -> files.put(image.name(), image.file()));
  }

  /** Takes images whose pictures are all there, in the order they came. */
  @FunctionalInterface
  public interface Drawn {
    void accept(FoundImage image) throws IOException;
  }

  /** Draws an image's pictures; hands on those that are done when too many are under way. */
  public void draw(FoundImage image, Drawn drawn) throws IOException {
    if (overlays == null && heatmaps == null) {
      drawn.accept(image);
      return;
    }
    workers.submit(
        () -> {
          write(image);
          return image.withoutMaps();
        });
    if (workers.underWay() > 2 * threads) {
      drawn.accept(workers.next());
    }
  }

  /** Waits for the last picture. */
  public void finish(Drawn drawn) throws IOException {
    while (workers.underWay() > 0) {
      drawn.accept(workers.next());
    }
  }

  @Override
  public void close() {
    workers.close();
  }

  private void write(FoundImage found) throws IOException {
    Path file = files.get(found.name());
    if (file == null) {
      throw new IllegalArgumentException(found.name() + " is none of the images");
    }
    try (Image photo = Image.read(file)) {
      if (overlays != null) {
        try (Image picture = overlay.draw(photo, found.people())) {
          picture.writeJpeg(overlays.of(found.name()), QUALITY);
        }
      }
      if (heatmaps != null) {
        try (Image picture = heatmap.draw(photo, found.people())) {
          picture.writeJpeg(heatmaps.of(found.name()), QUALITY);
        }
      }
    } catch (BadInputException e) { // it could be read a moment ago
      progress.warn(e.getMessage() + "; its people were found, but not drawn");
    }
  }
}
