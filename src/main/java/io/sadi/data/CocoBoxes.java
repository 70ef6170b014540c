package io.sadi.data;

import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The people's boxes of a COCO file, whether or not it has joints. Crowds are left out, and where a
 * category is called {@code person}, so is everything else. The extra fields {@code person}, {@code
 * center} and {@code scale} of a dataset folder are used where they are, so that the crops are the
 * dataset's own.
 *
 * @param ids of all images, by name
 * @param people of all images, also of those without, by name in file order
 */
public record CocoBoxes(Map<String, CocoId> ids, Map<String, List<PersonBox>> people) {

  /** Reads and checks a file; {@link BadInputException} names the field that is wrong. */
  static CocoBoxes read(Path file) throws IOException {
    return read(file, null);
  }

  /**
   * Reads the boxes of one category.
   *
   * @param category its name or its number; null for people
   */
  public static CocoBoxes read(Path file, @Nullable String category) throws IOException {
    CocoParser parsed = CocoParser.parse(file, CocoParser.Strictness.ANY_NAMES);
    Map<String, CocoId> ids = new LinkedHashMap<>();
    Map<String, List<PersonBox>> people = new LinkedHashMap<>();
    parsed.images.forEach(
        (id, image) -> {
          ids.put(image.name(), id);
          people.put(image.name(), new ArrayList<>());
        });
    boolean named = category != null || parsed.categoryNames.containsValue("person");
    String wanted = category == null ? "person" : category;
    for (CocoParser.Annotation annotation : parsed.annotations) {
      CocoImage image = parsed.images.get(annotation.imageId());
      if (image == null) {
        throw BadInputException.at(
            annotation.where(file) + ".image_id",
            annotation.imageId().toString(),
            "the id of one of the images",
            "");
      }
      CocoId own = annotation.categoryId();
      boolean other =
          named
              && (own == null
                  || (!wanted.equals(parsed.categoryNames.get(own))
                      && !wanted.equals(own.text() == null ? "" + own.number() : own.text())));
      if (!annotation.crowd() && !other) {
        List<PersonBox> inImage = people.getOrDefault(image.name(), List.of());
        PersonBox person = person(annotation, inImage, image.name(), file);
        PersonBox scored = person.ofScore(annotation.boxScore());
        inImage.add(own == null ? scored : scored.ofCategory(own));
      }
    }
    return new CocoBoxes(ids, people);
  }

  private static PersonBox person(
      CocoParser.Annotation annotation, List<PersonBox> before, String image, Path file) {
    int number = annotation.person() >= 0 ? annotation.person() : before.size();
    if (before.stream().anyMatch(other -> other.person() == number)) {
      throw BadInputException.at(
          annotation.where(file) + ".person",
          number + " for the second time in " + image,
          "the person's own number in the image",
          "");
    }
    double[] center = annotation.center();
    Box box = annotation.box();
    if (center != null) {
      return PersonBox.of(number, box, center[0], center[1], annotation.scale());
    }
    if (box == null || Person.isEmpty(box)) {
      throw BadInputException.at(
          annotation.where(file) + ".bbox",
          box == null ? "nothing" : "an empty box",
          "the person's box, or center and scale",
          "");
    }
    return PersonBox.of(number, box);
  }
}
