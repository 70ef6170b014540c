package io.sadi.train;

import io.sadi.data.Detected;
import io.sadi.data.LabelledPhoto;
import io.sadi.data.Letterbox;
import io.sadi.data.SceneBatch;
import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Canvas;
import io.sadi.image.ContactSheet;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.predict.engine.PersonDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Pictures of what a detector learns from and finds, for people to look at. */
final class DetectorPictures {
  private static final int MOST = 24;
  private static final int TILE = 256;
  private static final int LABELLED = 0x56B4E9;
  private static final int FOUND = 0xE69F00;

  /** Less sure ones are not drawn. */
  private static final double SURE = 0.3;

  private DetectorPictures() {}

  /**
   * {@code augmented.jpg}: a batch as the network sees it, with the boxes that it learns.
   *
   * @param rgb [B, H, W, 3], 0..255
   */
  static void learned(Path file, SceneBatch batch, byte[] rgb) throws IOException {
    int side = batch.side();
    int count = Math.min(MOST, batch.size());
    Affine larger = Affine.resize((double) TILE / side, (double) TILE / side);
    try (ContactSheet sheet = new ContactSheet(count, TILE, 0, "what the network learns: blue")) {
      for (int b = 0; b < count; b++) {
        int bytes = 3 * side * side;
        try (Image scene =
                Image.of(Arrays.copyOfRange(rgb, b * bytes, (b + 1) * bytes), side, side);
            Image shown = scene.warp(larger.inverse(), TILE, TILE)) {
          for (Box box : batch.learned(b)) {
            draw(shown.canvas(), box, (double) TILE / side, LABELLED);
          }
          sheet.add(shown);
        }
      }
      sheet.write(file);
    }
  }

  /**
   * {@code samples}: some photos with labelled and found boxes.
   *
   * @param title above it, in ASCII
   */
  static void found(
      Path file, PersonDetector detector, Path root, List<LabelledPhoto> photos, String title)
      throws IOException {
    String legend = title + "; labelled blue, found orange";
    try (ContactSheet sheet = new ContactSheet(photos.size(), TILE, 1, legend)) {
      for (LabelledPhoto photo : photos) {
        try (LazyImage image = LazyImage.read(root.resolve(photo.image()))) {
          Letterbox place = new Letterbox(image.width(), image.height(), TILE);
          Affine edges = place.edges();
          try (Image shown = image.warp(place.centres().inverse(), TILE, TILE)) {
            photo.people().forEach(box -> draw(shown.canvas(), box, edges, LABELLED));
            int sure = 0;
            for (Detected one : detector.detect(image)) {
              if (one.score() >= SURE) {
                draw(shown.canvas(), one.box(), edges, FOUND);
                sure++;
              }
            }
            sheet.add(
                shown,
                String.format(Locale.ROOT, "%d labelled, %d found", photo.people().size(), sure));
          }
        }
      }
      sheet.write(file);
    }
  }

  private static void draw(Canvas canvas, Box box, double scale, int colour) {
    draw(canvas, box, new Affine(scale, 0, 0, 0, scale, 0), colour);
  }

  /**
   * @param edges from the box's pixels to the picture's, edges at whole numbers
   */
  private static void draw(Canvas canvas, Box box, Affine edges, int colour) {
    double left = edges.x(box.x(), box.y()) - 0.5;
    double top = edges.y(box.x(), box.y()) - 0.5;
    double right = edges.x(box.x() + box.width(), box.y() + box.height()) - 0.5;
    double bottom = edges.y(box.x() + box.width(), box.y() + box.height()) - 0.5;
    canvas.line(left, top, right, top, 2, colour);
    canvas.line(right, top, right, bottom, 2, colour);
    canvas.line(right, bottom, left, bottom, 2, colour);
    canvas.line(left, bottom, left, top, 2, colour);
  }
}
