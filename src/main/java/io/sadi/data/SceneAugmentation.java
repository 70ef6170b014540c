package io.sadi.data;

import io.sadi.config.Config;
import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * How the squares that a detector learns from are put together of photos: each shows one photo, or
 * several side by side, enlarged, moved and mirrored at random.
 *
 * @param mosaic share of squares of several photos
 * @param mosaicPhotos at most so many of them
 * @param negative share of the photos of which a part without anybody is shown
 * @param scaleMin smallest size of a photo, 1 where the whole of it just goes into its place
 * @param scaleMax largest size
 * @param flip share of photos that are mirrored
 * @param background how much a cell counts that is in a photo and in nobody's box: below 1 where
 *     not everybody in the photos is labelled
 * @param appearance how the pixels are varied
 */
public record SceneAugmentation(
    double mosaic,
    int mosaicPhotos,
    double negative,
    double scaleMin,
    double scaleMax,
    double flip,
    double background,
    Appearance appearance) {

  /** Where a mosaic's rectangles are parted, as shares of their longer side. */
  private static final double PARTED_FROM = 0.35;

  private static final double PARTED_TO = 0.65;

  /** Who is seen by less than this share of the box is neither learned nor taken for nobody. */
  private static final double SEEN = 0.5;

  /** People whose box has a smaller side than this in pixels are not learned. */
  private static final double SMALLEST = 8;

  /** A part without anybody has at least this share of the photo's shorter side. */
  private static final double NARROWEST = 0.25;

  /** Reads the section {@code augment}, whose defaults are a detector's. */
  public static SceneAugmentation from(Config config) {
    return new SceneAugmentation(
        config.number("augment.mosaic", 0.6, 0, 1, "share of inputs made of several photos"),
        config.integer("augment.mosaic_photos", 5, 2, 16, "at most so many photos in one"),
        config.number(
            "augment.negative", 0.1, 0, 1, "share of photos shown by a part without anybody"),
        config.number(
            "augment.scale_min", 0.5, 0.05, 1, "smallest size of a photo; 1: it just fits in"),
        config.number("augment.scale_max", 2, 1, 10, "largest size of a photo"),
        config.number("augment.flip", 0.5, 0, 1, "share of photos that are mirrored"),
        config.number(
            "augment.background",
            1,
            0,
            1,
            "weight of places outside of everybody's box; less than 1 where not everybody is"
                + " labelled"),
        Appearance.from(config));
  }

  /**
   * Draws one square.
   *
   * @param photos to choose from
   * @param first the place of the photo that is surely in it
   * @param size side of the square in pixels
   * @param seed of this square
   */
  Scene draw(List<LabelledPhoto> photos, int first, int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SplittableRandom forLook = random.split();
    int count = random.nextDouble() < mosaic ? 2 + random.nextInt(mosaicPhotos - 1) : 1;
    List<Scene.ScenePart> tiles = new ArrayList<>();
    List<Box> people = new ArrayList<>();
    List<Box> unknown = new ArrayList<>();
    for (int[] place : places(size, count, random)) {
      int photo = tiles.isEmpty() ? first : random.nextInt(photos.size());
      Scene.ScenePart tile = tile(photos.get(photo), photo, place, random.split());
      tiles.add(tile);
      for (Box box : photos.get(photo).people()) {
        Box whole = tile.whole(box);
        Box seen = tile.place(box);
        boolean large = Math.min(seen.width(), seen.height()) >= SMALLEST;
        if (large && seen.area() >= SEEN * whole.area()) {
          people.add(seen);
        } else if (seen.area() > 0) {
          unknown.add(seen);
        }
      }
      photos.get(photo).unknown().stream()
          .map(tile::place)
          .filter(box -> box.area() > 0)
          .forEach(unknown::add);
    }
    return new Scene(tiles, people, unknown, appearance.draw(size, forLook));
  }

  /**
   * Parts a square: always the largest rectangle so far, across its longer side, at 0.35 to 0.65.
   *
   * @return x, y, width and height of each
   */
  public static List<int[]> places(int size, int count, SplittableRandom random) {
    List<int[]> places = new ArrayList<>(List.of(new int[] {0, 0, size, size}));
    while (places.size() < count) {
      places.sort(Comparator.comparingInt((int[] place) -> -place[2] * place[3])); // stable
      int[] p = places.remove(0);
      double share = PARTED_FROM + random.nextDouble() * (PARTED_TO - PARTED_FROM);
      if (p[2] >= p[3]) {
        int w = (int) Math.rint(share * p[2]);
        places.add(new int[] {p[0], p[1], w, p[3]});
        places.add(new int[] {p[0] + w, p[1], p[2] - w, p[3]});
      } else {
        int h = (int) Math.rint(share * p[3]);
        places.add(new int[] {p[0], p[1], p[2], h});
        places.add(new int[] {p[0], p[1] + h, p[2], p[3] - h});
      }
    }
    return places;
  }

  private Scene.ScenePart tile(LabelledPhoto photo, int at, int[] place, SplittableRandom random) {
    int x = place[0];
    int y = place[1];
    int width = place[2];
    int height = place[3];
    boolean mirrored = random.nextDouble() < flip;
    double size = scaleMin * Math.pow(scaleMax / scaleMin, random.nextDouble());
    boolean nobody = random.nextDouble() < negative;
    double towardsX = random.nextDouble();
    double towardsY = random.nextDouble();
    double who = random.nextDouble();
    Box shown = nobody ? emptyPart(photo) : null;
    double fits = Math.min((double) width / photo.width(), (double) height / photo.height());
    double scale;
    double left;
    double top;
    if (shown != null) {
      // The part covers the tile, so that nobody beside it is seen.
      double covers = Math.max(width / shown.width(), height / shown.height());
      scale = covers * Math.max(1, size);
      left = x - scale * shown.x() - towardsX * (scale * shown.width() - width);
      top = y - scale * shown.y() - towardsY * (scale * shown.height() - height);
    } else {
      scale = fits * size;
      Box person =
          photo.people().isEmpty()
              ? new Box(0, 0, photo.width(), photo.height())
              : photo.people().get((int) (who * photo.people().size()));
      left = x + start(width, scale * photo.width(), towardsX, scale * person.centerX());
      top = y + start(height, scale * photo.height(), towardsY, scale * person.centerY());
    }
    Affine toScene = new Affine(scale, 0, left, 0, scale, top);
    // Seen in a mirror in the tile's middle.
    Affine mirror = new Affine(-1, 0, 2.0 * x + width, 0, 1, 0);
    return new Scene.ScenePart(at, x, y, width, height, mirrored ? mirror.after(toScene) : toScene);
  }

  /**
   * Where a photo begins in its tile: anywhere, if it is the smaller one; else so that somebody's
   * middle lies somewhere in the tile, and the photo ends nowhere within it.
   *
   * @param tile its side
   * @param photo its side in the same pixels
   * @param towards 0 to 1
   * @param middle of somebody, from the photo's beginning
   */
  private static double start(double tile, double photo, double towards, double middle) {
    if (photo <= tile) {
      return towards * (tile - photo);
    }
    return Math.max(tile - photo, Math.min(0, towards * tile - middle));
  }

  /** The largest part of a photo beside everybody; null where all are narrow. */
  static @Nullable Box emptyPart(LabelledPhoto photo) {
    double left = photo.width();
    double top = photo.height();
    double right = 0;
    double bottom = 0;
    List<Box> all = new ArrayList<>(photo.people());
    all.addAll(photo.unknown());
    if (all.isEmpty()) {
      return new Box(0, 0, photo.width(), photo.height());
    }
    for (Box box : all) {
      left = Math.min(left, box.x());
      top = Math.min(top, box.y());
      right = Math.max(right, box.x() + box.width());
      bottom = Math.max(bottom, box.y() + box.height());
    }
    double least = NARROWEST * Math.min(photo.width(), photo.height());
    return List.of(
            new Box(0, 0, left, photo.height()),
            new Box(right, 0, photo.width() - right, photo.height()),
            new Box(0, 0, photo.width(), top),
            new Box(0, bottom, photo.width(), photo.height() - bottom))
        .stream()
        .filter(box -> Math.min(box.width(), box.height()) >= least)
        .max(Comparator.comparingDouble(Box::area))
        .orElse(null);
  }
}
