package io.sadi.prepare.write;

import io.sadi.data.Crop;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.ContactSheet;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.prepare.read.Fault;
import io.sadi.show.SkeletonDrawing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Contact sheets: people as the network will see them, with their joints drawn in, occluded ones
 * hollow and dashed. {@code previews/people.jpg} has some of everybody, {@code previews/faults.jpg}
 * some of those with faults.
 */
public final class Previews {
  static final String FOLDER = "previews";

  private static final int TILE = 224;
  private static final int MAX_TILES = 400;
  private static final double LINE = 2;
  private static final String KEY = "left orange, right blue, hollow: occluded";

  private final SkeletonDrawing drawing;
  private final Path images;

  /** Somebody, and what to write below. */
  private record Tile(Person person, String first, String second) {}

  private Previews(Skeleton skeleton, Path images) {
    this.drawing = new SkeletonDrawing(skeleton);
    this.images = images;
  }

  public static void checkCount(int count) {
    if (count < 0 || count > MAX_TILES) {
      throw BadInputException.at("--previews", count + "", "0.." + MAX_TILES, "");
    }
  }

  /**
   * Draws the sheets.
   *
   * @param images the folder that image names are relative to now
   * @param photo the name of the photo that a person comes from, which faults go by
   * @param count at most so many people on each
   */
  public static void write(
      PreparedDataset dataset, Path images, Function<Person, String> photo, Path folder, int count)
      throws IOException {
    Previews previews = new Previews(dataset.skeleton(), images);
    List<Tile> everybody = new ArrayList<>();
    Map<String, Tile> byName = new HashMap<>();
    dataset
        .splits()
        .forEach(
            (split, people) -> {
              for (Person person : people) {
                Tile tile = new Tile(person, person.image() + numbered(person), split);
                everybody.add(tile);
                byName.put(photo.apply(person) + "\n" + person.person(), tile);
              }
            });
    previews.sheet(some(everybody, count), folder.resolve(FOLDER).resolve("people.jpg"));
    Map<Tile, String> wrong = new LinkedHashMap<>();
    for (Fault fault : dataset.faults()) {
      Tile tile = byName.get(fault.image() + "\n" + Math.max(0, fault.person()));
      if (tile != null) {
        wrong.merge(tile, fault.kind().label(), (a, b) -> a.contains(b) ? a : a + ", " + b);
      }
    }
    List<Tile> labelled = new ArrayList<>();
    wrong.forEach((tile, what) -> labelled.add(new Tile(tile.person, tile.first, what)));
    if (!labelled.isEmpty()) {
      previews.sheet(some(labelled, count), folder.resolve(FOLDER).resolve("faults.jpg"));
    }
  }

  private static String numbered(Person person) {
    return person.person() == 0 ? "" : " #" + person.person();
  }

  /** So many of them, drawn at random but always the same, in order. */
  private static List<Tile> some(List<Tile> tiles, int count) {
    List<Tile> rest = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    int wanted = count;
    for (int i = 0; i < tiles.size(); i++) {
      if (random.nextInt(tiles.size() - i) < wanted) {
        rest.add(tiles.get(i));
        wanted--;
      }
    }
    return rest;
  }

  private void sheet(List<Tile> tiles, Path file) throws IOException {
    try (ContactSheet sheet = new ContactSheet(tiles.size(), TILE, 2, KEY)) {
      for (Tile tile : tiles) {
        draw(tile, sheet);
      }
      sheet.write(file);
    }
  }

  private void draw(Tile tile, ContactSheet sheet) throws IOException {
    Person person = tile.person;
    Crop crop = Crop.of(person, TILE);
    try (Image photo = Image.read(images.resolve(person.image()));
        Image cut = photo.warp(crop.imageToCrop().inverse(), TILE, TILE)) {
      drawing.draw(cut.canvas(), SkeletonDrawing.annotated(person), crop.imageToCrop(), LINE);
      sheet.add(cut, tile.first, tile.second);
    }
  }
}
