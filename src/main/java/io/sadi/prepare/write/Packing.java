package io.sadi.prepare.write;

import io.sadi.data.CocoSource;
import io.sadi.data.CropOrigin;
import io.sadi.data.Person;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores a crop of every person, so that training does not decode large photos again and again.
 * Each crop is an image of its own, with {@link #MARGIN} times the crop's side around the person,
 * so that it can be turned by any angle and enlarged by 1.5; it is made smaller, never larger,
 * until the crop's side has the size asked for. Joints, boxes and head size go with it; where the
 * photo's pixels are is kept in each annotation's field {@code original}.
 */
public final class Packing {
  /** 1.5, the largest factor of the default augmentation, x the square root of 2 for any angle. */
  static final double MARGIN = 2.125;

  public static final String IMAGES = "images";
  private static final int JPEG_QUALITY = 95;
  private static final int MIN_SIZE = 32;
  private static final int MAX_SIZE = 4096;

  private final int size;
  private final Path folder;
  private final IdentityHashMap<Person, String> names = new IdentityHashMap<>();

  /** By the names of the images that are made of them. */
  private final Map<String, String> photos = new HashMap<>();

  /**
   * To pack people.
   *
   * @param size of the crop's side in the packed images, in pixels
   * @param folder of the dataset, which gets the folder {@code images}
   */
  public Packing(int size, Path folder) {
    checkSize(size);
    this.size = size;
    this.folder = folder.resolve(IMAGES);
  }

  public static void checkSize(int size) {
    if (size < MIN_SIZE || size > MAX_SIZE) {
      throw BadInputException.at("--pack", size + "", MIN_SIZE + ".." + MAX_SIZE + " pixels", "");
    }
  }

  /** Gives everybody's image a name: the photo's, with the person's number. */
  public void name(Map<String, List<Person>> byImage) throws IOException {
    Set<String> taken = new HashSet<>();
    Set<Path> folders = new HashSet<>();
    for (Map.Entry<String, List<Person>> image : byImage.entrySet()) {
      String photo = image.getKey();
      int dot = photo.lastIndexOf('.');
      String stem = dot > photo.lastIndexOf('/') + 1 ? photo.substring(0, dot) : photo;
      for (Person person : image.getValue()) {
        String name = stem + "_" + person.person() + ".jpg";
        if (!taken.add(name)) { // a.jpg beside a.png
          name = photo + "_" + person.person() + ".jpg";
          taken.add(name);
        }
        names.put(person, name);
        photos.put(name, photo);
        Path parent = folder.resolve(name).getParent();
        if (parent != null && folders.add(parent)) {
          Files.createDirectories(parent);
        }
      }
    }
  }

  /**
   * Writes a person's image and returns the person in it.
   *
   * @param key the person as {@link #name} was told
   */
  public Person pack(Person key, Person person, Image photo) {
    double side = person.scale() * Person.SCALE_UNIT;
    double factor = Math.min(1, size / side);
    int left = edge(person.centerX() - MARGIN * side / 2, photo.width());
    int top = edge(person.centerY() - MARGIN * side / 2, photo.height());
    int right = edge(person.centerX() + MARGIN * side / 2 + 1, photo.width());
    int bottom = edge(person.centerY() + MARGIN * side / 2 + 1, photo.height());
    int width = (int) Math.max(1, Math.rint((right - left + 1) * factor));
    int height = (int) Math.max(1, Math.rint((bottom - top + 1) * factor));
    Affine toPacked = Affine.resize(factor, factor).after(new Affine(1, 0, -left, 0, 1, -top));
    String name = names.getOrDefault(key, "");
    try (Image packed = photo.warp(toPacked.inverse(), width, height)) {
      // Not atomic: the folder is.
      Files.write(folder.resolve(name), packed.jpeg(JPEG_QUALITY));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Person there = person.under(toPacked);
    CocoSource source = there.source();
    return there
        .inImage(name)
        .withImageSize(width, height)
        .withSource(source == null ? null : source.inOtherImage())
        .withOrigin(
            person.origin() == null
                ? new CropOrigin(person.image(), person.person(), left, top, factor)
                : person.origin().cut(left, top, factor));
  }

  private static int edge(double place, int size) {
    return (int) Math.max(0, Math.min(Math.floor(place), size - 1));
  }

  /** The name of the photo that a packed person was cut from. */
  public String photo(Person person) {
    return photos.getOrDefault(person.image(), person.image());
  }
}
