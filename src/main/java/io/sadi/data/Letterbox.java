package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.geom.Box;

/**
 * A whole photo in the middle of a square, as large as it goes there.
 *
 * @param width of the photo
 * @param height of the photo
 * @param size side of the square
 */
public record Letterbox(int width, int height, int size) {
  /** From pixels' centres to their edges, which lie at whole numbers there. */
  private static final Affine TO_EDGES = new Affine(1, 0, 0.5, 0, 1, 0.5);

  /** From the photo's pixels to the square's, edges at whole numbers. */
  public Affine edges() {
    double scale = (double) size / Math.max(width, height);
    double left = Math.floor((size - Math.rint(scale * width)) / 2);
    double top = Math.floor((size - Math.rint(scale * height)) / 2);
    return new Affine(scale, 0, left, 0, scale, top);
  }

  /** The same, pixels' centres at whole numbers, as pictures are warped by. */
  public Affine centres() {
    return centres(edges());
  }

  /** A map between pixels' edges as one between their centres. */
  static Affine centres(Affine edges) {
    return TO_EDGES.inverse().after(edges).after(TO_EDGES);
  }

  /** A box in the square as one in the photo, cut off at its edges; may have no size. */
  public Box toPhoto(Box box) {
    return box.under(centres().inverse()).within(new Box(0, 0, width, height));
  }
}
