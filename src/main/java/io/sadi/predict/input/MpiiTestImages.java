package io.sadi.predict.input;

import io.sadi.data.PersonBox;
import io.sadi.io.BadInputException;
import io.sadi.io.MatArray;
import io.sadi.io.MatFile;
import io.sadi.predict.engine.InputImage;
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
 * The images that MPII tests on, as its official file lists them: a submission has the same, in the
 * same order, with the same people.
 *
 * @param images also those without people
 */
public record MpiiTestImages(List<TestImage> images) {

  /**
   * One entry of the file's {@code annolist}.
   *
   * @param name the file's name
   * @param first number of the first person; not 0 where the image is listed before
   * @param people in the order of {@code annorect}
   */
  public record TestImage(String name, int first, List<TestPerson> people) {}

  /**
   * Somebody whose joints are held back.
   *
   * @param x {@code objpos}, 1-based; NaN where there is none
   * @param y {@code objpos}, 1-based; NaN where there is none
   * @param scale height / 200; NaN where there is none
   * @param scored whether MPII measures this person: one who stands apart from others
   */
  public record TestPerson(double x, double y, double scale, boolean scored) {}

  public MpiiTestImages {
    images = List.copyOf(images);
  }

  /** Reads {@code mpii_human_pose_v1_u12_1.mat}. */
  public static MpiiTestImages read(Path file) throws IOException {
    MatArray release = MatFile.read(file, "RELEASE");
    MatArray annolist = release.field(0, "annolist");
    MatArray train = release.field(0, "img_train");
    MatArray single = release.field(0, "single_person");
    if (train.size() != annolist.size() || single.size() != annolist.size()) {
      throw BadInputException.at(
          release.where(),
          train.size() + " img_train and " + single.size() + " single_person",
          annolist.size() + " each, one an image",
          "take the dataset's original file");
    }
    List<TestImage> images = new ArrayList<>();
    Map<String, Integer> before = new HashMap<>();
    for (int i = 0; i < annolist.size(); i++) {
      if (train.number(i) != 0) {
        continue;
      }
      String name = annolist.field(i, "image").field(0, "name").text();
      List<TestPerson> people = people(annolist.find(i, "annorect"), single.cell(i));
      int first = before.getOrDefault(name, 0);
      before.put(name, first + people.size());
      images.add(new TestImage(name, first, people));
    }
    if (images.isEmpty()) {
      throw BadInputException.at(
          release.where(), "no test images", "img_train of 0", "take the dataset's original file");
    }
    return new MpiiTestImages(images);
  }

  private static List<TestPerson> people(@Nullable MatArray rects, MatArray single) {
    List<TestPerson> people = new ArrayList<>();
    if (rects == null || rects.fields().isEmpty()) {
      return people;
    }
    Set<Integer> scored = new HashSet<>();
    for (int i = 0; i < single.size(); i++) {
      scored.add((int) single.number(i));
    }
    for (int j = 0; j < rects.size(); j++) {
      MatArray position = rects.find(j, "objpos");
      double x = position == null || position.isEmpty() ? Double.NaN : number(position, 0, "x");
      double y = position == null || position.isEmpty() ? Double.NaN : number(position, 0, "y");
      boolean placed = !Double.isNaN(x + y);
      people.add(new TestPerson(x, y, number(rects, j, "scale"), placed && scored.contains(j + 1)));
    }
    return people;
  }

  private static double number(MatArray structs, int i, String field) {
    MatArray value = structs.find(i, field);
    return value == null || value.isEmpty() ? Double.NaN : value.number(0);
  }

  /** How many people MPII measures. */
  public int scored() {
    return images.stream()
        .mapToInt(i -> (int) i.people().stream().filter(TestPerson::scored).count())
        .sum();
  }

  /**
   * How many of those that MPII measures will be looked for.
   *
   * @param inputs the images of the input
   * @param boxes who is looked for in them
   */
  public int scoredAmong(List<InputImage> inputs, Boxes boxes) {
    Map<String, List<PersonBox>> byName = new HashMap<>();
    inputs.forEach(input -> byName.put(fileName(input.name()), boxes.of(input.name())));
    int found = 0;
    for (TestImage image : images) {
      Set<Integer> numbers = new HashSet<>();
      byName.getOrDefault(image.name(), List.of()).forEach(box -> numbers.add(box.person()));
      for (int j = 0; j < image.people().size(); j++) {
        found += image.people().get(j).scored() && numbers.contains(image.first() + j) ? 1 : 0;
      }
    }
    return found;
  }

  /** An image's name without its folders: MPII's are all in one. */
  public static String fileName(String image) {
    return image.substring(image.lastIndexOf('/') + 1);
  }
}
