package io.sadi.train;

import io.sadi.data.Batch;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Affine;
import io.sadi.image.ContactSheet;
import io.sadi.image.Image;
import io.sadi.show.SkeletonDrawing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * {@code augmented.jpg}: the first crops of a run as the network sees them, with the target joints
 * drawn in. It shows what the augmentation does to the images.
 */
final class FirstCrops {
  private static final int MAX_CROPS = 24;

  /** Smaller crops are enlarged to this. */
  private static final int MIN_TILE = 192;

  private static final String LEGEND = "what the network sees and learns; left orange, right blue";

  private FirstCrops() {}

  /**
   * Draws a batch.
   *
   * @param rgb its crops as the network sees them, [B, H, W, 3], 0..255
   * @param size of the crops, H and W
   * @param people that its indices mean
   */
  static void write(
      Path file, Batch batch, byte[] rgb, int size, List<Person> people, Skeleton skeleton)
      throws IOException {
    int count = Math.min(MAX_CROPS, batch.size());
    int factor = Math.max(1, (MIN_TILE + size - 1) / size);
    int tile = factor * size;
    SkeletonDrawing drawing = new SkeletonDrawing(skeleton);
    Affine larger = Affine.resize(factor, factor);
    try (ContactSheet sheet = new ContactSheet(count, tile, 1, LEGEND)) {
      for (int b = 0; b < count; b++) {
        int bytes = 3 * size * size;
        try (Image crop =
                Image.of(Arrays.copyOfRange(rgb, b * bytes, (b + 1) * bytes), size, size);
            Image shown = crop.warp(larger.inverse(), tile, tile)) {
          Person person = people.get(batch.indices()[b]);
          drawing.draw(shown.canvas(), joints(batch, b, person, size), larger, 2);
          sheet.add(shown, person.image());
        }
      }
      sheet.write(file);
    }
  }

  /** The target joints in crop pixels; NaN for joints that do not count. */
  private static Prediction joints(Batch batch, int b, Person person, int size) {
    int k = person.x().length;
    Prediction joints = Prediction.empty(person.image(), person.person(), k);
    for (int j = 0; j < k; j++) {
      boolean counts = batch.mask()[b * k + j] > 0;
      int at = 2 * (b * k + j);
      joints.x()[j] = counts ? (batch.joints()[at] + 0.5f) * size - 0.5f : Float.NaN;
      joints.y()[j] = counts ? (batch.joints()[at + 1] + 0.5f) * size - 0.5f : Float.NaN;
      joints.score()[j] = 1;
    }
    return joints;
  }
}
