package io.sadi.data;

import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A COCO keypoints file: its joints and its people, in file order. The extra fields of a dataset
 * folder ({@code person}, {@code center}, {@code scale}, {@code head_size}, {@code head_box}) are
 * used where they are; without them centre and scale come from {@code bbox}, or from the joints'
 * extent where that is missing or empty, padded by 1.25.
 *
 * @param skeleton joints, flip pairs and edges, as expected or as the category has them
 * @param images the names of all images, also of those without people
 * @param people everybody with at least one annotated joint
 * @param unusable the other annotations: crowds, people without any annotated joint, and those with
 *     a single one and no box
 */
public record CocoFile(
    Skeleton skeleton, List<String> images, List<Person> people, List<Unusable> unusable) {

  /** An annotation that is no person to learn from, and why. */
  public record Unusable(String image, String reason) {}

  /** A box is made this much larger to give the crop, where the file does not say. */
  public static final double BOX_PADDING = 1.25;

  /**
   * Reads and checks a file. A field that is missing, of the wrong type, not finite or out of
   * range, an id given twice or unknown, a file name that leaves the image root: each is a {@link
   * BadInputException} that names the field.
   *
   * @param expected the joints that the file must have, or null to take those of its category
   */
  public static CocoFile read(Path file, @Nullable Skeleton expected) throws IOException {
    return read(file, expected, null);
  }

  /**
   * Reads the annotations of one category.
   *
   * @param category its name; null for all, which then must have the same joints
   */
  public static CocoFile read(Path file, @Nullable Skeleton expected, @Nullable String category)
      throws IOException {
    CocoParser parsed = CocoParser.parse(file);
    if (category != null) {
      select(category, parsed, file);
    }
    Skeleton skeleton = skeleton(parsed, expected, file);
    List<Person> people = new ArrayList<>();
    List<Unusable> unusable = new ArrayList<>();
    Map<Long, Integer> peopleInImage = new HashMap<>();
    Set<List<?>> seen = new HashSet<>();
    for (CocoParser.Annotation annotation : parsed.annotations) {
      CocoParser.Image image = parsed.images.get(annotation.imageId());
      if (image == null) {
        throw BadInputException.at(
            annotation.where(file) + ".image_id",
            Long.toString(annotation.imageId()),
            "the id of one of the images",
            "");
      }
      if (annotation.crowd()) {
        unusable.add(new Unusable(image.name(), "a crowd, not a person"));
      } else if (!annotated(annotation, skeleton.size(), file)) {
        unusable.add(new Unusable(image.name(), "no joint annotated"));
      } else {
        int inOrder = peopleInImage.merge(annotation.imageId(), 1, Integer::sum) - 1;
        int index = annotation.person() >= 0 ? annotation.person() : inOrder;
        if (!seen.add(List.of(annotation.imageId(), index))) {
          throw BadInputException.at(
              annotation.where(file) + ".person",
              index + " for the second time in " + image.name(),
              "the person's own number in the image",
              "");
        }
        Person person = person(annotation, image, index);
        if (person.scale() > 0) {
          people.add(person);
        } else {
          unusable.add(new Unusable(image.name(), "no box, and one joint"));
        }
      }
    }
    List<String> names = parsed.images.values().stream().map(CocoParser.Image::name).toList();
    return new CocoFile(skeleton, names, List.copyOf(people), List.copyOf(unusable));
  }

  /** The names of a file's images by their ids. */
  static Map<Long, String> imageIds(Path file) throws IOException {
    Map<Long, String> ids = new HashMap<>();
    CocoParser.parse(file).images.forEach((id, image) -> ids.put(id, image.name()));
    return ids;
  }

  private static void select(String category, CocoParser parsed, Path file) {
    List<Long> ids = new ArrayList<>();
    parsed.categoryNames.forEach(
        (id, name) -> {
          if (name.equals(category)) {
            ids.add(id);
          }
        });
    if (ids.isEmpty()) {
      throw BadInputException.at(
          file + ": categories",
          parsed.categoryNames.values().toString(),
          "'" + category + "'",
          "--category names one of them");
    }
    parsed.categories.removeIf(other -> !ids.contains(other.id()));
    parsed.annotations.removeIf(annotation -> !ids.contains(annotation.categoryId()));
  }

  private static Skeleton skeleton(CocoParser parsed, @Nullable Skeleton expected, Path file) {
    String where = file + ": categories[].keypoints";
    if (expected == null) {
      if (parsed.categories.isEmpty()) {
        throw BadInputException.at(
            file + ": categories", "none with keypoints", "one that names the joints", "");
      }
      CocoParser.Category category = parsed.categories.get(0);
      for (CocoParser.Category other : parsed.categories) {
        if (!other.keypoints().equals(category.keypoints())) {
          throw BadInputException.at(
              where,
              "categories with different joints",
              "one of " + parsed.categoryNames.values(),
              "name it with --category");
        }
      }
      return Skeleton.named(category.keypoints(), category.edges(), where);
    }
    for (CocoParser.Category category : parsed.categories) {
      if (!category.keypoints().equals(expected.joints())) {
        throw BadInputException.at(
            where,
            category.keypoints().toString(),
            expected.joints().toString(),
            "the joints must be those of dataset.yaml");
      }
    }
    return expected;
  }

  private static boolean annotated(CocoParser.Annotation annotation, int joints, Path file) {
    double[] keypoints = annotation.keypoints();
    if (keypoints == null) {
      return false;
    }
    if (keypoints.length != 3 * joints) {
      throw BadInputException.at(
          annotation.where(file) + ".keypoints",
          keypoints.length + " numbers",
          3 * joints + " (x, y, v of " + joints + " joints)",
          "");
    }
    boolean any = false;
    for (int i = 2; i < keypoints.length; i += 3) {
      double v = keypoints[i];
      if (v != 0 && v != 1 && v != 2) {
        throw BadInputException.at(
            annotation.where(file) + ".keypoints[" + i + "]",
            Double.toString(v),
            "a visibility of 0, 1 or 2",
            "");
      }
      any |= v > 0;
    }
    return any;
  }

  /** With a scale of 0 where there is nothing to take it from. */
  private static Person person(
      CocoParser.Annotation annotation, CocoParser.Image image, int index) {
    double[] keypoints = annotation.keypoints() == null ? new double[0] : annotation.keypoints();
    int joints = keypoints.length / 3;
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    for (int k = 0; k < joints; k++) {
      x[k] = (float) keypoints[3 * k];
      y[k] = (float) keypoints[3 * k + 1];
      visibility[k] = (byte) keypoints[3 * k + 2];
    }
    Box box = annotation.box();
    double[] center = annotation.center();
    Person person =
        new Person(
            image.name(),
            index,
            image.width(),
            image.height(),
            x,
            y,
            visibility,
            box,
            center == null ? 0 : center[0],
            center == null ? 0 : center[1],
            center == null ? 0 : annotation.scale(),
            annotation.headSize(),
            annotation.headBox());
    return center == null ? person.inBox(box) : person;
  }
}
