package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.MatArray;
import io.sadi.io.MatFile;
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
 * MPII's official annotations, {@code mpii_human_pose_v1_u12_1.mat}: the struct {@code RELEASE}.
 * What one file writes as a number another writes as text or leaves out; see the tests.
 *
 * @param images the names of all images, also of those without people
 * @param people everybody in them, number = place in the image's {@code annorect}
 */
record MpiiRelease(List<String> images, List<MpiiPerson> people) {
  private static final double FARTHEST = 1e6;

  /** Reads the file; whatever is wrong is a {@link BadInputException} that names the place. */
  static MpiiRelease read(Path file) throws IOException {
    return of(MatFile.read(file, "RELEASE"), true);
  }

  /**
   * Reads the joints of the test images, which were published later: a list like the release's, in
   * a struct like it or alone. Which images are for training does not matter there.
   */
  static MpiiRelease readTest(Path file) throws IOException {
    MatArray variable = MatFile.readAny(file, List.of("RELEASE", "annolist", "annolist_test"));
    return of(variable, false);
  }

  private static MpiiRelease of(MatArray release, boolean whole) {
    MatArray inside = whole ? release.field(0, "annolist") : release.find(0, "annolist");
    MatArray annolist = inside == null ? release : inside;
    MatArray train = whole ? release.field(0, "img_train") : null;
    MatArray single = release.find(0, "single_person");
    if (train != null && train.size() != annolist.size()) {
      throw BadInputException.at(
          train.where(), train.size() + " values", annolist.size() + ", one an image", "");
    }
    List<String> images = new ArrayList<>();
    List<MpiiPerson> people = new ArrayList<>();
    Map<String, Integer> before = new HashMap<>(); // an image may be listed again
    for (int i = 0; i < annolist.size(); i++) {
      String image = image(annolist.field(i, "image"));
      images.add(image);
      MatArray rects = annolist.find(i, "annorect");
      if (rects == null || rects.fields().isEmpty()) {
        continue; // nobody
      }
      Set<Integer> alone =
          single == null || i >= single.size() ? Set.of() : integers(single.cell(i));
      int first = before.getOrDefault(image, 0);
      before.put(image, first + rects.size());
      for (int j = 0; j < rects.size(); j++) {
        boolean apart = alone.contains(j + 1);
        boolean forTraining = train != null && train.number(i) != 0;
        people.add(person(rects, j, image, first + j, forTraining, apart));
      }
    }
    return new MpiiRelease(images, people);
  }

  private static String image(MatArray image) {
    MatArray name = image.field(0, "name");
    String text = name.text();
    if (!Person.isImageName(text)) {
      throw BadInputException.at(
          name.where(), "'" + text + "'", "a relative path that stays in the image root", "");
    }
    return text;
  }

  private static MpiiPerson person(
      MatArray rects, int j, String image, int number, boolean train, boolean single) {
    double[] x = new double[MpiiPerson.JOINTS];
    double[] y = new double[MpiiPerson.JOINTS];
    byte[] visibility = new byte[MpiiPerson.JOINTS];
    MatArray annotated = part(rects, j, "annopoints");
    MatArray points = annotated == null ? null : part(annotated, 0, "point");
    if (points != null) {
      for (int p = 0; p < points.size(); p++) {
        int k = joint(points.field(p, "id"));
        x[k] = coordinate(points.field(p, "x"));
        y[k] = coordinate(points.field(p, "y"));
        visibility[k] = visibility(points.find(p, "is_visible"));
      }
    }
    MatArray position = part(rects, j, "objpos");
    double positionX = position == null ? Double.NaN : number(position, 0, "x");
    double positionY = position == null ? Double.NaN : number(position, 0, "y");
    return MpiiPerson.of(
        image,
        number,
        x,
        y,
        visibility,
        positionX,
        positionY,
        number(rects, j, "scale"),
        headBox(rects, j),
        train,
        single);
  }

  private static @Nullable Box headBox(MatArray rects, int j) {
    double x1 = number(rects, j, "x1");
    double y1 = number(rects, j, "y1");
    double x2 = number(rects, j, "x2");
    double y2 = number(rects, j, "y2");
    double width = Math.abs(x2 - x1);
    double height = Math.abs(y2 - y1);
    return width > 0 && height > 0
        ? new Box(Math.min(x1, x2), Math.min(y1, y2), width, height)
        : null;
  }

  /** A struct in a field, or null where it is not there, or nothing is in it. */
  private static @Nullable MatArray part(MatArray structs, int i, String field) {
    MatArray value = structs.find(i, field);
    return value == null || value.isEmpty() ? null : value;
  }

  /** A number in a field, or NaN where it is not there. */
  private static double number(MatArray structs, int i, String field) {
    MatArray value = part(structs, i, field);
    return value == null ? Double.NaN : coordinate(value);
  }

  private static double coordinate(MatArray value) {
    double number = value.isEmpty() ? Double.NaN : value.number(0);
    if (!(Math.abs(number) < FARTHEST)) {
      throw BadInputException.at(
          value.where(), value.isEmpty() ? "nothing" : number + "", "a place in the image", "");
    }
    return number;
  }

  private static int joint(MatArray id) {
    double k = coordinate(id);
    if (k != Math.rint(k) || k < 0 || k >= MpiiPerson.JOINTS) {
      throw BadInputException.at(id.where(), k + "", "a joint's number 0..15", "");
    }
    return (int) k;
  }

  /** A number, a text, or nothing, which means visible: neck and head have it so. */
  private static byte visibility(@Nullable MatArray flag) {
    if (flag == null || flag.isEmpty()) {
      return Person.VISIBLE;
    }
    boolean visible =
        flag.kind() == MatArray.ArrayKind.TEXT ? !flag.text().equals("0") : flag.number(0) != 0;
    return visible ? Person.VISIBLE : Person.OCCLUDED;
  }

  private static Set<Integer> integers(MatArray numbers) {
    Set<Integer> integers = new HashSet<>();
    for (int i = 0; i < numbers.size(); i++) {
      integers.add((int) numbers.number(i));
    }
    return integers;
  }
}
