package io.sadi.data;

import io.sadi.geom.Box;
import io.sadi.image.ImageSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A photo and the people in it, as a detector learns them.
 *
 * @param image the file's name relative to the dataset's image root
 * @param width in pixels
 * @param height in pixels
 * @param people a box around each, in image pixels; none where the photo shows nobody
 * @param unknown places that nothing is learned from, such as crowds
 */
public record LabelledPhoto(
    String image, int width, int height, List<Box> people, List<Box> unknown) {
  public LabelledPhoto {
    people = List.copyOf(people);
    unknown = List.copyOf(unknown);
  }

  /**
   * The photos of a split in the file's order, also those without people.
   *
   * @param root the folder of the images, whose sizes are read there where the file does not say
   *     them
   */
  public static List<LabelledPhoto> of(CocoFile split, Path root) throws IOException {
    Map<String, List<Box>> people = new HashMap<>();
    Map<String, List<Box>> unknown = new HashMap<>();
    for (Person person : split.everybody()) {
      Box box = box(person);
      if (box != null) {
        (person.crowd() ? unknown : people)
            .computeIfAbsent(person.image(), name -> new ArrayList<>())
            .add(box);
      }
    }
    Map<String, LabelledPhoto> photos = new LinkedHashMap<>();
    for (CocoImage image : split.images()) {
      String name = image.name();
      boolean known = image.width() > 0 && image.height() > 0;
      ImageSize size =
          known ? new ImageSize(image.width(), image.height()) : ImageSize.read(root.resolve(name));
      photos.put(
          name,
          new LabelledPhoto(
              name,
              size.width(),
              size.height(),
              people.getOrDefault(name, List.of()),
              unknown.getOrDefault(name, List.of())));
    }
    return List.copyOf(photos.values());
  }

  /** A person's own box, else the joints' extent; null where neither has a size. */
  private static @Nullable Box box(Person person) {
    Box own = person.box();
    Box box = own == null || Person.isEmpty(own) ? person.extent() : own;
    return box.width() > 0 && box.height() > 0 ? box : null;
  }
}
