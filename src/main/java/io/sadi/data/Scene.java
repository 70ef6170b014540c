package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A square put together of parts of photos, and who is in it: what a detector learns from.
 *
 * @param tiles which cover it
 * @param people a box around each, in the square's pixels, edges at whole numbers
 * @param unknown places of the square that nothing is learned from
 * @param look what becomes of the pixels
 */
record Scene(
    List<ScenePart> tiles, List<Box> people, List<Box> unknown, Appearance.AppearanceDraw look) {
  /**
   * A rectangle of the square that a part of a photo fills.
   *
   * @param photo its place in the list of photos
   * @param x left edge
   * @param y upper edge
   * @param width in the square's pixels
   * @param height in the square's pixels
   * @param toScene from the photo's pixels to the square's, edges at whole numbers
   */
  record ScenePart(int photo, int x, int y, int width, int height, Affine toScene) {
    /** As a box. */
    Box box() {
      return new Box(x, y, width, height);
    }

    /** The place of a photo's box in the square, cut off at the tile's edges; may have no size. */
    Box place(Box ofPhoto) {
      return whole(ofPhoto).within(box());
    }

    /** The place of a photo's box in the square, also beyond the tile. */
    Box whole(Box ofPhoto) {
      return ofPhoto.under(Letterbox.centres(toScene));
    }

    private Image draw(LazyImage of) {
      Affine toTile = new Affine(1, 0, -x, 0, 1, -y).after(toScene);
      return of.warp(Letterbox.centres(toTile).inverse(), width, height);
    }
  }

  Scene {
    tiles = List.copyOf(tiles);
    people = List.copyOf(people);
    unknown = List.copyOf(unknown);
  }

  /**
   * Draws it.
   *
   * @param size its side
   * @param photos that the tiles speak of
   * @param root the folder of their images
   */
  Image draw(int size, List<LabelledPhoto> photos, Path root) throws IOException {
    Image scene = Image.filled(size, size, Image.OUTSIDE);
    try {
      for (ScenePart tile : tiles) {
        try (LazyImage photo = LazyImage.read(root.resolve(photos.get(tile.photo()).image()));
            Image part = tile.draw(photo)) {
          scene.canvas().picture(part, tile.x(), tile.y());
        }
      }
      look.apply(scene);
      return scene;
    } catch (IOException | RuntimeException e) {
      scene.close();
      throw e;
    }
  }
}
