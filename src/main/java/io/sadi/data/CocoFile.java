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
 * used where they are; without them centre and scale come from {@code bbox}, padded by 1.25.
 *
 * @param skeleton joints, flip pairs and edges, as expected or as the category has them
 * @param images the names of all images, also of those without people
 * @param people everybody with at least one annotated joint
 * @param unusable the other annotations: crowds, and people without any annotated joint
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
    CocoParser parsed = CocoParser.parse(file);
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
        people.add(person(annotation, image, index, file));
      }
    }
    List<String> names = parsed.images.values().stream().map(CocoParser.Image::name).toList();
    return new CocoFile(skeleton, names, List.copyOf(people), List.copyOf(unusable));
  }

  private static Skeleton skeleton(CocoParser parsed, @Nullable Skeleton expected, Path file) {
    String where = file + ": categories[].keypoints";
    if (expected == null) {
      if (parsed.categories.size() != 1) {
        throw BadInputException.at(
            file + ": categories", parsed.categories.size() + " with keypoints", "exactly one", "");
      }
      CocoParser.Category category = parsed.categories.get(0);
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

  private static Person person(
      CocoParser.Annotation annotation, CocoParser.Image image, int index, Path file) {
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
    double[] center = annotation.center();
    double scale = annotation.scale();
    Box box = annotation.box();
    if (center == null) {
      double side = box == null ? 0 : Math.max(box.width(), box.height());
      if (box == null || side == 0) {
        throw BadInputException.at(
            annotation.where(file) + ".bbox",
            box == null ? "nothing" : "an empty box",
            "the person's box, or center and scale",
            "");
      }
      center = new double[] {box.centerX(), box.centerY()};
      scale = side * BOX_PADDING / Person.SCALE_UNIT;
    }
    return new Person(
        image.name(),
        index,
        image.width(),
        image.height(),
        x,
        y,
        visibility,
        box,
        center[0],
        center[1],
        scale,
        annotation.headSize(),
        annotation.headBox());
  }
}
