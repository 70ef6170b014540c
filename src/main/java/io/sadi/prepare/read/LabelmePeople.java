package io.sadi.prepare.read;

import io.sadi.config.Field;
import io.sadi.data.Person;
import io.sadi.data.Pixels;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of one image, sorted by person. Those of one {@code group_id} are one's; a point
 * without one is that person's in whose rectangle, the smallest, it lies; the points that are in
 * none are together one more.
 */
final class LabelmePeople {
  /** A joint; {@code where} is its place in the file. */
  private record PointShape(String label, float x, float y, boolean occluded, String where) {}

  private static final class ShapeGroup {
    private @Nullable Box box;
    private final List<PointShape> points = new ArrayList<>();
  }

  private final String image;
  private final int width;
  private final int height;
  private final Map<String, ShapeGroup> groups = new LinkedHashMap<>();
  private final List<PointShape> loose = new ArrayList<>();
  private final List<BadInputException> unreadable = new ArrayList<>();
  private int boxes;

  /**
   * An image.
   *
   * @param width in pixels; 0 where unknown
   * @param height in pixels; 0 where unknown
   */
  LabelmePeople(String image, int width, int height) {
    this.image = image;
    this.width = width;
    this.height = height;
  }

  /** The image's name. */
  String image() {
    return image;
  }

  /** Takes a shape; whether it is a point or a rectangle. */
  boolean add(Field shape) {
    Field shapeType = shape.get("shape_type");
    String type = shapeType.isGiven() ? shapeType.text() : "polygon";
    boolean point = type.equals("point");
    if (!point && !type.equals("rectangle")) {
      return false;
    }
    Field groupId = shape.get("group_id");
    String group = groupId.isGiven() ? String.valueOf(groupId.integer(-1 << 30, 1 << 30)) : null;
    List<Field> corners = shape.get("points").list();
    if (corners.isEmpty() || (point && corners.size() != 1)) {
      throw shape.get("points").wrong(point ? "one pair of x and y" : "corners");
    }
    List<double[]> places = corners.stream().map(corner -> Pixels.numbers(corner, 2)).toList();
    if (point) {
      double[] at = places.get(0);
      PointShape made =
          new PointShape(
              shape.get("label").text(),
              (float) at[0],
              (float) at[1],
              occluded(shape),
              shape.where());
      if (group == null) {
        loose.add(made);
      } else {
        groups.computeIfAbsent(group, id -> new ShapeGroup()).points.add(made);
      }
    } else {
      ShapeGroup own =
          groups.computeIfAbsent(group == null ? "box " + boxes++ : group, id -> new ShapeGroup());
      own.box = around(own.box, places);
    }
    return true;
  }

  /** LabelMe's flag of that name, X-AnyLabeling's "difficult". */
  private static boolean occluded(Field shape) {
    Field flags = shape.get("flags");
    return shape.get("difficult").isTrue() || (flags.isObject() && flags.get("occluded").isTrue());
  }

  private static Box around(@Nullable Box before, List<double[]> places) {
    double left = before == null ? Double.POSITIVE_INFINITY : before.x();
    double top = before == null ? Double.POSITIVE_INFINITY : before.y();
    double right = before == null ? Double.NEGATIVE_INFINITY : before.x() + before.width();
    double bottom = before == null ? Double.NEGATIVE_INFINITY : before.y() + before.height();
    for (double[] place : places) {
      left = Math.min(left, place[0]);
      top = Math.min(top, place[1]);
      right = Math.max(right, place[0]);
      bottom = Math.max(bottom, place[1]);
    }
    return new Box(left, top, right - left, bottom - top);
  }

  /** The labels of all points in their order. */
  Set<String> labels() {
    Set<String> labels = new LinkedHashSet<>();
    groups.values().forEach(group -> group.points.forEach(point -> labels.add(point.label)));
    loose.forEach(point -> labels.add(point.label));
    return labels;
  }

  /**
   * Everybody in the image who has a joint.
   *
   * @param joints in their order; points of other labels are passed over
   */
  List<Person> people(List<String> joints) {
    ShapeGroup rest = new ShapeGroup();
    for (PointShape point : loose) {
      ShapeGroup own = smallestAround(point);
      (own == null ? rest : own).points.add(point);
    }
    loose.clear();
    List<ShapeGroup> all = new ArrayList<>(groups.values());
    all.add(rest);
    List<Person> people = new ArrayList<>();
    for (ShapeGroup group : all) {
      if (!group.points.isEmpty()) { // other rectangles are of other things
        try {
          people.add(person(group, joints, people.size()));
        } catch (BadInputException e) {
          unreadable.add(e);
        }
      }
    }
    return people;
  }

  /** Keeps a shape apart that cannot be read. */
  void addUnreadable(BadInputException why) {
    unreadable.add(why);
  }

  /** Why shapes, and people, could not be read, which cost no others. */
  List<BadInputException> unreadable() {
    return List.copyOf(unreadable);
  }

  private @Nullable ShapeGroup smallestAround(PointShape point) {
    ShapeGroup smallest = null;
    double area = Double.POSITIVE_INFINITY;
    for (ShapeGroup group : groups.values()) {
      Box box = group.box;
      if (box != null
          && box.area() < area
          && point.x >= box.x()
          && point.y >= box.y()
          && point.x <= box.x() + box.width()
          && point.y <= box.y() + box.height()) {
        smallest = group;
        area = box.area();
      }
    }
    return smallest;
  }

  private Person person(ShapeGroup group, List<String> joints, int number) {
    float[] x = new float[joints.size()];
    float[] y = new float[joints.size()];
    byte[] visibility = new byte[joints.size()];
    for (PointShape point : group.points) {
      int k = joints.indexOf(point.label);
      if (k < 0) {
        continue;
      }
      if (visibility[k] != Person.NOT_ANNOTATED) {
        throw BadInputException.at(
            point.where,
            point.label + " a second time for one person",
            "once",
            "give each person's shapes a group_id of their own");
      }
      x[k] = point.x;
      y[k] = point.y;
      visibility[k] = point.occluded ? Person.OCCLUDED : Person.VISIBLE;
    }
    return new Person(
            image, number, width, height, x, y, visibility, null, 0, 0, 0, Double.NaN, null)
        .inBox(group.box);
  }
}
