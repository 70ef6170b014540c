package io.sadi.prepare;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.io.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table with a person a row: {@code image}, and {@code NAME_x}, {@code NAME_y} of every joint;
 * and where they are there {@code NAME_v} (0 not annotated, 1 occluded, 2 visible), {@code person},
 * {@code box_x}, {@code box_y}, {@code box_w}, {@code box_h} and {@code head_size}. Other columns
 * are not looked at, so that {@code sadi predict}'s tables can be read. A joint without coordinates
 * is not annotated.
 */
public final class CsvAnnotations {
  private static final List<Split> FALLBACK =
      List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));
  private static final double FARTHEST = 1e6;

  private final Path file;
  private final double origin;
  private final Csv.Column image;
  private final Csv.@Nullable Column number;
  private final List<Csv.Column> box = new ArrayList<>();
  private final Csv.@Nullable Column headSize;
  private final List<Joint> joints = new ArrayList<>();
  private final List<Person> people = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();

  private record Joint(String name, Csv.Column x, Csv.Column y, Csv.@Nullable Column v) {}

  private CsvAnnotations(Path file, Csv csv, double origin) {
    this.file = file;
    this.origin = origin;
    image = csv.column("image");
    number = csv.find("person");
    headSize = csv.find("head_size");
    if (csv.find("box_x") != null) {
      for (String side : new String[] {"box_x", "box_y", "box_w", "box_h"}) {
        box.add(csv.column(side));
      }
    }
    for (String column : csv.header()) {
      String name = column.substring(0, Math.max(0, column.length() - 2));
      if (column.endsWith("_x") && !name.isEmpty() && !column.equals("box_x")) {
        joints.add(
            new Joint(name, csv.column(column), csv.column(name + "_y"), csv.find(name + "_v")));
      }
    }
    if (joints.isEmpty()) {
      throw BadInputException.at(
          file + ":1", "no joint", "columns NAME_x and NAME_y for every joint", "");
    }
  }

  /**
   * Reads a table.
   *
   * @param oneBased whether the upper left pixel is (1, 1), as in MATLAB, and not (0, 0)
   * @param splits image numbers are those of first appearance, from 1; empty for nine tenths train
   *     and one tenth val
   * @param seed of fractions
   */
  public static Annotations read(Path file, boolean oneBased, List<Split> splits, long seed)
      throws IOException {
    CsvAnnotations table;
    try (Csv csv = Csv.open(file)) {
      table = new CsvAnnotations(file, csv, oneBased ? 1 : 0);
      table.read(csv);
    }
    return table.annotations(splits, seed);
  }

  private void read(Csv csv) throws IOException {
    Map<String, Integer> inImage = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
      String name = row.text(image);
      if (!Person.isImageName(name)) {
        throw row.bad(image, "a relative path that stays in the image root");
      }
      int running = inImage.merge(name, 1, Integer::sum) - 1;
      int index = number == null ? running : row.index(number);
      if (!seen.add(name + "\n" + index)) {
        throw row.bad(number == null ? image : number, "the person's own number in the image");
      }
      add(row, name, index);
    }
    if (people.isEmpty()) {
      throw BadInputException.at(file, "nobody with joints", "a row a person", "");
    }
  }

  private void add(Csv.Row row, String name, int index) {
    float[] x = new float[joints.size()];
    float[] y = new float[joints.size()];
    byte[] visibility = new byte[joints.size()];
    for (int k = 0; k < joints.size(); k++) {
      Joint joint = joints.get(k);
      float px = row.numberOrNaN(joint.x);
      float py = row.numberOrNaN(joint.y);
      byte v = visibility(row, joint);
      if (Float.isNaN(px) || Float.isNaN(py)) {
        if (v != Person.NOT_ANNOTATED && joint.v != null && !row.text(joint.v).isBlank()) {
          throw row.bad(Float.isNaN(px) ? joint.x : joint.y, "a coordinate, as its v is not 0");
        }
      } else if (v != Person.NOT_ANNOTATED) {
        x[k] = place(row, joint.x, px);
        y[k] = place(row, joint.y, py);
        visibility[k] = v;
      }
    }
    double head = row.numberOrNaN(headSize);
    if (headSize != null && head <= 0) {
      throw row.bad(headSize, "a positive number, or nothing");
    }
    Person person =
        new Person(name, index, 0, 0, x, y, visibility, null, 0, 0, 0, head, null).inBox(box(row));
    if (!person.annotated()) {
      leftOut.add(new LeftOut(name, index, "no joint annotated", ""));
    } else if (person.scale() > 0) {
      people.add(person);
    } else {
      leftOut.add(new LeftOut(name, index, "no box, and one joint", ""));
    }
  }

  private static byte visibility(Csv.Row row, Joint joint) {
    float v = row.numberOrNaN(joint.v);
    if (Float.isNaN(v)) {
      return Person.VISIBLE;
    }
    if (joint.v != null && v != 0 && v != 1 && v != 2) {
      throw row.bad(joint.v, "0 (not annotated), 1 (occluded) or 2 (visible)");
    }
    return (byte) v;
  }

  private float place(Csv.Row row, Csv.Column column, double value) {
    if (Math.abs(value) > FARTHEST) {
      throw row.bad(column, "a place near the image");
    }
    return (float) (value - origin);
  }

  private @Nullable Box box(Csv.Row row) {
    if (box.isEmpty() || row.text(box.get(0)).isBlank()) {
      return null;
    }
    for (Csv.Column side : box.subList(2, 4)) {
      if (row.number(side) < 0) {
        throw row.bad(side, "at least 0");
      }
    }
    return new Box(
        place(row, box.get(0), row.number(box.get(0))),
        place(row, box.get(1), row.number(box.get(1))),
        row.number(box.get(2)),
        row.number(box.get(3)));
  }

  private Annotations annotations(List<Split> splits, long seed) throws IOException {
    Map<String, List<Person>> byImage = Inspection.byImage(List.of(people));
    List<String> images = List.copyOf(byImage.keySet());
    Split.Assignment assigned =
        Split.assign(
            splits, FALLBACK, List.of(new Split.Range("train", 1, images.size())), images, seed);
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    Map<String, Integer> numbers = new LinkedHashMap<>();
    images.forEach(name -> numbers.put(name, numbers.size()));
    for (Person person : people) {
      List<Person> split = bySplit.get(assigned.of(numbers.getOrDefault(person.image(), 0)));
      if (split != null) {
        split.add(person);
      }
    }
    Skeleton skeleton =
        Skeleton.named(joints.stream().map(Joint::name).toList(), List.of(), file + ":1");
    return new Annotations(
        file.getFileName().toString().replaceFirst("\\.csv$", ""),
        skeleton,
        Annotations.metric(people, skeleton),
        bySplit,
        leftOut,
        List.of(),
        false,
        Annotations.Boxes.ANNOTATED,
        List.of(new Annotations.SourceFile(file.toString(), Checksum.sha256(file))));
  }
}
