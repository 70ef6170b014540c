package io.sadi.prepare.read;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.MatArray;
import io.sadi.io.MatFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The two datasets of Leeds Sports Poses, each one {@code joints.mat} with a matrix {@code joints}.
 * They differ in the order of its axes and in what the flag means:
 *
 * <ul>
 *   <li>LSP (2,000 people): 3 x 14 x N, rows x, y, flag; flag 1 = <em>occluded</em>. Joints are
 *       annotated all the same.
 *   <li>LSPET (10,000 people): 14 x 3 x N; flag 1 = <em>annotated</em>; without it the coordinates
 *       mean nothing.
 * </ul>
 *
 * Where the order is another, such as N x 14 x 3 as Python's programs have it, the axes are known
 * by their lengths, and the flag means what the dataset's does. But who asks for one dataset and
 * names the other's file in its own order is told so.
 *
 * <p>Coordinates are 1-based; here 1 is subtracted. One image a person, numbered from 1.
 */
public enum LeedsPoses {
  LSP("lsp", "im%04d.jpg", Annotations.BoxSource.WHOLE_IMAGE) {
    @Override
    List<Split.Range> official(int people) {
      return people <= 1000
          ? List.of(new Split.Range("train", 1, people))
          : List.of(new Split.Range("train", 1, 1000), new Split.Range("test", 1001, people));
    }

    @Override
    List<Split> fallback() {
      return List.of(new Split.Official());
    }
  },

  LSPET("lspet", "im%05d.jpg", Annotations.BoxSource.JOINTS) {
    @Override
    List<Split.Range> official(int people) {
      return List.of(new Split.Range("train", 1, people));
    }

    @Override
    List<Split> fallback() {
      return List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));
    }
  };

  /** Whose left and right the joints' names mean. */
  public enum JointSides {
    /** The person's own, as the official files have it. */
    PERSON,
    /**
     * Those of somebody who looks at the picture: arms and legs, each by themselves, change their
     * sides where the person's right shoulder or hip lies to the right in the picture. The
     * published observer-centric file of LSP differs from the official one in 756 images, this rule
     * in 765.
     */
    OBSERVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int JOINTS = 14;
  private static final int COLUMNS = 3;

  /** The places of the axes of x, y and flag, of joints, and of people. */
  private record Axes(int column, int joint, int person) {
    boolean fit(int[] size) {
      return size[column] == COLUMNS && size[joint] == JOINTS;
    }
  }

  /** Orders that programs have, people first; after each dataset's own. */
  private static final List<Axes> OTHERS =
      List.of(new Axes(2, 1, 0), new Axes(1, 2, 0), new Axes(0, 2, 1), new Axes(2, 0, 1));

  private static final int[][] LEGS = {{2, 3}, {1, 4}, {0, 5}};
  private static final int[][] ARMS = {{8, 9}, {7, 10}, {6, 11}};

  /** One place for the image's number, such as {@code im%04d.jpg}. */
  private static final Pattern IMAGE_NAMES = Pattern.compile("[^%]*%(0?[1-9])?d[^%]*");

  private static final int MAX_PEOPLE = 1_000_000;

  private final String dataset;
  private final String imageNames;
  private final Annotations.BoxSource boxes;

  LeedsPoses(String dataset, String imageNames, Annotations.BoxSource boxes) {
    this.dataset = dataset;
    this.imageNames = imageNames;
    this.boxes = boxes;
  }

  /** LSP: 1-1000 to train, 1001-2000 to test. LSPET: all to train, it was made for nothing else. */
  abstract List<Split.Range> official(int people);

  /** How the images are called, with a place for their number. */
  public String imageNames() {
    return imageNames;
  }

  /** What happens without {@code --split}. */
  abstract List<Split> fallback();

  /** Reads {@code joints.mat} with the official names of images and sides as annotated. */
  public Annotations read(Path file, List<Split> splits, long seed) throws IOException {
    return read(file, imageNames, JointSides.PERSON, splits, seed);
  }

  /**
   * Reads {@code joints.mat}, of the original or of another size: it goes with its images.
   *
   * @param names how the images are called, with {@code %d} or the like for their number
   * @param splits empty for the official split of LSP, nine tenths train and one tenth val of LSPET
   * @param seed of fractions
   * @throws BadInputException where the file is missing, damaged, or of the other dataset
   */
  public Annotations read(Path file, String names, JointSides sides, List<Split> splits, long seed)
      throws IOException {
    if (!IMAGE_NAMES.matcher(names).matches() || !Person.isImageName(names)) {
      throw BadInputException.at(
          "--image-names", "'" + names + "'", "a name with one %d, such as " + imageNames, "");
    }
    MatArray joints = MatFile.read(file, "joints");
    Axes axes = axes(joints, file);
    int people = joints.dimensions()[axes.person];
    List<String> images =
        IntStream.range(0, people).mapToObj(i -> String.format(Locale.ROOT, names, i + 1)).toList();
    Split.Assignment assigned = Split.assign(splits, fallback(), official(people), images, seed);
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    List<LeftOut> leftOut = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      List<Person> split = bySplit.get(assigned.of(i));
      if (split == null) {
        continue;
      }
      Person person = person(new Poses(joints, axes, file), i, images.get(i), sides);
      if (person.scale() > 0) {
        split.add(person);
      } else {
        leftOut.add(new LeftOut(person.image(), 0, "fewer than two joints annotated", ""));
      }
    }
    return new Annotations(
        dataset,
        Skeleton.lsp14(),
        Metric.PCK_02,
        bySplit,
        leftOut,
        List.of(),
        false,
        boxes,
        List.of(Annotations.SourceFile.of(file)));
  }

  /** The dataset's own order of axes. */
  private Axes own() {
    return this == LSP ? new Axes(0, 1, 2) : new Axes(1, 0, 2);
  }

  private Axes axes(MatArray joints, Path file) {
    int[] size = joints.dimensions();
    boolean three = size.length == 3;
    LeedsPoses other = this == LSP ? LSPET : LSP;
    boolean isOther = three && !own().fit(size) && other.own().fit(size);
    Axes axes =
        Stream.concat(Stream.of(own()), OTHERS.stream())
            .filter(order -> three && !isOther && order.fit(size))
            .findFirst()
            .orElse(null);
    if (axes == null) {
      throw BadInputException.at(
          file + ": joints",
          Arrays.toString(size),
          this == LSP ? "[3, 14, people]" : "[14, 3, people]",
          isOther
              ? "this is a file of " + other.dataset + ": 'prepare " + other.dataset + "'"
              : "");
    }
    int people = size[axes.person];
    if (people < 1 || people > MAX_PEOPLE) {
      throw BadInputException.at(file + ": joints", people + " people", "1.." + MAX_PEOPLE, "");
    }
    return axes;
  }

  /** The numbers of all people, and where they are from. */
  private record Poses(MatArray joints, Axes axes, Path file) {
    double value(int k, int column, int person) {
      int[] size = joints.dimensions();
      int[] at = new int[3];
      at[axes.column] = column;
      at[axes.joint] = k;
      at[axes.person] = person;
      return joints.number(at[0] + size[0] * (at[1] + size[1] * at[2]));
    }

    float coordinate(int k, int axis, int person) {
      double value = value(k, axis, person) - 1; // 1-based in the file
      if (!(Math.abs(value) < 1e6)) {
        throw BadInputException.at(
            where(person, k), "a coordinate of " + (value + 1), "a place near the image", "");
      }
      return (float) value;
    }

    String where(int person, int k) {
      return file + ": person " + (person + 1) + ", " + Skeleton.lsp14().joints().get(k);
    }
  }

  private Person person(Poses poses, int i, String image, JointSides sides) {
    float[] x = new float[JOINTS];
    float[] y = new float[JOINTS];
    byte[] visibility = new byte[JOINTS];
    for (int k = 0; k < JOINTS; k++) {
      double flag = poses.value(k, 2, i);
      if (flag != 0 && flag != 1) {
        throw BadInputException.at(poses.where(i, k), "a flag of " + flag, "0 or 1", "");
      }
      if (this == LSP) {
        visibility[k] = flag == 1 ? Person.OCCLUDED : Person.VISIBLE;
      } else {
        visibility[k] = flag == 1 ? Person.VISIBLE : Person.NOT_ANNOTATED;
      }
      if (visibility[k] != Person.NOT_ANNOTATED) {
        x[k] = poses.coordinate(k, 0, i);
        y[k] = poses.coordinate(k, 1, i);
      }
    }
    if (sides == JointSides.OBSERVER) {
      change(ARMS, x, y, visibility);
      change(LEGS, x, y, visibility);
    }
    Person person = new Person(image, 0, 0, 0, x, y, visibility, null, 0, 0, 1, Double.NaN, null);
    if (boxes == Annotations.BoxSource.WHOLE_IMAGE) {
      return person; // the box comes with the image
    }
    return person.inBox(null);
  }

  /** Exchanges limbs whose first joints lie the wrong way round for an observer. */
  private static void change(int[][] limbs, float[] x, float[] y, byte[] visibility) {
    int right = limbs[0][0];
    int left = limbs[0][1];
    if (visibility[right] == Person.NOT_ANNOTATED
        || visibility[left] == Person.NOT_ANNOTATED
        || x[right] <= x[left]) {
      return;
    }
    for (int[] pair : limbs) {
      float formerX = x[pair[0]];
      float formerY = y[pair[0]];
      byte formerVisibility = visibility[pair[0]];
      x[pair[0]] = x[pair[1]];
      y[pair[0]] = y[pair[1]];
      visibility[pair[0]] = visibility[pair[1]];
      x[pair[1]] = formerX;
      y[pair[1]] = formerY;
      visibility[pair[1]] = formerVisibility;
    }
  }
}
