package io.sadi.prepare;

import io.sadi.data.CocoFile;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import us.hebi.matlab.mat.types.Matrix;

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
 * Coordinates are 1-based; here 1 is subtracted. One image a person, numbered from 1.
 */
public enum LeedsPoses {
  LSP("lsp", "im%04d.jpg", Annotations.Boxes.WHOLE_IMAGE) {
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

  LSPET("lspet", "im%05d.jpg", Annotations.Boxes.JOINTS) {
    @Override
    List<Split.Range> official(int people) {
      return List.of(new Split.Range("train", 1, people));
    }

    @Override
    List<Split> fallback() {
      return List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));
    }
  };

  private static final int JOINTS = 14;
  private static final int MAX_PEOPLE = 1_000_000;

  private final String dataset;
  private final String imageName;
  private final Annotations.Boxes boxes;

  LeedsPoses(String dataset, String imageName, Annotations.Boxes boxes) {
    this.dataset = dataset;
    this.imageName = imageName;
    this.boxes = boxes;
  }

  /** LSP: 1-1000 to train, 1001-2000 to test. LSPET: all to train, it was made for nothing else. */
  abstract List<Split.Range> official(int people);

  /** What happens without {@code --split}. */
  abstract List<Split> fallback();

  /**
   * Reads {@code joints.mat}.
   *
   * @param splits empty for the official split of LSP, nine tenths train and one tenth val of LSPET
   * @param seed of fractions
   * @throws BadInputException where the file is missing, damaged, or of the other dataset
   */
  public Annotations read(Path file, List<Split> splits, long seed) throws IOException {
    Matrix joints = MatFile.matrix(file, "joints");
    int people = people(joints, file);
    Split.Assignment assigned = Split.assign(splits, fallback(), official(people), people, seed);
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    List<LeftOut> leftOut = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      List<Person> split = bySplit.get(assigned.of(i));
      if (split == null) {
        continue;
      }
      Person person = person(joints, i, file);
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
        boxes,
        List.of(new Annotations.SourceFile(file.toString(), Checksum.sha256(file))));
  }

  private int people(Matrix joints, Path file) {
    int[] size = joints.getDimensions();
    int[] expected = this == LSP ? new int[] {3, JOINTS} : new int[] {JOINTS, 3};
    if (size.length != 3 || size[0] != expected[0] || size[1] != expected[1]) {
      LeedsPoses other = this == LSP ? LSPET : LSP;
      boolean isOther = size.length == 3 && size[0] == expected[1] && size[1] == expected[0];
      throw BadInputException.at(
          file + ": joints",
          Arrays.toString(size),
          "[" + expected[0] + ", " + expected[1] + ", people]",
          isOther
              ? "this is a file of " + other.dataset + ": 'prepare " + other.dataset + "'"
              : "");
    }
    if (size[2] < 1 || size[2] > MAX_PEOPLE) {
      throw BadInputException.at(file + ": joints", size[2] + " people", "1.." + MAX_PEOPLE, "");
    }
    return size[2];
  }

  private Person person(Matrix joints, int i, Path file) {
    float[] x = new float[JOINTS];
    float[] y = new float[JOINTS];
    byte[] visibility = new byte[JOINTS];
    for (int k = 0; k < JOINTS; k++) {
      double flag = value(joints, k, 2, i);
      if (flag != 0 && flag != 1) {
        throw BadInputException.at(where(file, k, i), "a flag of " + flag, "0 or 1", "");
      }
      if (this == LSP) {
        visibility[k] = flag == 1 ? Person.OCCLUDED : Person.VISIBLE;
      } else {
        visibility[k] = flag == 1 ? Person.VISIBLE : Person.NOT_ANNOTATED;
      }
      if (visibility[k] != Person.NOT_ANNOTATED) {
        x[k] = coordinate(joints, k, 0, i, file);
        y[k] = coordinate(joints, k, 1, i, file);
      }
    }
    String image = String.format(Locale.ROOT, imageName, i + 1);
    Person person = new Person(image, 0, 0, 0, x, y, visibility, null, 0, 0, 1, Double.NaN, null);
    if (boxes == Annotations.Boxes.WHOLE_IMAGE) {
      return person; // the box comes with the image
    }
    Box extent = person.extent();
    double side = Math.max(extent.width(), extent.height());
    return person.withCrop(
        extent,
        extent.centerX(),
        extent.centerY(),
        side * CocoFile.BOX_PADDING / Person.SCALE_UNIT);
  }

  private float coordinate(Matrix joints, int k, int axis, int i, Path file) {
    double value = value(joints, k, axis, i) - 1; // 1-based in the file
    if (!(Math.abs(value) < 1e6)) {
      throw BadInputException.at(
          where(file, k, i), "a coordinate of " + (value + 1), "a place near the image", "");
    }
    return (float) value;
  }

  private double value(Matrix joints, int k, int column, int i) {
    int[] at = this == LSP ? new int[] {column, k, i} : new int[] {k, column, i};
    return joints.getDouble(at);
  }

  private static String where(Path file, int k, int i) {
    return file + ": person " + (i + 1) + ", " + Skeleton.lsp14().joints().get(k);
  }
}
