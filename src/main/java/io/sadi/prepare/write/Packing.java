package io.sadi.prepare.write;

import com.google.gson.JsonObject;
import io.sadi.data.Person;
import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
  private static final int DECIMALS = 9;

  private final int size;
  private final Path folder;
  private final IdentityHashMap<Person, String> names = new IdentityHashMap<>();
  private final Map<Person, JsonObject> origins =
      Collections.synchronizedMap(new IdentityHashMap<>());

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
    Person moved = moved(person, name, toPacked, factor).withImageSize(width, height);
    JsonObject origin = new JsonObject();
    origin.addProperty("image", person.image());
    origin.addProperty("person", person.person());
    origin.addProperty("left", left);
    origin.addProperty("top", top);
    origin.add("factor", Json.number(factor, DECIMALS));
    origins.put(moved, origin);
    return moved;
  }

  private static int edge(double place, int size) {
    return (int) Math.max(0, Math.min(Math.floor(place), size - 1));
  }

  private static Person moved(Person person, String name, Affine map, double factor) {
    int joints = person.x().length;
    float[] x = new float[joints];
    float[] y = new float[joints];
    for (int k = 0; k < joints; k++) {
      if (person.annotated(k)) {
        x[k] = (float) map.x(person.x()[k], person.y()[k]);
        y[k] = (float) map.y(person.x()[k], person.y()[k]);
      }
    }
    return new Person(
        name,
        person.person(),
        0,
        0,
        x,
        y,
        person.visibility(),
        moved(person.box(), map, factor),
        map.x(person.centerX(), person.centerY()),
        map.y(person.centerX(), person.centerY()),
        person.scale() * factor,
        person.headSize() * factor,
        moved(person.headBox(), map, factor),
        person.source() == null ? null : person.source().inOtherImage(factor));
  }

  private static @Nullable Box moved(@Nullable Box box, Affine map, double factor) {
    return box == null
        ? null
        : new Box(
            map.x(box.x(), box.y()),
            map.y(box.x(), box.y()),
            box.width() * factor,
            box.height() * factor);
  }

  /** The name of the photo that a packed person was cut from. */
  public String photo(Person person) {
    JsonObject origin = origins.get(person);
    return origin == null ? person.image() : origin.get("image").getAsString();
  }

  /** The fields of a packed person's annotation that lead back to the photo. */
  public JsonObject extras(Person person) {
    JsonObject extras = new JsonObject();
    JsonObject origin = origins.get(person);
    if (origin != null) {
      extras.add("original", origin);
    }
    return extras;
  }
}
