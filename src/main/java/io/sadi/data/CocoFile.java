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
 * extent where that is missing or empty, padded by 1.25. People are numbered in their image as the
 * file has them, whether or not they have joints; crowds are not counted.
 *
 * @param skeleton joints, flip pairs and edges, as expected or as the category has them
 * @param images all of them, also those without people
 * @param everybody all who have a place in the image: those with joints, and {@link Person#ignored}
 *     ones, which are crowds and people without any annotated joint
 * @param unusable who is not learned from: those that are ignored, and those without a place
 * @param warnings what a person should know of the file
 */
public record CocoFile(
    Skeleton skeleton,
    List<CocoImage> images,
    List<Person> everybody,
    List<Unusable> unusable,
    List<String> warnings) {

  /**
   * An annotation that is no person to learn from, and why.
   *
   * @param kept whether it is kept and ignored
   */
  public record Unusable(String image, String reason, boolean kept) {}

  /** A box is made this much larger to give the crop, where the file does not say. */
  public static final double BOX_PADDING = 1.25;

  /** Everybody with at least one annotated joint, crowds apart. */
  public List<Person> people() {
    return everybody.stream().filter(person -> !person.ignored()).toList();
  }

  /** The images with nobody in them. */
  public List<CocoImage> empty() {
    Set<String> peopled = new HashSet<>();
    everybody.forEach(person -> peopled.add(person.image()));
    return images.stream().filter(image -> !peopled.contains(image.name())).toList();
  }

  /**
   * Reads and checks a file. A field that is missing, of the wrong type, not finite or out of
   * range, an id of an image given twice or unknown, a file name that leaves the image root: each
   * is a {@link BadInputException} that names the field. Annotations without an id, or with one
   * that another has, get a new one.
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
    List<String> warnings = new ArrayList<>();
    List<CocoId> ids = ids(parsed, file, warnings);
    Skeleton skeleton = null;
    if (category == null) {
      skeleton = skeleton(parsed, expected, file);
    } else {
      Set<CocoId> selected = select(category, parsed, file);
      skeleton = skeleton(parsed, expected, file);
      for (int i = parsed.annotations.size() - 1; i >= 0; i--) {
        CocoId id = parsed.annotations.get(i).categoryId();
        if (id == null || !selected.contains(id)) {
          parsed.annotations.remove(i);
          ids.remove(i);
        }
      }
    }
    List<Person> everybody = new ArrayList<>();
    List<Unusable> unusable = new ArrayList<>();
    Map<String, Integer> peopleInImage = new HashMap<>();
    Set<List<?>> seen = new HashSet<>();
    for (int i = 0; i < ids.size(); i++) {
      CocoParser.Annotation annotation = parsed.annotations.get(i);
      CocoImage image = parsed.images.get(annotation.imageId());
      if (image == null) {
        throw BadInputException.at(
            annotation.where(file) + ".image_id",
            annotation.imageId().toString(),
            "the id of one of the images",
            "");
      }
      int index = -1;
      if (!annotation.crowd()) {
        int inOrder = peopleInImage.merge(image.name(), 1, Integer::sum) - 1;
        index = annotation.person() >= 0 ? annotation.person() : inOrder;
        if (!seen.add(List.of(image.name(), index))) {
          throw BadInputException.at(
              annotation.where(file) + ".person",
              index + " for the second time in " + image.name(),
              "the person's own number in the image",
              "");
        }
      }
      boolean annotated = !annotation.crowd() && annotated(annotation, skeleton.size(), file);
      CocoSource source =
          new CocoSource(
              annotation.imageId(),
              ids.get(i),
              category(annotation, parsed),
              annotation.area(),
              annotation.crowd());
      Person person = person(annotation, image, index, skeleton.size(), source);
      boolean placed = person.scale() > 0;
      if (annotation.crowd()) {
        unusable.add(new Unusable(image.name(), "a crowd, not a person", placed));
      } else if (!annotated) {
        unusable.add(new Unusable(image.name(), "no joint annotated", placed));
      } else if (!placed) {
        unusable.add(new Unusable(image.name(), "no box, and one joint", false));
      }
      if (placed) {
        everybody.add(person);
      }
    }
    return new CocoFile(
        skeleton,
        List.copyOf(parsed.images.values()),
        List.copyOf(everybody),
        List.copyOf(unusable),
        List.copyOf(warnings));
  }

  /** The names of a file's images by their ids. */
  static Map<CocoId, String> imageIds(Path file) throws IOException {
    Map<CocoId, String> ids = new HashMap<>();
    CocoParser.parse(file).images.forEach((id, image) -> ids.put(id, image.name()));
    return ids;
  }

  /** The annotations' ids; who has none, or that of another before, gets a new one. */
  private static List<CocoId> ids(CocoParser parsed, Path file, List<String> warnings) {
    CocoIds used = new CocoIds();
    List<@Nullable CocoId> own = new ArrayList<>();
    int missing = 0;
    for (CocoParser.Annotation annotation : parsed.annotations) {
      CocoId id = annotation.id();
      missing += id == null ? 1 : 0;
      own.add(id != null && used.add(id) ? id : null);
    }
    List<CocoId> ids = new ArrayList<>();
    int given = 0;
    for (CocoId id : own) {
      given += id == null ? 1 : 0;
      ids.add(id == null ? used.next() : id);
    }
    if (missing > 0) {
      warnings.add(file + ": " + missing + " annotations have no id; each got a new one");
    }
    if (given > missing) {
      warnings.add(
          file
              + ": "
              + (given - missing)
              + " annotations have the id of another; each got a new one");
    }
    return ids;
  }

  private static CocoCategory category(CocoParser.Annotation annotation, CocoParser parsed) {
    CocoId id = annotation.categoryId();
    if (id == null) {
      CocoId only = parsed.categories.size() == 1 ? parsed.categories.get(0).id() : null;
      id = only == null ? CocoCategory.PERSON.id() : only;
    }
    return new CocoCategory(id, parsed.categoryNames.getOrDefault(id, CocoCategory.PERSON.name()));
  }

  /** The ids of the categories of this name. */
  private static Set<CocoId> select(String category, CocoParser parsed, Path file) {
    Set<CocoId> ids = new HashSet<>();
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
    parsed.categories.removeIf(other -> other.id() == null || !ids.contains(other.id()));
    return ids;
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
    if (keypoints == null || keypoints.length == 0) {
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
      CocoParser.Annotation annotation, CocoImage image, int index, int joints, CocoSource source) {
    double[] keypoints = annotation.keypoints();
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    for (int k = 0; k < joints && keypoints != null && keypoints.length == 3 * joints; k++) {
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
            annotation.headBox(),
            source);
    return center == null ? person.inBox(box) : person;
  }
}
