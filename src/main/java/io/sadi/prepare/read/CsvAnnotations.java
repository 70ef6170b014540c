package io.sadi.prepare.read;

import io.sadi.data.ImageColumn;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
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
 * A table with a person a row: {@code image} (or {@code filename} and the like), and {@code
 * NAME_x}, {@code NAME_y} of every joint; and where they are there {@code NAME_v} (0 not annotated,
 * 1 occluded, 2 visible), {@code NAME_score}, {@code person}, {@code box_x}, {@code box_y}, {@code
 * box_w}, {@code box_h} and {@code head_size}. Other columns are not looked at: {@code sadi
 * predict}'s tables can be read, whose {@code NAME_sigma_x} is no joint's place. A joint without
 * coordinates, or at (-1, -1), or at (0, 0) without a {@code v}, is not annotated.
 *
 * <p>A table that starts with DeepLabCut's header rows is read as that: {@link DeepLabCutTable}.
 */
public final class CsvAnnotations {
  private static final List<String> SCORES = List.of("_score", "_likelihood", "_confidence");
  private static final double FARTHEST = 1e6;

  private final Path file;
  private final CsvOptions options;
  private final Csv.Column image;
  private final Csv.@Nullable Column number;
  private final List<Csv.Column> box = new ArrayList<>();
  private final Csv.@Nullable Column headSize;
  private final List<AnnotatedColumns> joints = new ArrayList<>();
  private int nowhere;

  private record AnnotatedColumns(
      String name,
      Csv.Column x,
      Csv.Column y,
      Csv.@Nullable Column v,
      Csv.@Nullable Column score) {}

  /**
   * How a table is to be understood.
   *
   * @param oneBased whether the upper left pixel is (1, 1), as in MATLAB, and not (0, 0)
   * @param minScore a joint below this score counts as not annotated; NaN where scores do not
   *     matter
   */
  public record CsvOptions(boolean oneBased, double minScore) {
    /** 0-based, whatever the scores. */
    public static final CsvOptions PLAIN = new CsvOptions(false, Double.NaN);

    double origin() {
      return oneBased ? 1 : 0;
    }

    /** Whether a joint of this score, NaN where it has none, is too unsure to learn from. */
    boolean excludes(double score) {
      return score < minScore;
    }
  }

  private CsvAnnotations(Path file, Csv csv, CsvOptions options) {
    this.file = file;
    this.options = options;
    image = ImageColumn.of(csv);
    number = csv.find("person");
    headSize = csv.find("head_size");
    if (csv.find("box_x") != null) {
      for (String side : new String[] {"box_x", "box_y", "box_w", "box_h"}) {
        box.add(csv.column(side));
      }
    }
    Set<String> header = new HashSet<>(csv.header());
    for (String column : csv.header()) {
      String name = column.substring(0, Math.max(0, column.length() - 2));
      if (column.endsWith("_x") && !name.isEmpty() && !column.equals("box_x")) {
        boolean sigma =
            name.endsWith("_sigma") && header.contains(name.replaceFirst("_sigma$", "_x"));
        if (!sigma) {
          joints.add(joint(csv, name));
        }
      }
    }
    if (joints.isEmpty()) {
      throw BadInputException.at(
          file + ":1", "no joint", "columns NAME_x and NAME_y for every joint", "");
    }
    if (!Double.isNaN(options.minScore) && joints.stream().allMatch(j -> j.score == null)) {
      throw BadInputException.at(
          file + ":1", "no column NAME_score", "one for every joint", "--min-score needs them");
    }
  }

  private static AnnotatedColumns joint(Csv csv, String name) {
    Csv.Column score = null;
    for (String ending : SCORES) {
      score = score == null ? csv.find(name + ending) : score;
    }
    return new AnnotatedColumns(
        name, csv.column(name + "_x"), csv.column(name + "_y"), csv.find(name + "_v"), score);
  }

  /**
   * Reads a table.
   *
   * @param splits image numbers are those of first appearance, from 1; empty for nine tenths train
   *     and one tenth val
   * @param seed of fractions
   */
  public static Annotations read(Path file, CsvOptions options, List<Split> splits, long seed)
      throws IOException {
    PersonList people = new PersonList();
    List<String> joints;
    try (Csv csv = Csv.open(file)) {
      if (DeepLabCutTable.isOne(csv)) {
        joints = DeepLabCutTable.read(file, csv, options, people);
      } else {
        CsvAnnotations table = new CsvAnnotations(file, csv, options);
        table.read(csv, people);
        joints = table.joints.stream().map(AnnotatedColumns::name).toList();
      }
    }
    Skeleton skeleton = Skeleton.named(joints, List.of(), file + ":1");
    return people.annotations(
        file, skeleton, splits, seed, List.of(Annotations.SourceFile.of(file)));
  }

  /** Reads a table whatever its scores. */
  public static Annotations read(Path file, boolean oneBased, List<Split> splits, long seed)
      throws IOException {
    return read(file, new CsvOptions(oneBased, Double.NaN), splits, seed);
  }

  private void read(Csv csv, PersonList people) throws IOException {
    Map<String, Integer> inImage = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (Csv.Row row = csv.nextOfAnyWidth(); row != null; row = csv.nextOfAnyWidth()) {
      try {
        row.checkWidth();
        String name = imageName(row, row.text(image), image);
        int running = inImage.merge(name, 1, Integer::sum) - 1;
        int index = number == null || row.isMissing(number) ? running : row.index(number);
        if (!seen.add(name + "\n" + index)) {
          throw row.bad(number == null ? image : number, "the person's own number in the image");
        }
        people.add(person(row, name, index));
      } catch (BadInputException e) {
        people.addUnreadable(e);
      }
    }
    if (nowhere > 0) {
      people.warn(
          file
              + ": "
              + nowhere
              + " joints at (-1, -1) or (0, 0), where no joint is, count as not annotated");
    }
    if (Double.isNaN(options.minScore) && joints.stream().anyMatch(j -> j.score != null)) {
      people.warn(
          file + ": has scores, and joints count however low theirs is; --min-score S drops some");
    }
  }

  /** A name that can be one; which file is meant is seen when the images are looked for. */
  static String imageName(Csv.Row row, String name, Csv.Column column) {
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw row.bad(column, "an image's name");
    }
    return name;
  }

  private Person person(Csv.Row row, String name, int index) {
    float[] x = new float[joints.size()];
    float[] y = new float[joints.size()];
    byte[] visibility = new byte[joints.size()];
    for (int k = 0; k < joints.size(); k++) {
      AnnotatedColumns joint = joints.get(k);
      float px = row.numberOrNaN(joint.x);
      float py = row.numberOrNaN(joint.y);
      boolean said = joint.v != null && !row.isMissing(joint.v);
      byte v = visibility(row, joint);
      if (Float.isNaN(px) || Float.isNaN(py)) {
        if (v != Person.NOT_ANNOTATED && said) {
          throw row.bad(Float.isNaN(px) ? joint.x : joint.y, "a coordinate, as its v is not 0");
        }
      } else if (v != Person.NOT_ANNOTATED && isNowhere(px, py, said)) {
        nowhere++;
      } else if (v != Person.NOT_ANNOTATED && !options.excludes(row.numberOrNaN(joint.score))) {
        x[k] = place(row, joint.x, px, options);
        y[k] = place(row, joint.y, py, options);
        visibility[k] = v;
      }
    }
    double head = row.numberOrNaN(headSize);
    if (headSize != null && head <= 0) {
      throw row.bad(headSize, "a positive number, or nothing");
    }
    return new Person(name, index, 0, 0, x, y, visibility, null, 0, 0, 0, head, null)
        .inBox(box(row));
  }

  /** How tables without a column for it say that a joint is not annotated. */
  private static boolean isNowhere(float x, float y, boolean annotated) {
    return (x == -1 && y == -1) || (x == 0 && y == 0 && !annotated);
  }

  private static byte visibility(Csv.Row row, AnnotatedColumns joint) {
    float v = row.numberOrNaN(joint.v);
    if (Float.isNaN(v)) {
      return Person.VISIBLE;
    }
    if (joint.v != null && v != 0 && v != 1 && v != 2) {
      throw row.bad(joint.v, "0 (not annotated), 1 (occluded) or 2 (visible)");
    }
    return (byte) v;
  }

  static float place(Csv.Row row, Csv.Column column, double value, CsvOptions options) {
    if (Math.abs(value) > FARTHEST) {
      throw row.bad(column, "a place near the image");
    }
    return (float) (value - options.origin());
  }

  private @Nullable Box box(Csv.Row row) {
    if (box.isEmpty() || row.isMissing(box.get(0))) {
      return null;
    }
    for (Csv.Column side : box.subList(2, 4)) {
      if (row.number(side) < 0) {
        throw row.bad(side, "at least 0");
      }
    }
    return new Box(
        place(row, box.get(0), row.number(box.get(0)), options),
        place(row, box.get(1), row.number(box.get(1)), options),
        row.number(box.get(2)),
        row.number(box.get(3)));
  }
}
